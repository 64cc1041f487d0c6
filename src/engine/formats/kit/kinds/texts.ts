/** Text files: models in text form, what stands in place of a model that was not fetched, and everything else. */
import { type FileKind, quotedName, sizeText, ways } from './kind';

const latin1 = new TextDecoder('latin1');
const utf8 = new TextDecoder('utf-8');

/** True when the beginning of a file is text in UTF-8. */
export function isText(head: Uint8Array): boolean {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what tells binary data from text.
    return !/[\u0000-\u0008\u000e-\u001f\u007f]/.test(text);
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

type Rule = readonly [pattern: RegExp, kind: (match: RegExpExecArray, size: number) => FileKind];

const model = (what: string, way: string = ways.onnx): FileKind => ({ id: 'text', what, way });
const instead = (what: string, way: string): FileKind => ({ id: 'other', what, way });
const noModel = (what: string, way: string = ways.none): FileKind => ({ id: 'text', what, way, noCheckpoint: true });

/** What stands in place of a file that was not fetched. */
const placeholders: readonly Rule[] = [
  [
    /^version https:\/\/git-lfs\.github\.com\/spec\/[\s\S]*?(?:size (\d+))?\s*$/,
    ([, bytes]) =>
      instead(
        `a Git LFS pointer instead of the file itself${bytes === undefined ? '' : ` (${sizeText(Number(bytes))})`}`,
        'run “git lfs pull” in its folder',
      ),
  ],
  [
    /^version https:\/\/git-lfs\.github\.com\/spec\//,
    () => instead('a Git LFS pointer instead of the file itself', 'run “git lfs pull” in its folder'),
  ],
  [
    /^(?:# xet version|version https:\/\/hawser\.github\.com\/spec\/)/,
    () => instead('a pointer to a file that is stored elsewhere', 'fetch the file with the tool of its repository'),
  ],
  [
    /^(?:(?:\.\.\/)*\.git\/annex|\/annex)\/objects\//,
    () => instead('a git-annex pointer instead of the file itself', 'run “git annex get” on it'),
  ],
  [/^outs:\s*\n\s*-\s+\w+:/, () => instead('a DVC pointer instead of the file itself', 'run “dvc pull” in its folder')],
  [
    /^(?:\.\.\/)+(?:blobs\/)?[\w./-]+\s*$/,
    ([path]) =>
      instead(
        `a link that was written as text (${quotedName(path.trim())})`,
        'choose the file that it leads to, or download it again',
      ),
  ],
  [
    /^<(?:!doctype\s+html|html)/i,
    () => instead('a web page instead of the file itself', `${ways.again}; the address may need a login`),
  ],
  [
    /^(?:<\?xml[^>]*>\s*)?<Error>\s*<Code>(\w+)<\/Code>/,
    ([, code]) => instead(`the error “${code}” of a file server instead of the file itself`, ways.again),
  ],
  [
    /^(?:404: )?(not found|entry not found|repository not found|access denied|forbidden|unauthorized|invalid (?:username|credentials)[^\n]*|rate limit[^\n]*)\.?\s*$/i,
    ([, said]) => instead(`the answer “${said}” of a server instead of the file itself`, ways.again),
  ],
];

const texts: readonly Rule[] = [
  [
    /^(?:node|library|versions|graph_def|meta_info_def|meta_graphs|saved_model_schema_version)\s*[{:<]/,
    () => ({ id: 'tensorflow text', what: 'a TensorFlow graph in text form' }),
  ],
  [
    /^(?:ir_version|producer_name)\s*:/,
    () => model('an ONNX model in text form', 'save it in binary form with onnx.save'),
  ],
  [
    /^(?:<\?xml[^>]*>\s*)?<net\s[^>]*\bname=/,
    () => model('an OpenVINO network (.xml)', 'choose the model that it was converted from, or export that to ONNX'),
  ],
  [/^7767517\s/, () => model('an NCNN network (.param)', 'choose the model that it was converted from')],
  [
    /^(?:#[^\n]*\n|\s)*(?:name\s*:\s*"[^"\n]*"\s*)?(?:force_backward\s*:\s*\w+\s*)?(?:layers?\s*\{|input\s*:\s*"|input_dim\s*:)/,
    () => model('a Caffe network (.prototxt) without its weights', 'convert it with its .caffemodel to ONNX'),
  ],
  [
    /^(?:#[^\n]*\n|\s)*\[net(?:work)?\]/,
    () => model('a Darknet network (.cfg) without its weights', 'convert it with its .weights to ONNX'),
  ],
  [/^tree\n(?:version|num_class)=/, () => noModel('a LightGBM model, which takes tables and not images')],
  [
    /^model_checkpoint_path\s*:/,
    () => ({
      id: 'text',
      what: 'the list of a folder’s TensorFlow checkpoints',
      way: 'choose the .index or .meta file that it names',
    }),
  ],
];

/** A text of a server's answer: short, with a key that says what went wrong, and nothing of a model. */
function errorAnswer(text: string, size: number): string | null {
  if (size > 16_384) return null;
  const said = /"(?:error|message|detail|error_description|msg)"\s*:\s*"([^"\\]{1,120})/.exec(text)?.[1];
  const failed = /"(?:error|errors|statusCode|status_code|detail|message)"\s*:/.test(text);
  return failed ? (said ?? 'an error') : null;
}

function jsonKind(text: string, size: number): FileKind {
  const noCheckpoint = true as const;
  if (text.startsWith('{') && /"(?:modelTopology|weightsManifest)"/.test(text)) {
    return { id: 'tensorflow.js', what: 'a TensorFlow.js model' };
  }
  if (/^\{\s*"learner"|"gradient_booster"\s*:/.test(text)) {
    return { ...noModel('an XGBoost model, which takes tables and not images'), id: 'json' };
  }
  if (/"nodes"\s*:\s*\[[\s\S]*"op"\s*:/.test(text) && /"(?:arg_nodes|inputs)"\s*:/.test(text)) {
    return {
      id: 'json',
      what: 'an MXNet network (symbol.json) without its weights',
      way: 'export it to ONNX with mx2onnx',
    };
  }
  if (/"class_name"\s*:\s*"(?:Sequential|Functional|Model)"/.test(text)) {
    return {
      id: 'json',
      what: 'the architecture of a Keras model without its weights',
      way: 'save the whole model with model.save(…) and choose that file',
    };
  }
  if (/"(?:peft_type|base_model_name_or_path)"\s*:/.test(text)) {
    return {
      id: 'json',
      what: 'the settings of an adapter (LoRA)',
      way: 'merge the adapter into its base model and export that',
      noCheckpoint,
    };
  }
  if (/"weight_map"\s*:/.test(text)) {
    return {
      id: 'json',
      what: 'the list of weights in several files, without a program',
      way: 'export the model to ONNX with optimum-cli',
    };
  }
  const said = errorAnswer(text, size);
  if (said !== null && !/"(?:model_type|architectures|name|version)"\s*:/.test(text)) {
    return instead(`the answer of a server (“${said}”) instead of the file itself`, ways.again);
  }
  return { id: 'json', what: 'a JSON file', noCheckpoint };
}

/**
 * What a text file is.
 *
 * @param head its first bytes.
 * @param size of the whole file.
 */
export function textKind(head: Uint8Array, size: number): FileKind {
  const text = utf8
    .decode(head)
    .replace(/^\uFEFF/, '')
    .trimStart();
  for (const [pattern, kind] of [...placeholders, ...texts]) {
    const match = pattern.exec(text);
    if (match) return kind(match, size);
  }
  if (/^[[{]/.test(text)) return jsonKind(latin1.decode(head).trimStart(), size);
  return { id: 'text', what: 'a text file', noCheckpoint: true };
}
