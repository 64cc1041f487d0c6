/** What is in a file of torch.save that holds no program: weights, the state of a training, a pickled object, or data. */
import type { FileKind } from '../kit/kinds/kind';
import { strangeWeights, weightsInWords } from '../kit/kinds/weightNames';
import type { Candidate, Describer } from '../kit/reader';
import { readTorchArchive } from './pickle/archive';
import { PickledTensor, PickleRecord, type PickleValue } from './pickle/values';

type Said = Pick<FileKind, 'what' | 'way' | 'noCheckpoint'>;
type Tensors = readonly { readonly name: string; readonly dims: readonly number[] }[];

const way =
  'it holds no program; build the network in Python, load them, and save it with torch.export.save or to ONNX';

/** Where training scripts keep the weights, those that are meant for use first. */
const weightKeys = [
  'state_dict_ema',
  'model_ema',
  'ema_state_dict',
  'state_dict',
  'model_state_dict',
  'model_state',
  'model',
  'net',
  'network',
  'module',
  'weights',
  'params',
  'backbone',
  'teacher',
  'student',
];

function tensorsIn(value: PickleValue | undefined): Tensors {
  if (!(value instanceof Map)) return [];
  return [...value].flatMap(([name, each]) =>
    typeof name === 'string' && each instanceof PickledTensor ? [{ name, dims: each.dims }] : [],
  );
}

/** Weights of quantised modules: packed parameters, or tensors with steps of their own. */
function isQuantised(value: PickleValue | undefined): boolean {
  if (!(value instanceof Map)) return false;
  return [...value].some(([name, each]) => {
    const tensor = each instanceof PickleRecord && each.path === 'torch._utils._rebuild_qtensor';
    return tensor || (typeof name === 'string' && name.endsWith('_packed_params'));
  });
}

const quantised: Said = {
  what: 'a PyTorch checkpoint of quantised weights, which only PyTorch can read',
  way: 'save the network before it was quantised, with torch.export.save or to ONNX',
};

/** An object of a class: a whole network that was pickled, or anything else. */
function describeObject(record: PickleRecord): Said {
  const path = record.path.slice(0, 100);
  if (/^(?:ultralytics|models)\.|yolo/i.test(path)) {
    return {
      what: `an Ultralytics model (“${path}”), pickled without its program`,
      way: 'export it with “yolo export model=… format=onnx”',
    };
  }
  if (record.state instanceof Map && record.state.has('_modules')) {
    return {
      what: `a whole pickled network of the class “${path}”, which only its Python code can run`,
      way: 'load it there and save it with torch.export.save or to ONNX',
    };
  }
  return { what: `a pickled object of the class “${path}”, which is no network`, noCheckpoint: true };
}

function describeWeights(tensors: Tensors, training: string): Said {
  const strange = strangeWeights(tensors.map(({ name }) => name));
  if (strange) return { what: `a PyTorch file with ${strange.what}`, way: strange.way };
  return { what: `a PyTorch checkpoint${training}: ${weightsInWords(tensors)}`, way };
}

/** What a training script says of itself beside the weights, in brackets. */
function trainingOf(root: ReadonlyMap<PickleValue, PickleValue>): string {
  const epoch = root.get('epoch');
  const said = [
    ...(root.has('pytorch-lightning_version') ? ['Lightning'] : []),
    ...(typeof epoch === 'number' ? [`epoch ${epoch}`] : []),
    ...([...root.keys()].some((key) => typeof key === 'string' && /^optimizers?(?:_|$)/.test(key))
      ? ['with the optimizer’s state']
      : []),
  ];
  return said.length === 0 ? '' : ` of a training (${said.join(', ')})`;
}

function describeRoot(root: PickleValue): Said {
  if (root instanceof PickledTensor) {
    return { what: `one tensor (${root.dims.join('×')}) saved by PyTorch, not a network`, noCheckpoint: true };
  }
  if (root instanceof PickleRecord) return describeObject(root);
  if (!(root instanceof Map)) return { what: 'data saved by PyTorch, not a network', noCheckpoint: true };
  if (root.has('param_groups') && root.has('state')) {
    return { what: 'the state of an optimizer of PyTorch', way: 'choose the file with the weights beside it' };
  }
  if (isQuantised(root)) return quantised;
  for (const key of weightKeys) {
    const inside = root.get(key);
    if (isQuantised(inside)) return quantised;
    const tensors = tensorsIn(inside);
    if (tensors.length > 0) return describeWeights(tensors, trainingOf(root));
    if (inside instanceof PickleRecord && !/^torch\.optim\./.test(inside.path)) return describeObject(inside);
  }
  const own = tensorsIn(root);
  if (own.length > 0) return describeWeights(own, '');
  return { what: 'a dictionary saved by PyTorch, without weights', noCheckpoint: true };
}

function isPickle(candidate: Candidate): candidate is Extract<Candidate, { kind: 'file' }> {
  if (candidate.kind !== 'file') return false;
  const { id, what } = candidate.is;
  return id === 'zip pickle' || id === 'legacy pickle' || (id === 'tar' && what.includes('PyTorch'));
}

export const torchPickle: Describer = {
  async describe(candidate) {
    if (!isPickle(candidate)) return null;
    const { source } = candidate;
    const { root } = await readTorchArchive({ source, start: 0, end: source.size });
    return describeRoot(root);
  },
};
