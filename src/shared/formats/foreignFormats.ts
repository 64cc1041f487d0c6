/**
 * The way out for checkpoints that hold weights and no program, by the names they go by: one command that turns them into ONNX. What a file
 * really is, its bytes tell; a command is offered only for what no reader takes. docs/exporting.md says the same at length.
 */
import { type CheckpointFormat, checkpointExtensions, checkpointFormats } from './checkpointNames';

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
];

const nameOf = (path: string): string => path.split(/[\\/]/).pop() ?? '';
const folderOf = (path: string): string => path.replace(/\/?[^/]*$/, '') || '.';
const onnxOf = (path: string): string => `${path.replace(/(?<=[^/])\.[^./]*$/, '')}.onnx`;
const shell = (path: string): string => (/^[\w./@+=-]+$/.test(path) ? path : `"${path.replace(/(["$`\\])/g, '\\$1')}"`);
/** A Python text inside a double-quoted shell argument. */
const python = (path: string): string => `'${path.replace(/(['\\])/g, '\\$1').replace(/(["$`])/g, '\\$1')}'`;

const fits = (name: string, ending: string): boolean =>
  ending[0] === '.' ? name.endsWith(ending) && name !== ending : name === ending;

/** Whose weights a file holds, going by its name; undefined for names that no weights have. */
export function foreignFormat(path: string): ForeignFormat | undefined {
  const name = nameOf(path).toLowerCase();
  return foreignFormats.find(
    ({ endings, hint }) => endings.some((ending) => fits(name, ending)) && (hint?.test(name) ?? true),
  );
}

/** Endings of those that are no reader's own, each once: what has such a name is never opened. */
function endingsOf(formats: readonly CheckpointFormat[], telling = false): string[] {
  const own = checkpointExtensions(formats);
  const endings = foreignFormats.filter((each) => !telling || each.telling).flatMap((each) => each.endings);
  return [...new Set(endings)].filter((ending) => !own.some((extension) => ending.endsWith(extension)));
}

/** As a glob below a folder; of `telling` ones only those that say that the extension is wanted. Null when there is none. */
export function foreignGlob(formats = checkpointFormats, telling = false): string | null {
  const endings = endingsOf(formats, telling);
  if (endings.length === 0) return null;
  const names = endings.map((ending) => (ending[0] === '.' ? `*${ending}` : ending));
  return names.length === 1 ? `**/${names[0]}` : `**/{${names.join(',')}}`;
}

/** The `when` clause of an Explorer entry for them. */
export function foreignWhen(formats = checkpointFormats): string {
  const quoted = endingsOf(formats).map((ending) => {
    const text = ending.replaceAll('.', '\\.');
    return ending[0] === '.' ? `.${text}` : `^${text}`;
  });
  return `!explorerResourceIsFolder && resourceFilename =~ /(${quoted.join('|')})$/i`;
}
