import { CheckpointError } from '../../../../shared/errors';
import type { Graph } from '../../../graph/ir/graph';
import type { Layout } from '../../../graph/ir/layout';
import type { ValueType } from '../../../graph/ir/tensor';
import { GraphWriter } from '../../kit/graph/graphWriter';
import type { OperatorWriter } from '../../kit/graph/operatorWriter';
import { neededInOrder } from '../../kit/graph/ordering';
import type { TfAttribute, TfNode, TfProgram } from '../graph/graphDef';
import { dilatedConvolutions } from './dilated';
import { graphTensor, graphType } from './elements';
import { Known } from './known';
import { Operation, type Program, Unsupported } from './operation';
import { ruleOf } from './rules';

export interface ImportedProgram {
  readonly graph: Graph;
  /** What was changed on import, in sentences. */
  readonly notes: readonly string[];
  /** The order of axes of the images that the program computes; undefined where none of its operators says it. */
  readonly layout?: Layout;
}

/** A node with the names of the values that it reads and gives. */
interface Step {
  readonly node: TfNode;
  readonly op: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** `node:0` is `node`. */
function valueName(reference: string): string {
  return reference.endsWith(':0') ? reference.slice(0, -2) : reference;
}

/** The nodes with all outputs that anything reads. */
function stepsOf(program: TfProgram): Step[] {
  const given = program.nodes.map((node) => ({
    node,
    inputs: node.inputs.filter((input) => !input.startsWith('^')).map(valueName),
  }));
  const last = new Map<string, number>();
  const names = new Set(given.map(({ node }) => node.name));
  for (const value of [...given.flatMap(({ inputs }) => inputs), ...program.outputs.map(valueName)]) {
    const match = /^(.*):(\d+)$/.exec(value);
    const [name, index] = [match?.[1] ?? '', Number(match?.[2])];
    if (match && names.has(name) && !names.has(value)) last.set(name, Math.max(last.get(name) ?? 0, index));
  }
  return given.map(({ node, inputs }) => {
    const count = last.get(node.name) ?? 0;
    if (count > mostOutputs) {
      throw new CheckpointError(`The checkpoint is damaged: the node “${node.name}” has an output ${count}.`);
    }
    const others = Array.from({ length: count }, (_, i) => `${node.name}:${i + 1}`);
    return { node, op: node.op, name: node.name, inputs, outputs: [node.name, ...others] };
  });
}

/** A node with more outputs is damaged. */
const mostOutputs = 1 << 12;

/**
 * A program of TensorFlow as a graph of standard operators that computes in float32, in the order of axes that it has itself. Values keep
 * their names: `node` for a node's first output, `node:1` for its second. Operators without a rule stay under their names, unsupported.
 *
 * @throws CheckpointError when the program contradicts itself.
 */
export function importProgram(program: TfProgram): ImportedProgram {
  return new Importer(program).run();
}

class Importer implements Program {
  readonly known = new Known((value) => this.writer.tensor(value));
  readonly rearranged = new Map<string, string>();
  private readonly notes = new Set<string>();
  private readonly layouts = new Set<Layout>();
  private readonly outputs: readonly string[];
  private readonly steps: readonly Step[];
  private readonly read: ReadonlySet<string>;
  private readonly sources: ReadonlyMap<string, TfNode>;
  private readonly writer: GraphWriter;

  constructor(private readonly program: TfProgram) {
    this.outputs = [...new Set(program.outputs.map(valueName))];
    const { nodes, constants } = dilatedConvolutions(program);
    const steps = stepsOf({ ...program, nodes });
    const inputs = new Set(program.inputs.map((input) => valueName(input.name)));
    const given = { has: (value: string) => inputs.has(value) || constants.has(value) };
    this.steps = neededInOrder(steps, this.outputs, given);
    this.sources = new Map(this.steps.map(({ node, inputs }) => [node.name, { ...node, inputs }]));
    this.read = new Set([...this.outputs, ...this.steps.flatMap((step) => step.inputs)]);
    this.writer = new GraphWriter([
      ...inputs,
      ...constants.keys(),
      ...program.nodes.map(({ name }) => name),
      ...this.read,
    ]);
    for (const [name, tensor] of constants) {
      if (this.read.has(name)) this.writer.constant(name, graphTensor(tensor));
    }
  }

  used(value: string): boolean {
    return this.read.has(value);
  }

  source(value: string): TfNode | undefined {
    return this.sources.get(value);
  }

  note(sentence: string): void {
    this.notes.add(sentence);
  }

  met(layout: Layout): void {
    this.layouts.add(layout);
  }

  run(): ImportedProgram {
    for (const input of this.program.inputs) this.input(input);
    for (const step of this.steps) this.step(step);
    const channelsLast = this.layouts.has('NHWC') || this.layouts.size === 0;
    const graph = this.writer.finish(this.outputs, new Map(), { channelsLast });
    const [layout] = this.layouts;
    return { graph, notes: [...this.notes], ...(layout && this.layouts.size === 1 ? { layout } : {}) };
  }

  private input({ name, type, shape }: TfProgram['inputs'][number]): void {
    const dtype = graphType(type);
    if (!dtype) {
      throw new CheckpointError(
        `The checkpoint's input “${name}” has elements of TensorFlow's type ${type}, which is not supported.`,
      );
    }
    const declared: ValueType = { dtype, dims: shape };
    this.writer.input(valueName(name), declared);
    if (shape) this.known.setDims(valueName(name), shape);
  }

  private step({ node, inputs, outputs }: Step): void {
    const source = { name: node.name, type: node.op, outputs };
    const rule = ruleOf(node.op);
    if (!rule) {
      this.writer.unsupported(source, inputs, 'is not supported');
      return;
    }
    let written: OperatorWriter | undefined;
    try {
      this.writer.operator(source, (w) => {
        rule(new Operation(node, inputs, w, this));
        written = w;
      });
    } catch (error) {
      if (!(error instanceof Unsupported)) throw error;
      this.writer.unsupported(source, inputs, error.message);
    }
    if (!written) return;
    for (const each of written.nodes) this.known.follow(each);
    this.statedShapes(node);
    const made = new Set(written.nodes.flatMap((each) => each.outputs));
    const missing = outputs.find((output) => this.read.has(output) && !made.has(output));
    if (missing !== undefined) {
      throw new CheckpointError(`The checkpoint is damaged: ${node.op} gives no value “${missing}”.`);
    }
  }

  /** Some graphs state the shapes of their values. */
  private statedShapes({ name, attributes }: TfNode): void {
    const shapes = attributes.get('_output_shapes');
    if (shapes?.kind !== 'list') return;
    shapes.value.forEach((shape: TfAttribute, index) => {
      if (shape.kind === 'shape' && shape.value)
        this.known.setDims(index === 0 ? name : `${name}:${index}`, shape.value);
    });
  }
}
