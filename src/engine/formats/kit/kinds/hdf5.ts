/** HDF5 files: Keras' own names stand near the beginning of its files; data sets have none of them. */
import type { ByteSource } from '../bytes/byteSource';
import type { FileKind } from './kind';

const lookedAt = 1 << 20;
const latin1 = new TextDecoder('latin1');

/** Names of attributes and groups of every Keras that wrote HDF5. */
const whole = /model_weights|model_config|layer_names|keras_version|_layer_checkpoint_dependencies/;

function isKeras(text: string): boolean {
  return whole.test(text) || (text.includes('layers\0') && text.includes('vars\0'));
}

/** A Keras model or weights; or an HDF5 file of which nobody would expect a network, which a reader may still try. */
export function hdf5Kind(source: ByteSource): FileKind {
  const length = Math.min(lookedAt, source.size);
  const places = source.size > length ? [0, source.size - length] : [0];
  if (places.some((at) => isKeras(latin1.decode(source.read(at, length))))) {
    return { id: 'hdf5', what: 'an HDF5 file (Keras .h5)' };
  }
  return { id: 'hdf5', what: 'an HDF5 file without a Keras model in it', noCheckpoint: true };
}
