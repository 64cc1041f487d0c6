import { FreshNames } from '../../ir/freshNames';
import type { Graph, Node } from '../../ir/graph';
import { permutationTo } from '../../ir/layout';
import { LazyTensor } from '../../ir/lazyTensor';
import { pick, stridesOf, toNumbers, walk, withDims } from '../../ir/numbers';
import { elementCount, int64, type Tensor, type ValueType } from '../../ir/tensor';
import { firstOf, lastOf, liesTheSame } from './axes';

/**
 * The new graph while it is written. A value of the old one is *moved* when the new one has it as N×C×H×W only; it is turned back for those
 * that need it as it was, once for all of them.
 */
export class Mover {
  readonly nodes: Node[] = [];
  readonly constants: Map<string, Tensor>;
  readonly types: Map<string, ValueType>;
  /** Old value → the new one that holds it as N×C×H×W. */
  private readonly first = new Map<string, string>();
  /** Old value → the new one that holds it as it was, where that has another name. */
  private readonly same = new Map<string, string>();
  private readonly moved = new Set<string>();
  private readonly names: FreshNames;

  constructor(private readonly graph: Graph) {
    this.constants = new Map(graph.constants);
    this.types = new Map(graph.types);
    const values = [...graph.inputs.map(({ name }) => name), ...graph.constants.keys()];
    this.names = new FreshNames([...values, ...graph.nodes.flatMap(({ outputs }) => outputs)]);
  }

  isMoved(value: string): boolean {
    return this.moved.has(value);
  }

  /** Sizes of an old value, in its own order. */
  dims(value: string): readonly number[] {
    return (this.graph.types.get(value)?.dims ?? this.graph.constants.get(value)?.dims ?? []) as readonly number[];
  }

  constant(value: string): Tensor | undefined {
    return this.graph.constants.get(value);
  }

  fresh(hint: string): string {
    return this.names.take(hint);
  }

  ints(hint: string, values: readonly number[]): string {
    const name = this.fresh(`${hint}/ints`);
    this.constants.set(name, int64([values.length], values));
    return name;
  }

  /** Says that an old value is moved: `held` of the new graph is it as N×C×H×W. */
  hold(value: string, held: string): void {
    this.moved.add(value);
    this.first.set(value, held);
    const type = this.graph.types.get(value);
    if (type) this.types.set(held, { ...type, dims: firstOf(this.dims(value)) });
  }

  /** Says that `name` of the new graph is an old value as it was. */
  call(value: string, name: string): void {
    this.same.set(value, name);
    const type = this.graph.types.get(value);
    if (type) this.types.set(name, type);
  }

  /** An old value in its own order. */
  asWas(value: string): string {
    const known = this.same.get(value);
    if (known !== undefined) return known;
    return this.moved.has(value) ? this.turnBack(value, this.fresh(`${value}/NHWC`)) : value;
  }

  /** Gives a moved value in its own order under this name. */
  turnBack(value: string, name: string): string {
    this.call(value, this.turn(this.first.get(value) as string, this.dims(value), 'NHWC', name));
    return name;
  }

  /** An old value of four axes as N×C×H×W. */
  asFirst(value: string): string {
    const known = this.first.get(value);
    if (known !== undefined) return known;
    const constant = this.constants.get(value);
    const hint = this.fresh(`${value}/NCHW`);
    if (constant) {
      this.constants.set(hint, constantFirst(constant));
      this.first.set(value, hint);
      return hint;
    }
    const name = this.turn(this.asWas(value), firstOf(this.dims(value)), 'NCHW', hint);
    this.first.set(value, name);
    return name;
  }

  /** As N×C×H×W, where that is known already. */
  knownFirst(value: string): string | undefined {
    return this.first.get(value);
  }

  /** Says that `held` of the new graph is an old value, which is not moved, as N×C×H×W. */
  remember(value: string, held: string): void {
    this.first.set(value, held);
  }

  /** Appends a step that was not in the checkpoint. */
  emit(op: string, inputs: readonly string[], attributes: Node['attributes'], output: string, type: ValueType): string {
    this.nodes.push({ op, name: output, inputs, outputs: [output], attributes, shownAs: null });
    this.types.set(output, type);
    return output;
  }

  /** @param dims of the result. */
  private turn(from: string, dims: readonly number[], to: 'NCHW' | 'NHWC', output: string): string {
    const dtype = this.types.get(from)?.dtype ?? 'float32';
    const asLast = to === 'NHWC' ? dims : lastOf(dims);
    if (liesTheSame(asLast)) {
      return this.emit('Reshape', [from, this.ints(output, [-1, ...dims.slice(1)])], {}, output, { dtype, dims });
    }
    return this.emit('Transpose', [from], { perm: permutationTo[to] }, output, { dtype, dims });
  }
}

function constantFirst(tensor: Tensor): Tensor {
  const { dims } = tensor;
  const moved = firstOf(dims);
  if (liesTheSame(dims) && !(tensor instanceof LazyTensor)) return withDims(tensor, moved);
  const make = () => pick(tensor, moved, walk(moved, firstOf(stridesOf(dims))));
  if (elementCount(dims) < 1 << 14 || tensor.dtype === 'string') return make();
  return new LazyTensor(tensor.dtype, moved, () => make().data as Exclude<Tensor['data'], readonly string[]>);
}

/** The whole numbers of a constant; undefined for what is none. */
export function constantInts(mover: Mover, value: string | undefined): number[] | undefined {
  const tensor = value === undefined ? undefined : mover.constant(value);
  return tensor && toNumbers(tensor);
}
