/** The calls of a pickle that are interpreted: those by which PyTorch and Python write tensors and plain collections. */
import type { CheckpointError } from '../../../../shared/errors';
import { mostDimensions } from '../../../graph/ir/tensor';
import { dtypeName } from './dtypes';
import {
  itemsOf,
  PickledStorage,
  PickledTensor,
  PickleGlobal,
  PickleRecord,
  PickleTuple,
  type PickleValue,
  wholeNumbers,
} from './values';

type Damaged = (why: string) => CheckpointError;
/** Undefined when the arguments are not those that it is written with: the call is left as it is then. */
type Call = (args: readonly PickleValue[], damaged: Damaged) => PickleValue | undefined;

const first: Call = ([value]) => value;

/** (storage, offset, dims, strides, …). */
const tensor: Call = ([storage, offset, size, stride], damaged) => {
  const whole = storage instanceof PickledStorage ? storage : null;
  if (!whole) return undefined;
  return tensorOf(whole, whole.dtype, offset, size, stride, damaged);
};

/** As `tensor`, over bytes, with the element type as the seventh argument. */
const untypedTensor: Call = ([storage, offset, size, stride, , , dtype], damaged) => {
  if (!(storage instanceof PickledStorage) || !(dtype instanceof PickleGlobal)) return undefined;
  return tensorOf(storage, dtypeName(dtype), offset, size, stride, damaged);
};

function tensorOf(
  storage: PickledStorage,
  dtype: string,
  offset: PickleValue | undefined,
  size: PickleValue | undefined,
  stride: PickleValue | undefined,
  damaged: Damaged,
): PickledTensor {
  const dims = wholeNumbers(size);
  const strides = wholeNumbers(stride);
  if (!dims || !strides || dims.length !== strides.length || dims.length > mostDimensions) {
    throw damaged('holds a tensor with impossible lengths or strides');
  }
  if (!Number.isSafeInteger(offset) || (offset as number) < 0)
    throw damaged('holds a tensor with an impossible offset');
  return new PickledTensor(storage, dtype, offset as number, dims, strides);
}

/** A dict from nothing, from pairs or from another. */
const dict: Call = ([given]) => {
  if (given === undefined) return new Map();
  if (given instanceof Map) return new Map(given);
  const pairs = itemsOf(given)?.map(itemsOf);
  if (!pairs?.every((pair) => pair?.length === 2)) return undefined;
  return new Map(pairs.map((pair) => [pair![0] as PickleValue, pair![1] as PickleValue]));
};

const set: Call = ([given]) => (given === undefined ? new Set() : newSet(itemsOf(given)));
const newSet = (items: readonly PickleValue[] | null) => (items ? new Set(items) : undefined);

/** Bytes as protocol 2 writes them: a text of their codes. */
const encoded: Call = ([text, encoding]) => {
  if (typeof text !== 'string' || (encoding !== 'latin1' && encoding !== 'latin-1')) return undefined;
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
};

/** An object of a class with `__reduce__` of protocols 0 and 1. */
const reconstructed: Call = ([type, , state]) => {
  if (type === undefined) return undefined;
  const record = new PickleRecord(type, new PickleTuple([]));
  record.state = state ?? null;
  return record;
};

/** (function, type, arguments, state): a tensor with attributes of its own. */
const fromType: Call = ([rebuild, , args], damaged) => {
  if (!(rebuild instanceof PickleGlobal) || rebuild.path === fromTypePath || args === undefined) return undefined;
  return called(rebuild, args, damaged);
};
const fromTypePath = 'torch._tensor._rebuild_from_type_v2';

const calls: ReadonlyMap<string, Call> = new Map<string, Call>([
  ['torch._utils._rebuild_tensor', tensor],
  ['torch._utils._rebuild_tensor_v2', tensor],
  ['torch._utils._rebuild_tensor_v3', untypedTensor],
  ['torch._utils._rebuild_parameter', first],
  ['torch._utils._rebuild_parameter_with_state', first],
  [fromTypePath, fromType],
  ['torch.Size', first],
  ['torch.device', first],
  ['torch.jit._pickle.build_intlist', first],
  ['torch.jit._pickle.build_doublelist', first],
  ['torch.jit._pickle.build_boollist', first],
  ['torch.jit._pickle.build_tensorlist', first],
  ['torch.jit._pickle.restore_type_tag', first],
  ['collections.OrderedDict', dict],
  ['collections.Counter', dict],
  ['builtins.dict', dict],
  ['collections.defaultdict', (args, damaged) => dict(args.slice(1), damaged)],
  ['builtins.set', set],
  ['builtins.frozenset', set],
  ['builtins.list', ([given]) => (given === undefined ? [] : itemsOf(given)?.slice())],
  ['builtins.tuple', ([given]) => new PickleTuple(itemsOf(given) ?? [])],
  ['_codecs.encode', encoded],
  ['copyreg._reconstructor', reconstructed],
]);

/** What a call gives when it is one of those; else a record of it. */
export function called(type: PickleValue, args: PickleValue, damaged: Damaged): PickleValue {
  const items = args instanceof PickleTuple ? args.items : null;
  if (type instanceof PickleGlobal && items) {
    const value = calls.get(type.path)?.(items, damaged);
    if (value !== undefined) return value;
  }
  return new PickleRecord(type, args);
}
