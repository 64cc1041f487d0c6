/** Zip archives, by the names in them. */
import { CheckpointError } from '../../../../shared/errors';
import type { ByteSource } from '../bytes/byteSource';
import { ZipArchive } from '../zip/zipArchive';
import { type FileKind, quotedName, ways } from './kind';

const zip = (what: string, way: string): FileKind => ({ id: 'zip', what, way });

/** Files that are models by themselves: what an archive around them should have been unpacked for. */
const models =
  /(?:\.(?:onnx|h5|hdf5|keras|tflite|pt|pth|pt2|pte|safetensors|pb|mlmodel|caffemodel)|(?:^|\/)model\.json)$/i;

function kindByNames(names: readonly string[]): FileKind {
  const has = (name: string) => names.some((each) => each === name || each.endsWith(`/${name}`));
  const some = (pattern: RegExp) => names.some((name) => pattern.test(name));
  if (has('config.json') && some(/model\.weights\./)) return { id: 'zip keras', what: 'a Keras 3 model (.keras)' };
  if (has('constants.pkl')) {
    if (some(/(?:^|\/)code\/__torch__\/torch\/(?:ao\/)?nn\/(?:intrinsic\/)?quantized\//)) {
      return zip(
        'a quantised TorchScript program, whose packed weights only PyTorch can read',
        'save the network before it was quantised, or export it to ONNX',
      );
    }
    return { id: 'zip torchscript', what: 'a TorchScript archive' };
  }
  if (some(/(?:^|\/)data\/aotinductor\//) && !some(/(?:^|\/)models\/[^/]+\.json$/)) {
    return zip(
      'a .pt2 that was compiled by AOTInductor: machine code without its program',
      'save it with torch.export.save instead',
    );
  }
  if (has('archive_format') || has('serialized_exported_program.json')) {
    return { id: 'zip torch.export', what: 'a torch.export archive (.pt2)' };
  }
  if (has('data.pkl')) return { id: 'zip pickle', what: 'a PyTorch checkpoint' };
  if (has('MAR-INF/MANIFEST.json')) return zip('a TorchServe archive (.mar)', ways.unpack);
  if (some(/\.mlpackage\//) || (has('Manifest.json') && some(/\.mlmodel$/))) {
    return zip('a zip archive with a Core ML model in it', 'choose the model that it was converted from');
  }
  const inside = names.find((name) => models.test(name));
  if (inside !== undefined) {
    return zip(`a zip archive with ${quotedName(inside)} in it`, 'unpack it and choose that file');
  }
  if (some(/\.npy$/)) {
    return {
      ...zip('a NumPy archive (.npz): arrays without a network', 'choose the model that they belong to'),
      noCheckpoint: true,
    };
  }
  return { ...zip('a zip archive', 'unpack it first if a checkpoint is in it'), noCheckpoint: true };
}

export async function zipKind(source: ByteSource): Promise<FileKind> {
  try {
    const archive = await ZipArchive.open(source);
    const kind = kindByNames(archive.names);
    const locked = archive.names.find((name) => archive.isEncrypted(name));
    if (locked === undefined) return kind;
    return zip(
      `an encrypted zip archive (${quotedName(locked)} needs a password)`,
      'unpack it with its password first',
    );
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    return zip('a damaged zip archive: its download or copy probably stopped early', ways.again);
  }
}
