/** What a program is read with: its code, its objects, what it has made so far. */
import type { TorchArchive } from '../../pickle/torchArchive';
import type { PickleValue } from '../../pickle/values';
import { Work } from '../arrays/numberArray';
import { Emitter, type Ssa } from './emitter';
import { Objects } from './objects';
import type { Program } from './program';
import { TensorCalls } from './tensorCalls';
import { CodeName, ObjectValue, type Value } from './values';

export class Context {
  readonly work = new Work();
  readonly emitter = new Emitter();
  readonly tensors = new TensorCalls(this.emitter, this.work, () => this.image);
  image: Ssa | null = null;
  /** True when the network was saved as it is trained. */
  wasTraining = false;
  readonly objects: Objects;
  private readonly constantObjects: Objects;

  /** @param constants of the code, by number. */
  constructor(
    readonly program: Program,
    data: TorchArchive,
    constantArchive: TorchArchive,
    private readonly constants: readonly PickleValue[],
  ) {
    this.objects = new Objects(data, this.emitter, this.work);
    this.constantObjects = new Objects(constantArchive, this.emitter, this.work);
  }

  /** A name of code; one of a constant or of a class's member gives that. */
  named(path: string, member: (name: { readonly path: string; readonly name: string }) => Value | undefined): Value {
    const constant = /^CONSTANTS\.c(\d+)$/.exec(path);
    if (constant) {
      const pickled = this.constants[Number(constant[1])];
      if (pickled !== undefined) return this.constantObjects.value(pickled, path);
    }
    if (path.startsWith('__torch__.')) {
      const at = path.lastIndexOf('.');
      const value = member({ path: path.slice(0, at), name: path.slice(at + 1) });
      if (value !== undefined) return value;
    }
    return new CodeName(path);
  }

  /** An attribute that the object has; undefined when only its class may have it. */
  attribute(object: ObjectValue, name: string): Value | undefined {
    const set = object.attributes.get(name);
    if (set !== undefined) return set;
    const pickled = this.objects.state(object)?.get(name);
    if (pickled === undefined) return undefined;
    if (name === 'training' && typeof pickled === 'boolean') {
      this.wasTraining ||= pickled;
      return false;
    }
    const path = object.path ? `${object.path}.${name}` : name;
    const value = this.objects.value(pickled, path);
    if (value instanceof ObjectValue && value.path === null && object.path !== null) value.path = path;
    object.attributes.set(name, value);
    return value;
  }

  /** Why an object cannot be asked to do something. */
  withoutMethod(object: ObjectValue, name: string): string {
    if (/quantized|packed_?params|PackedParams/i.test(object.type)) {
      return 'it is quantised (packed parameters); export the network before quantising it';
    }
    if (object.type.includes('.classes.')) {
      return `it needs “${object.type}”, whose code is in a library and not in the archive`;
    }
    return `“${object.type}” has no method “${name}”`;
  }
}
