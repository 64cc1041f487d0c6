/** The objects of an archive as the program's variables hold them. */
import { CheckpointError } from '../../../../../shared/errors';
import { asFloat32 } from '../../../kit/tensors/floats';
import type { TorchArchive } from '../../pickle/torchArchive';
import { PickledTensor, PickleGlobal, PickleRecord, PickleTuple, type PickleValue } from '../../pickle/values';
import { NumberArray, type Work } from '../arrays/numberArray';
import type { Emitter } from './emitter';
import { DictValue, ListValue, ObjectValue, TensorValue, TupleValue, type Value } from './values';

export class Objects {
  private readonly known = new Map<PickleValue, Value>();

  constructor(
    private readonly archive: TorchArchive,
    private readonly emitter: Emitter,
    private readonly work: Work,
  ) {}

  /** The value, the same each time; what it consists of is converted when it is asked for (`attribute`). */
  value(pickled: PickleValue, name: string): Value {
    if (typeof pickled === 'bigint') return Number(pickled);
    if (typeof pickled !== 'object' || pickled === null) return pickled;
    const known = this.known.get(pickled);
    if (known !== undefined) return known;
    const made = this.made(pickled, name);
    this.known.set(pickled, made);
    return made;
  }

  /** Attributes of an object of the archive; null for what is none. */
  state(object: ObjectValue): ReadonlyMap<PickleValue, PickleValue> | null {
    const state = this.states.get(object);
    return state instanceof Map ? state : null;
  }

  /** What `__setstate__` is given, where the object has no plain attributes. */
  rawState(object: ObjectValue): PickleValue | undefined {
    return this.states.get(object);
  }

  private readonly states = new Map<ObjectValue, PickleValue>();
  private depth = 0;

  private made(pickled: Exclude<PickleValue, bigint>, name: string): Value {
    if (pickled instanceof PickledTensor) return this.tensor(pickled, name);
    if (pickled instanceof PickleRecord) {
      if (pickled.path.startsWith('torch._utils._rebuild_')) {
        const kind = pickled.path.replace(/^torch\._utils\._rebuild_/, '');
        const why = { qtensor: 'is quantised; export the network before quantising it', sparse_tensor: 'is sparse' }[
          kind
        ];
        throw new CheckpointError(`“${name}” cannot be used: it ${why ?? `is a tensor of a special kind (${kind})`}.`);
      }
      const object = new ObjectValue(pickled.path);
      this.states.set(object, pickled.state);
      return object;
    }
    if (++this.depth > 100) throw new CheckpointError(`The TorchScript archive is damaged: “${name}” holds itself.`);
    const each = (value: PickleValue, i: number) => this.value(value, `${name}.${i}`);
    let made: Value = null;
    if (Array.isArray(pickled)) made = new ListValue(pickled.map(each));
    else if (pickled instanceof PickleTuple) made = new TupleValue(pickled.items.map(each));
    else if (pickled instanceof Map) {
      made = new DictValue([...pickled].map(([key, value], i) => [this.value(key, name), each(value, i)] as const));
    } else if (pickled instanceof PickleGlobal) made = pickled.path;
    this.depth--;
    return made;
  }

  private tensor(pickled: PickledTensor, name: string): TensorValue {
    const tensor = this.archive.tensor(pickled, `“${name}”`);
    // Numbers of a program stand as such in it.
    if (name.startsWith('CONSTANTS.') && tensor.dims.length === 0) {
      return new TensorValue(NumberArray.of(asFloat32(tensor), this.work));
    }
    return new TensorValue(this.emitter.constant(name, tensor));
  }
}
