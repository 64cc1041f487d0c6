/** One call of a layer, as the rules that write it see it. */

import type { Node } from '../../../graph/ir/graph';
import type { Tensor } from '../../../graph/ir/tensor';
import type { OperatorWriter } from '../../kit/graph/operatorWriter';
import { type Argument, type LayerConfig, TensorReference, tensorsIn } from '../config/model';
import { refuse, Settings } from '../config/settings';
import type { Variable } from '../weights/kerasWeights';
import type { KnownShapes } from './knownShapes';

/** What is the same for all calls of a layer. */
export interface LayerState {
  readonly layer: LayerConfig;
  /** Of the Keras that wrote the checkpoint: 1, 2 or 3. */
  readonly version: number;
  readonly variables: readonly Variable[];
  readonly tensors: readonly Tensor[];
  /** Constants that earlier calls have made of the weights, by variable and form. */
  readonly made: Map<string, string>;
}

export interface CallSite {
  readonly state: LayerState;
  readonly writer: OperatorWriter;
  readonly shapes: KnownShapes;
  readonly args: readonly Argument[];
  readonly kwargs: ReadonlyMap<string, Argument>;
  /** A new name of a value that starts with `hint`. */
  fresh(hint: string): string;
  /** Name of the value that a tensor stands for. */
  valueBehind(reference: TensorReference): string;
  /** The rule of another layer, which is inside this one. */
  ruleOf(layer: LayerConfig): LayerRule | undefined;
  /** Names for what the call gives; a rule that gives fewer leaves the last ones out. */
  readonly outputs: readonly string[];
}

/** What is known of a layer before it is called. */
export interface Description {
  readonly settings: Settings;
  readonly layer: LayerConfig;
  readonly version: number;
  /** The rule of another layer, which is inside this one. */
  ruleOf(layer: LayerConfig): LayerRule | undefined;
}

/** How one class of layers is brought into the graph. */
export interface LayerRule {
  /** What the class does, for the page of layers; empty where the name says it. */
  readonly about?: string;
  /** Its variables in the order in which Keras makes them. Throws Refused for settings that it cannot have. */
  variables?(description: Description): readonly Variable[];
  /** Writes the operators of one call; the last gives `c.output`. Throws Refused for what has no form in the graph. */
  write(c: LayerCall): void;
}

export type LayerRules = Readonly<Record<string, LayerRule>>;

export class LayerCall {
  readonly settings: Settings;
  /** Values among the positional arguments, in their order. */
  readonly inputs: readonly string[];
  private applied = 0;

  constructor(readonly site: CallSite) {
    this.settings = new Settings(site.state.layer.config);
    this.inputs = site.args.flatMap((each) => tensorsIn(each)).map((each) => site.valueBehind(each));
  }

  get w(): OperatorWriter {
    return this.site.writer;
  }

  get version(): number {
    return this.site.state.version;
  }

  get className(): string {
    return this.site.state.layer.className;
  }

  /** The first input. */
  get x(): string {
    return this.inputs[0] ?? refuse('is called without a tensor');
  }

  /** What the call gives a parameter: by its name, else by its place. */
  argument(place: number, ...names: readonly string[]): Argument | undefined {
    const named = names.find((name) => this.site.kwargs.has(name));
    return named === undefined ? this.site.args[place] : this.site.kwargs.get(named);
  }

  /** The same call with its first two parameters in each other's place. */
  swapped(): LayerCall {
    const { args, kwargs } = this.site;
    const [first, second] = [this.argument(0, 'x'), this.argument(1, 'y')] as const;
    const others = new Map([...kwargs].filter(([name]) => name !== 'x' && name !== 'y'));
    return new LayerCall({ ...this.site, args: [second ?? null, first ?? null, ...args.slice(2)], kwargs: others });
  }

  /** The tensor that a parameter is given; undefined where it is given none. */
  tensorArgument(place: number, ...names: readonly string[]): string | undefined {
    const argument = this.argument(place, ...names);
    return argument instanceof TensorReference ? this.site.valueBehind(argument) : undefined;
  }

  /** The call's first output. */
  get output(): string {
    return this.site.outputs[0] as string;
  }

  /** Appends a node; the last one of a rule is given the call's output. */
  emit(op: string, inputs: readonly string[], attributes: Node['attributes'] = {}, output?: string): string {
    return this.w.emit(op, inputs, attributes, output);
  }

  /** The value is the call's output. */
  give(value: string, output = this.output): string {
    return this.emit('Identity', [value], {}, output);
  }

  dims(value: string): readonly number[] {
    this.settle();
    return this.site.shapes.dims(value) ?? refuse('reads a value of unknown shape');
  }

  /** As `dims`, where the lengths are right and not tried ones: those of the batch excepted. */
  exactDims(value: string): readonly number[] {
    const dims = this.dims(value);
    return this.site.shapes.isExact
      ? dims
      : refuse('needs to know the size of the image, which the checkpoint leaves open');
  }

  /** Applies what has been written and not yet been looked at. */
  settle(): void {
    const nodes = this.w.nodes;
    for (; this.applied < nodes.length; this.applied++) this.site.shapes.apply([nodes[this.applied] as Node]);
  }

  rank(value: string): number {
    return this.dims(value).length;
  }

  /** An axis counted from the front. */
  axis(axis: number, rank: number): number {
    const result = axis < 0 ? axis + rank : axis;
    return result >= 0 && result < rank ? result : refuse(`names axis ${axis} of a value with ${rank} axes`);
  }

  get channelsFirst(): boolean {
    return this.settings.text('data_format', 'channels_last') === 'channels_first';
  }

  /** True for a variable that the layer has with these settings. */
  has(name: string, within = ''): boolean {
    return this.find(name, within) >= 0;
  }

  private find(name: string, within: string): number {
    return this.site.state.variables.findIndex(
      (variable) => variable.name === name && variable.within.join('/') === within,
    );
  }

  tensor(name: string, within = ''): Tensor {
    const index = this.find(name, within);
    return this.site.state.tensors[index] ?? refuse(`has no weight “${name}”`);
  }

  /**
   * A weight as a constant.
   *
   * @param form names how it is changed, and `change` does it: the same constant serves every call.
   */
  weight(name: string, within = '', form = '', change: (tensor: Tensor) => Tensor = (tensor) => tensor): string {
    const key = `${within}/${name}/${form}`;
    const { made } = this.site.state;
    const known = made.get(key);
    if (known !== undefined) return known;
    const constant = this.w.constant([within, name].filter(Boolean).join('/'), change(this.tensor(name, within)));
    made.set(key, constant);
    return constant;
  }

  /**
   * For an operator that ONNX has for channels first only: `write` gets the value so and gives another such.
   *
   * @param channelsFirst true when the value has its channels first already.
   */
  spatially(value: string, channelsFirst: boolean, write: (first: string) => string, output?: string): string {
    if (channelsFirst) {
      const result = write(value);
      return output === undefined ? result : this.emit('Identity', [result], {}, output);
    }
    return this.w.channelsFirst(value, write, output);
  }

  /** The mask that Keras passes by layers is not followed: what is asked for explicitly is refused. */
  refuseMask(): void {
    const mask = this.site.kwargs.get('mask');
    if (mask !== undefined && mask !== null && mask !== false && tensorsIn(mask).length > 0) refuse('is given a mask');
  }
}
