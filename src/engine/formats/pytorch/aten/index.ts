/** Programs of PyTorch operators as graphs: what torch.export archives and TorchScript end in. */
import type { Graph } from '../../../graph/ir/graph';
import type { DType, Tensor, ValueType } from '../../../graph/ir/tensor';
import { GraphWriter } from '../../kit/graph/graphWriter';
import { OperatorWriter } from '../../kit/graph/operatorWriter';
import { graphDtype } from '../../kit/tensors/elements';
import { asFloat32 } from '../../kit/tensors/floats';
import type { AtenCall, AtenProgram } from './call';
import { InPlace, isInPlace } from './inPlace';
import { operators } from './rules';
import { CallContext, type ProgramState, Unsupported } from './values/context';
import { graphType } from './values/dtypes';
import { damaged } from './values/schema';
import { findOperator } from './values/table';
import { Types } from './values/types';

export type { AtenArgument, AtenCall, AtenProgram, AtenValue } from './call';

export interface ImportedProgram {
  readonly graph: Graph;
  /** What was changed, in sentences. */
  readonly notes: readonly string[];
}

/**
 * The graph of a program, in float32 and with images as N×C×H×W. Values keep their names; calls that no operator is known for become
 * nodes that say so (`Node.unsupported`), and so do those that are known but not in this use.
 *
 * @throws CheckpointError when the program contradicts itself or gives nothing.
 */
export function importAten(program: AtenProgram): ImportedProgram {
  const importer = new Importer(program);
  const read = new Set([...program.outputs, ...program.calls.flatMap(valuesOf)]);
  const inPlace = program.calls.some(isInPlace)
    ? new InPlace(
        (call, shown) => importer.write(call, shown),
        (hint) => importer.fresh(hint),
      )
    : null;
  for (const call of program.calls) {
    const outputs = call.outputs.map((output) => (read.has(output) ? output : ''));
    // Where nothing reads any of its results, a call is a check or a rest of training, unless it changes what others read.
    if (!outputs.some((output) => output !== '') && !isInPlace(call)) continue;
    if (inPlace) inPlace.add({ ...call, outputs });
    else importer.write({ ...call, outputs });
  }
  return importer.finish(program.outputs.map((output) => inPlace?.now(output) ?? output));
}

/** A program that is still being made: what types and shapes its values have, call by call, as far as that is known. */
export class ProgramTypes {
  private readonly importer = new Importer({ calls: [], constants: new Map(), inputs: [], outputs: [] });

  input(input: AtenProgram['inputs'][number]): void {
    this.importer.input(input);
  }

  constant(name: string, tensor: Tensor): void {
    this.importer.constant(name, tensor);
  }

  /** @param call of values that were told before. */
  add(call: AtenCall): void {
    this.importer.write(call);
  }

  type(value: string): ValueType | undefined {
    return this.importer.type(value);
  }
}

class TypedWriter extends GraphWriter {
  constructor(
    names: Iterable<string>,
    private readonly types: Types,
  ) {
    super(names);
  }

  override add(hint: string, tensor: Tensor): string {
    const name = super.add(hint, tensor);
    this.types.setConstant(name, tensor);
    return name;
  }

  override constant(name: string, tensor: Tensor): void {
    super.constant(name, tensor);
    this.types.setConstant(name, tensor);
  }
}

class Importer {
  private readonly types = new Types();
  private readonly writer: TypedWriter;
  private readonly notes = new Set<string>();
  private readonly converted = new Set<DType>();
  private readonly constants = new Map<string, Tensor>();
  private readonly defined = new Set<string>();
  private readonly state: ProgramState;

  constructor(private readonly program: AtenProgram) {
    this.writer = new TypedWriter(namesIn(program), this.types);
    for (const [name, tensor] of program.constants) this.constant(name, tensor);
    for (const input of program.inputs) this.input(input);
    this.state = {
      types: this.types,
      numbers: new Map(),
      constant: (value) => this.constants.get(value),
      declared: (value) => {
        const dtype = program.types?.get(value)?.dtype;
        return dtype && graphType(dtype);
      },
      note: (sentence) => this.notes.add(sentence),
      fresh: (hint) => this.writer.fresh(hint),
    };
  }

