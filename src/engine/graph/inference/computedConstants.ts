import { CheckpointError } from '../../../shared/errors';
import { nodeLabel } from '../ir/attributes';
import type { Graph, Node } from '../ir/graph';
import { type Tensor, type ValueType, valueBytes } from '../ir/tensor';

/** Tables, masks and positions that a network makes of its constants take less; a length in a small file may ask for any number. */
const usualGrowth = 256 * 1024 ** 2;
/** What was stored in few bits, or once for many places, may grow by this factor. */
const unpacking = 4;

function bytesOf(constants: ReadonlyMap<string, Tensor>): number {
  let sum = 0;
  for (const { dtype, dims } of constants.values()) sum += valueBytes({ dtype, dims });
  return sum;
}

/**
 * How much memory the constants of a graph may take that its nodes compute from constants: counted is what a node adds to what it reads, so
 * that weights may be rearranged and normalised as often as a network likes, but nothing large is made out of a few numbers.
 */
export class ComputedConstants {
  private readonly fixed = new Set<string>();
  private readonly most: number;
  private grown = 0;

  /** @param memory bytes that everything has to fit in. */
  constructor(
    constants: Graph['constants'],
    private readonly memory: number,
  ) {
    this.most = Math.min(memory, usualGrowth + unpacking * bytesOf(constants));
  }

  /**
   * Counts a node whose inputs are `fixed`, before anything of it is computed.
   *
   * @throws CheckpointError when its outputs take more than is left.
   */
  count(node: Node, types: readonly ValueType[], isFixed: (name: string) => boolean, typeOf: TypeOf): void {
    if (!node.inputs.every((name) => name === '' || this.fixed.has(name) || isFixed(name))) return;
    const outputs = node.outputs.map((name, index) => (name === '' ? 0 : sizeOf(types[index])));
    const made = outputs.reduce((sum, bytes) => sum + bytes, 0);
    let read = 0;
    for (const name of new Set(node.inputs)) read += sizeOf(typeOf(name));
    const grown = this.grown + Math.max(0, made - read);
    if (grown > this.most) throw this.tooMuch(node, made);
    this.grown = grown;
    for (const name of node.outputs) if (name !== '') this.fixed.add(name);
  }

  private tooMuch(node: Node, bytes: number): CheckpointError {
    const megabytes = (value: number) => Math.ceil(value / 1024 ** 2).toLocaleString('en');
    const asked = `The ${node.op} node “${nodeLabel(node)}” makes a constant of ${megabytes(bytes)} MB out of smaller ones`;
    const help =
      this.most === this.memory
        ? 'raise the memory budget (the setting whylight.memoryBudget, --memory on the command line)'
        : 'export the model with such constants stored in the file';
    return new CheckpointError(`${asked}, where all of them together may take ${megabytes(this.most)} MB; ${help}.`);
  }
}

type TypeOf = (name: string) => ValueType | undefined;

const sizeOf = (type: ValueType | undefined): number => (type ? valueBytes(type) : 0);
