/** An ExportedProgram (torch/_export/serde/schema.py) as a program of aten operators. */
import { CheckpointError } from '../../../../shared/errors';
import type { DType, Tensor, ValueType } from '../../../graph/ir/tensor';
import { isJsonObject, type Json, type JsonObject, own } from '../../kit/json/json';
import type { AtenCall, AtenProgram } from '../aten/call';
import { graphElements } from '../pickle/dtypes';
import { namesOf } from './arguments';
import { ProgramJson, scalarTypeName } from './fields';
import { Calls } from './nodes';
import type { Weights } from './weights';

/** Schema versions that are read: the first with `input_specs`, and the one of PyTorch 2.13. */
const versions = { oldest: 3, newest: 8 } as const;

export interface ExportedProgram {
  readonly program: AtenProgram;
  readonly details: Readonly<Record<string, string>>;
  /** What wrote it, empty when it does not say. */
  readonly producer: string;
}

/** @param name of the archive. */
export function exportedProgram(root: Json, weights: Weights, name: string): ExportedProgram {
  const json = new ProgramJson(name);
  const exported = json.object(root, 'its program');
  const version = checkedVersion(exported, name);
  const module = json.field(exported, 'graph_module', 'its program');
  const graph = json.field(module, 'graph', 'its program');
  const signature = json.field(module, 'signature', 'its program');
  const calls = new Calls(json);
  calls.add(json.listField(graph, 'nodes', 'its program'), (value) => value);
  const types = valueTypes(json.field(graph, 'tensor_values', 'its program'), json);
  const read = new Set(calls.calls.flatMap(valuesRead));
  const given = new Given(types, weights, read, json);
  for (const spec of json.listField(signature, 'input_specs', 'its signature')) given.add(spec);
  const outputs = userOutputs(json.listField(signature, 'output_specs', 'its signature'), json);
  const torch = own(exported, 'torch_version');
  return {
    program: { calls: calls.calls, constants: given.constants, inputs: given.inputs, outputs, types },
    details: { 'schema version': version },
    producer: typeof torch === 'string' && torch !== '' ? `pytorch ${torch.slice(0, 40)}` : 'pytorch',
  };
}

function checkedVersion(exported: JsonObject, name: string): string {
  const stated = own(exported, 'schema_version');
  const major = isJsonObject(stated) ? own(stated, 'major') : stated;
  const minor = isJsonObject(stated) ? own(stated, 'minor') : undefined;
  if (typeof major === 'number' && major >= versions.oldest && major <= versions.newest) {
    return typeof minor === 'number' ? `${major}.${minor}` : String(major);
  }
  const which = typeof major === 'number' ? `is version ${major}` : 'has no version';
  const advice =
    typeof major === 'number' && major > versions.newest
      ? 'save it with an older PyTorch'
      : 'export it with a newer PyTorch';
  throw new CheckpointError(
    `${name} was saved by another PyTorch: its program’s schema ${which}, where ${versions.oldest} to ${versions.newest} are read; ${advice}, or save it as ONNX or TorchScript.`,
  );
}

function valueTypes(values: JsonObject, json: ProgramJson): Map<string, ValueType> {
  const types = new Map<string, ValueType>();
  for (const [name, value] of Object.entries(values)) {
    const meta = json.object(value, `the type of “${name}”`);
    const dtype = graphElements(scalarTypeName(own(meta, 'dtype')));
    if (dtype) types.set(name, { dtype, dims: json.sizes(own(meta, 'sizes'), `the shape of “${name}”`) });
  }
  return types;
}

/** What the program is given: by its user, and by the archive. */
class Given {
  readonly inputs: { name: string; dtype: DType; dims: readonly (number | null)[] }[] = [];
  readonly constants = new Map<string, Tensor>();

  constructor(
    private readonly types: ReadonlyMap<string, ValueType>,
    private readonly weights: Weights,
    private readonly read: ReadonlySet<string>,
    private readonly json: ProgramJson,
  ) {}

  add(spec: Json): void {
    const [kind, value] = this.json.union(spec, 'an input of its program');
    const held = this.json.object(value, 'an input of its program');
    if (kind === 'user_input') this.addInput(held);
    else if (kind === 'parameter') this.addWeight(held, 'parameter_name');
    else if (kind === 'buffer') this.addWeight(held, 'buffer_name');
    else if (kind === 'tensor_constant') this.addWeight(held, 'tensor_constant_name');
    else if (kind === 'custom_obj') this.refuseObject(held);
    // Constants of Python (`constant_input`) stand in the nodes themselves; tokens order side effects.
  }

  private addInput(held: JsonObject): void {
    const arg = own(held, 'arg');
    const [kind] = this.json.union(arg, 'an input of its program');
    const [name = ''] = namesOf(arg, 'an input of its program', this.json);
    if (name === '' || !this.read.has(name)) return;
    if (kind !== 'as_tensor') {
      throw new CheckpointError(
        `${this.json.name} takes the number “${name}” beside its image; export it for one value of that.`,
      );
    }
    const type = this.types.get(name);
    if (!type?.dims) throw this.json.damaged(`its input “${name}” has no type`);
    this.inputs.push({ name, dtype: type.dtype, dims: type.dims });
  }

  private addWeight(held: JsonObject, key: string): void {
    const { json } = this;
    const value = json.textField(json.field(held, 'arg', 'a weight'), 'name', 'a weight');
    const name = json.textField(held, key, 'a weight');
    if (!this.read.has(value)) return;
    const tensor = this.weights.get(name);
    if (!tensor) throw new CheckpointError(`${json.name} is incomplete: there are no numbers for “${name}” in it.`);
    if (this.constants.has(value)) throw json.damaged(`the value “${value}” is given twice`);
    this.constants.set(value, tensor);
  }

  private refuseObject(held: JsonObject): void {
    const arg = this.json.field(held, 'arg', 'an object');
    const value = this.json.textField(arg, 'name', 'an object');
    if (!this.read.has(value)) return;
    const type = own(arg, 'class_fqn');
    throw new CheckpointError(
      `${this.json.name} needs an object of the class “${String(type).slice(0, 80)}”, which only PyTorch can run; export the network without it.`,
    );
  }
}

/** The values that a call reads. */
function valuesRead(call: AtenCall): string[] {
  const values: string[] = [];
  const waiting = [...call.positional, ...call.named.values()];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (typeof next !== 'object' || next === null) continue;
    if ('value' in next) values.push(next.value);
    else for (const item of next) waiting.push(item);
  }
  return values;
}

/** Tensors that the user gets, without the buffers that a training step would change. */
function userOutputs(specs: readonly Json[], json: ProgramJson): string[] {
  return specs.flatMap((spec) => {
    const [kind, value] = json.union(spec, 'an output of its program');
    if (kind !== 'user_output') return [];
    const arg = own(json.object(value, 'an output of its program'), 'arg');
    const [how] = json.union(arg, 'an output of its program');
    if (how !== 'as_tensor' && how !== 'as_tensors') return [];
    return namesOf(arg, 'an output of its program', json).filter((name) => name !== '');
  });
}
