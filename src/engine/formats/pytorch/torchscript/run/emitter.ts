/** Collects the calls of the program that is read, and what is known of their results. */
import { CheckpointError } from '../../../../../shared/errors';
import type { Tensor, ValueType } from '../../../../graph/ir/tensor';
import { type AtenArgument, type AtenCall, type AtenProgram, ProgramTypes } from '../../aten';

/** A result of the program: it gets its name when all are known. */
export interface Ssa {
  /** By which types are asked; not shown. */
  readonly id: string;
  /** That of a layer, a constant or an input. */
  name: string | null;
  /** To make a name of when it gets none. */
  readonly hint: string;
  /** Calls that came before it. */
  readonly index: number;
  readonly constant: Tensor | null;
}

/** An argument as calls are collected: results in place of their names. */
export type Argument = Ssa | number | boolean | string | null | readonly Argument[];

interface Emitted {
  readonly op: string;
  readonly overload: string;
  readonly positional: readonly Argument[];
  readonly named: ReadonlyMap<string, Argument>;
  readonly outputs: readonly Ssa[];
  readonly shownAs?: string;
}

/** The largest networks have some ten thousand. */
const mostCalls = 200_000;

export class Emitter {
  private readonly types = new ProgramTypes();
  private readonly calls: Emitted[] = [];
  private readonly constants: Ssa[] = [];
  private readonly inputs: { readonly ssa: Ssa; readonly dtype: string; readonly dims: readonly (number | null)[] }[] =
    [];
  private readonly taken = new Set<string>();
  private readonly numbers = new Map<string, number>();
  private count = 0;

  /** Calls that were collected so far. */
  get length(): number {
    return this.calls.length;
  }

  input(name: string, dtype: string, dims: readonly (number | null)[]): Ssa {
    const ssa = this.result('input', null);
    ssa.name = this.fresh(name);
    this.inputs.push({ ssa, dtype, dims });
    this.types.input({ name: ssa.id, dtype, dims });
    return ssa;
  }

  constant(name: string, tensor: Tensor): Ssa {
    const ssa = this.result('constant', tensor);
    ssa.name = this.fresh(name);
    this.constants.push(ssa);
    this.types.constant(ssa.id, tensor);
    return ssa;
  }

  /** @param hint for names of results that are no layer. */
  emit(call: Omit<Emitted, 'outputs'>, count: number, hint: string): Ssa[] {
    if (this.calls.length >= mostCalls) {
      throw new CheckpointError('The TorchScript program makes more calls than any network: it is damaged.');
    }
    const outputs = Array.from({ length: count }, () => this.result(hint, null));
    const emitted = { ...call, outputs };
    this.calls.push(emitted);
    this.types.add(written(emitted, (ssa) => ssa.id));
    return outputs;
  }

  type(ssa: Ssa): ValueType | undefined {
    return this.types.type(ssa.id);
  }

  /** A name that nothing else has: `relu`, `relu_1`. */
  fresh(name: string): string {
    let given = name;
    while (this.taken.has(given)) {
      const number = (this.numbers.get(name) ?? 0) + 1;
      this.numbers.set(name, number);
      given = `${name}_${number}`;
    }
    this.taken.add(given);
    return given;
  }

  finish(outputs: readonly Ssa[]): AtenProgram {
    for (const { outputs: results } of this.calls) for (const ssa of results) ssa.name ??= this.fresh(ssa.hint);
    const name = (ssa: Ssa) => ssa.name as string;
    return {
      calls: this.calls.map((call) => written(call, name)),
      constants: new Map(this.constants.map((ssa) => [name(ssa), ssa.constant as Tensor])),
      inputs: this.inputs.map(({ ssa, dtype, dims }) => ({ name: name(ssa), dtype, dims })),
      outputs: outputs.map(name),
    };
  }

  private result(hint: string, constant: Tensor | null): Ssa {
    return { id: `%${this.count++}`, name: null, hint, index: this.calls.length, constant };
  }
}

function written({ op, overload, positional, named, outputs, shownAs }: Emitted, name: (ssa: Ssa) => string): AtenCall {
  const argument = (value: Argument): AtenArgument => {
    if (Array.isArray(value)) return value.map(argument);
    return typeof value === 'object' && value !== null ? { value: name(value as Ssa) } : (value as AtenArgument);
  };
  return {
    op,
    overload,
    positional: positional.map(argument),
    named: new Map([...named].map(([key, value]) => [key, argument(value)])),
    outputs: outputs.map(name),
    ...(shownAs === undefined ? {} : { shownAs }),
  };
}
