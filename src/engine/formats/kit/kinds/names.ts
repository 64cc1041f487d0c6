/** Folders by the names in them, and what the names around a file of bare numbers say: such files have no mark at all. */
import { type FileKind, quotedName, ways } from './kind';

const other = (what: string, way: string): FileKind => ({ id: 'other', what, way });

const stemOf = (name: string): string => name.replace(/\.[^.]*$/, '');

/**
 * What a file is whose bytes say nothing, such as weights without a header.
 *
 * @param siblings names in its folder.
 */
export function hintByName(name: string, siblings: readonly string[]): FileKind | null {
  const has = (ending: string) => siblings.includes(`${stemOf(name)}${ending}`);
  const shard = /^(.+)\.data-\d{5}-of-\d{5}$/.exec(name);
  if (shard) {
    return other(
      `the weights of a TensorFlow checkpoint without its “${shard[1]}.index” beside it`,
      'copy the .index and .meta files beside it',
    );
  }
  if (/\.(?:part|partial|crdownload|download|opdownload|incomplete|aria2|tmp)$/i.test(name)) {
    return other('an unfinished download', 'let the download finish');
  }
  if (/shard\d+of\d+(?:\.bin)?$/.test(name)) {
    return other('a part of the weights of a TensorFlow.js model', 'choose its model.json');
  }
  const onnx = siblings.find((each) => each.endsWith('.onnx') && name.startsWith(each.slice(0, -'.onnx'.length)));
  if (onnx !== undefined && /\.(?:data|onnx_data|bin|weights?)$/i.test(name)) {
    return other('the weights of an ONNX model', `choose ${quotedName(onnx)}, which reads them`);
  }
  if (has('.xml')) {
    return other('the weights of an OpenVINO network (.bin)', 'choose the model that it was converted from');
  }
  if (has('.param')) {
    return other('the weights of an NCNN network (.bin)', 'choose the model that it was converted from');
  }
  return null;
}

const shown = 3;

/**
 * What a folder is that is no checkpoint itself.
 *
 * @param isCheckpoint tells names of checkpoints.
 */
export function folderKind(names: readonly string[], isCheckpoint: (name: string) => boolean): FileKind {
  const has = (name: string) => names.includes(name);
  if (has('Manifest.json') && has('Data')) {
    return other('a Core ML package', 'choose the model that it was converted from');
  }
  const inside = names.filter(isCheckpoint).sort();
  const [first, ...more] = inside;
  if (first !== undefined && more.length === 0) return other('a folder', `choose the file in it, ${quotedName(first)}`);
  if (first !== undefined) {
    const listed = inside.slice(0, shown).map(quotedName).join(', ');
    const rest = inside.length > shown ? ', …' : '';
    return other(`a folder with ${inside.length} checkpoints (${listed}${rest})`, 'choose one of them');
  }
  if (has('saved_model.pb') || has('saved_model.pbtxt')) return { id: 'other', what: 'a TensorFlow SavedModel' };
  if (has('adapter_config.json')) {
    return other('a folder with an adapter (LoRA)', 'merge it into its base model and export that to ONNX');
  }
  if (has('model_index.json')) return other('a folder with an image generator (diffusers)', ways.none);
  const weights = names.find((name) => /\.(?:safetensors|bin|pth?|ckpt|msgpack)$/i.test(name));
  if (has('config.json') && weights !== undefined) {
    return other(
      `a folder of Hugging Face with weights and no program (${quotedName(weights)})`,
      'export it to ONNX with optimum-cli',
    );
  }
  return { id: 'other', what: 'a folder, not a checkpoint', noCheckpoint: true };
}
