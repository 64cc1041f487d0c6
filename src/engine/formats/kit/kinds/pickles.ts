/** Pickle files, by the names of the classes in their first bytes: nothing in them is run, or even put together. */
import type { ByteSource } from '../bytes/byteSource';
import { type FileKind, ways } from './kind';

const latin1 = new TextDecoder('latin1');
const lookedAt = 1 << 16;

const tables = 'which takes tables and not images';

/** A module's name stands behind the opcode `c` or behind its own length. */
const makers: readonly (readonly [pattern: RegExp, kind: FileKind])[] = [
  [
    /(?:c|(?<![A-Za-z_]))xgboost[.\n]/,
    { id: 'other', what: `a pickled XGBoost model, ${tables}`, way: ways.none, noCheckpoint: true },
  ],
  [
    /(?:c|(?<![A-Za-z_]))lightgbm[.\n]/,
    { id: 'other', what: `a pickled LightGBM model, ${tables}`, way: ways.none, noCheckpoint: true },
  ],
  [
    /(?:c|(?<![A-Za-z_]))catboost[.\n]/,
    { id: 'other', what: `a pickled CatBoost model, ${tables}`, way: ways.none, noCheckpoint: true },
  ],
  [
    /(?:c|(?<![A-Za-z_]))sklearn[.\n]/,
    { id: 'other', what: `a pickled scikit-learn model, ${tables}`, way: ways.none, noCheckpoint: true },
  ],
  [
    /(?:c|(?<![A-Za-z_]))paddle[.\n]|StructuredToParameterName@@/,
    { id: 'other', what: 'a file of PaddlePaddle weights (.pdparams)', way: 'convert the network with paddle2onnx' },
  ],
  [
    /(?:c|(?<![A-Za-z_]))(?:keras|tensorflow)[.\n]/,
    { id: 'other', what: 'a pickled Keras model', way: 'save it with model.save(…) and choose that file' },
  ],
  [/(?:c|(?<![A-Za-z_]))(?:jax|jaxlib|flax)[.\n]/, { id: 'other', what: 'a pickle of JAX weights', way: ways.onnx }],
  [/(?:c|(?<![A-Za-z_]))torch[.\n]/, { id: 'pickle', what: 'a pickled PyTorch object', way: ways.onnx }],
  [
    /(?:c|(?<![A-Za-z_]))(?:joblib|pandas)[.\n]/,
    { id: 'other', what: 'a pickle of joblib or pandas, which is no network', way: ways.none, noCheckpoint: true },
  ],
];

/** What a pickle holds, by its beginning. */
export function pickleKind(head: Uint8Array): FileKind {
  const text = latin1.decode(head);
  const found = makers.find(([pattern]) => pattern.test(text))?.[1];
  if (found) return found;
  if (/(?:c|(?<![A-Za-z_]))numpy[.\n]/.test(text)) {
    return { id: 'pickle', what: 'a pickle of NumPy arrays (weights without a network, or data)', way: ways.onnx };
  }
  return { id: 'pickle', what: 'a pickle file (an old PyTorch or scikit-learn model)', way: ways.onnx };
}

export function pickleKindOf(source: ByteSource): FileKind {
  return pickleKind(source.read(0, Math.min(lookedAt, source.size)));
}