  /** @param shown false for a step that is no layer to users. */
  write(call: AtenCall, shown = true): void {
    for (const output of call.outputs) if (output !== '') this.define(output);
    const [label = ''] = call.outputs.filter((output) => output !== '');
    const name = call.layer ?? label;
    const w = new OperatorWriter(name, label, this.writer);
    let type: string | undefined;
    try {
      type = this.translate(call, w);
    } catch (error) {
      if (!(error instanceof Unsupported)) throw error;
      w.nodes.length = 0;
      const inputs = valuesOf(call).filter((value) => this.defined.has(value) && !this.state.numbers.has(value));
      const { outputs } = call;
      w.nodes.push({ op: `aten::${call.op}`, name, inputs, outputs, attributes: {}, unsupported: error.message });
      this.adoptDeclared(call);
    }
    if (w.nodes.length === 0) return;
    const known = call.shownAs ?? type ?? w.nodes.at(-1)?.op ?? call.op;
    const written = shown ? w.nodes : w.nodes.map((node) => ({ ...node, shownAs: null }));
    this.writer.operator({ name, type: known, outputs: call.outputs }, ({ nodes }) => nodes.push(...written));
  }

  private translate(call: AtenCall, w: OperatorWriter): string | undefined {
    const match = findOperator(operators, call);
    if (match === null) throw new Unsupported('is not supported');
    if (match === 'misfit') throw new Unsupported('has arguments that are not supported');
    const context = new CallContext(call, match.bound, this.state, w);
    match.operator.rule(context);
    return context.shownAs;
  }

  fresh(hint: string): string {
    return this.writer.fresh(hint);
  }

  finish(outputs: readonly string[]): ImportedProgram {
    const { types } = this.program;
    for (const output of outputs) {
      const known = this.state.numbers.get(output);
      if (known !== undefined) throw damaged(`its output “${output}” is no tensor`);
    }
    const outputTypes = new Map<string, ValueType>();
    for (const output of outputs) {
      const declared = types?.get(output);
      const type = declared && { dtype: graphType(declared.dtype), dims: declared.dims };
      const known = type ?? this.types.get(output);
      if (known) outputTypes.set(output, known);
    }
    const notes = [...this.notes];
    if (this.converted.size > 0) {
      notes.push(`Numbers of type ${[...this.converted].sort().join(' and ')} are computed as float32.`);
    }
    return { graph: this.writer.finish(outputs, outputTypes), notes };
  }

  input({ name, dtype, dims }: AtenProgram['inputs'][number]): void {
    if (graphDtype(dtype as DType) !== dtype) this.converted.add(dtype as DType);
    const type: ValueType = { dtype: graphType(dtype as DType), dims };
    this.define(name);
    this.writer.input(name, type);
    this.types.set(name, type);
  }

  /** What is known of a value so far. */
  type(value: string): ValueType | undefined {
    return this.types.get(value);
  }

  constant(name: string, stored: Tensor): void {
    const tensor = asFloat32(stored);
    if (tensor.dtype !== stored.dtype) this.converted.add(stored.dtype);
    this.define(name);
    this.constants.set(name, tensor);
    this.writer.constant(name, tensor);
  }

  private define(name: string): void {
    if (this.defined.has(name)) throw damaged(`the value “${name}” is computed twice`);
    this.defined.add(name);
  }

  /** What the container says of values that nothing here computes, so that those behind them can be written all the same. */
  private adoptDeclared({ outputs }: AtenCall): void {
    for (const output of outputs) {
      const type = this.program.types?.get(output);
      if (type) this.types.set(output, { dtype: graphType(type.dtype), dims: type.dims });
    }
  }
}

/** The values that a call reads. */
function valuesOf(call: AtenCall): string[] {
  const values: string[] = [];
  const waiting = [...call.positional, ...call.named.values()];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (typeof next !== 'object' || next === null) continue;
    if ('value' in next) values.push(next.value);
    else for (const item of next) waiting.push(item);
  }
  return values;
}

function namesIn(program: AtenProgram): string[] {
  return [
    ...program.constants.keys(),
    ...program.inputs.map(({ name }) => name),
    ...program.calls.flatMap(({ outputs }) => outputs),
  ];
}
