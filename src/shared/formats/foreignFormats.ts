/**
 * Checkpoints that cannot be read, by the names they go by, and the way out: one command that turns them into ONNX. docs/exporting.md says
 * the same at length.
 */
import { type CheckpointFormat, checkpointFormats, checkpointOf, isCheckpointName } from './checkpointNames';

export interface ForeignFormat {
  /** As in “a … checkpoint”. */
  readonly title: string;
  /** Endings of file names in lower case; whole names where only those are usual. */
  readonly endings: readonly string[];
  /** A part of the name that says more than its ending; any name when absent. */
  readonly hint?: RegExp;
  /** Usual enough to take the extension as wanted in a workspace that has one. */
  readonly telling?: boolean;
  /** The command line, for the path of the file with forward slashes, relative to where it is typed. */
  command(path: string): string;
}

/** The first whose ending and hint fit is meant. */
export const foreignFormats: readonly ForeignFormat[] = [
  {
    title: 'Ultralytics',
    endings: ['.pt'],
    hint: /yolo|rt-?detr/i,
    command: (path) => `yolo export model=${shell(path)} format=onnx`,
  },
  {
    title: 'PyTorch',
    endings: ['.pth', '.pt', '.ckpt'],
    telling: true,
    command: (path) =>
      `python -c "import torch; net = torch.load(${python(path)}, map_location='cpu', weights_only=False).eval(); torch.onnx.export(net, torch.randn(1, 3, 224, 224), ${python(onnxOf(path))})"`,
  },
  {
    title: 'Hugging Face',
    endings: ['.safetensors', 'pytorch_model.bin'],
    telling: true,
    command: (path) => `optimum-cli export onnx --model ${shell(folderOf(path))} ${shell(`${folderOf(path)}/onnx`)}`,
  },
  {
    title: 'Keras',
    endings: ['.keras', '.h5', '.hdf5'],
    telling: true,
    command: (path) =>
      `python -c "import keras; keras.saving.load_model(${python(path)}).export(${python(onnxOf(path))}, format='onnx')"`,
  },
  {
    title: 'TensorFlow Lite',
    endings: ['.tflite'],
    telling: true,
    command: (path) => `python -m tf2onnx.convert --tflite ${shell(path)} --output ${shell(onnxOf(path))}`,
  },
  {
    title: 'TensorFlow SavedModel',
    endings: ['saved_model.pb'],
    command: (path) =>
      `python -m tf2onnx.convert --saved-model ${shell(folderOf(path))} --output ${shell(`${folderOf(path)}/model.onnx`)}`,
  },
  {
    title: 'TensorFlow',
    endings: ['.pb'],
    command: (path) =>
      `python -m tf2onnx.convert --graphdef ${shell(path)} --inputs input:0 --outputs output:0 --output ${shell(onnxOf(path))}`,
  },
];

const nameOf = (path: string): string => path.split(/[\\/]/).pop() ?? '';
const folderOf = (path: string): string => path.replace(/\/?[^/]*$/, '') || '.';
const onnxOf = (path: string): string => `${path.replace(/(?<=[^/])\.[^./]*$/, '')}.onnx`;
const shell = (path: string): string => (/^[\w./@+=-]+$/.test(path) ? path : `"${path.replace(/(["$`\\])/g, '\\$1')}"`);
/** A Python text inside a double-quoted shell argument. */
const python = (path: string): string => `'${path.replace(/(['\\])/g, '\\$1').replace(/(["$`])/g, '\\$1')}'`;

/** What a file's name says it is, when it is a checkpoint that cannot be read; undefined for one that can, and for any other file. */
export function foreignFormat(
  path: string,
  formats: readonly CheckpointFormat[] = checkpointFormats,
): ForeignFormat | undefined {
  if (isCheckpointName(path, formats) || checkpointOf(path, formats) !== path) return undefined;
  const name = nameOf(path).toLowerCase();
  return foreignFormats.find(
    ({ endings, hint }) =>
      endings.some((ending) => (ending[0] === '.' ? name.endsWith(ending) && name !== ending : name === ending)) &&
      (hint?.test(name) ?? true),
  );
}

/** Endings of all of them, each once. */
function endingsOf(formats: readonly ForeignFormat[]): string[] {
  return [...new Set(formats.flatMap(({ endings }) => endings))];
}

/** As a glob below a folder; of `telling` ones only those that say that the extension is wanted. */
export function foreignGlob(telling = false): string {
  const endings = endingsOf(foreignFormats.filter((format) => !telling || format.telling));
  return `**/{${endings.map((ending) => (ending[0] === '.' ? `*${ending}` : ending)).join(',')}}`;
}

/** The `when` clause of an Explorer entry for them. */
export function foreignWhen(): string {
  const quoted = endingsOf(foreignFormats).map((ending) =>
    ending[0] === '.' ? `.\\${ending}` : `^${ending.replace('.', '\\.')}`,
  );
  return `!explorerResourceIsFolder && resourceFilename =~ /(${quoted.join('|')})$/i`;
}
