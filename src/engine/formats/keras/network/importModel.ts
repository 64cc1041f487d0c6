/** A network that Keras describes, as a graph. */
import { CheckpointError } from '../../../../shared/errors';
import type { Graph } from '../../../graph/ir/graph';
import type { Layout } from '../../../graph/ir/layout';
import type { DType, Tensor, ValueType } from '../../../graph/ir/tensor';
import { GraphWriter } from '../../kit/graph/graphWriter';
import type { Json } from '../../kit/json/json';
import { asFloat32 } from '../../kit/tensors/floats';
import { type ConfigContext, damaged } from '../config/context';
import { shapeIn } from '../config/layerLists';
import type { LayerConfig, ModelConfig, TensorReference } from '../config/model';
import { Refused } from '../config/settings';
import { functionRule } from '../functions';
import { layerRule } from '../layers';
import type { KerasWeights, LayerSlot } from '../weights/kerasWeights';
import { isKnown } from './known';
import { KnownShapes } from './knownShapes';
import { LayerCall, type LayerState } from './layerCall';
import { ValueNames } from './names';
import { plannedCalls, tensorsOf } from './ordering';
import type { LayerRule } from './rule';
import { knownRule, slotsOfModel } from './slots';

/** Where a model stands in the network, and what its inputs are. */
interface Frame {
  readonly model: ModelConfig;
  readonly path: readonly string[];
  readonly calls: readonly number[];
  readonly values: Map<string, string>;
}

const keyOf = ({ layer, call, index }: TensorReference) => `${call}:${index}:${layer}`;

export class NetworkWriter {
  readonly notes: string[] = [];
  private readonly names: ValueNames;
  private readonly writer: ShapedWriter;
  private readonly shapes = new KnownShapes();
  private readonly states = new Map<LayerConfig, LayerState>();
  private readonly slots: ReadonlyMap<LayerConfig, LayerSlot>;
  private readonly bound: ReadonlyMap<LayerSlot, readonly Tensor[]>;

  /** @throws CheckpointError when weights are missing or do not fit. */
  constructor(
    private readonly model: ModelConfig,
    weights: KerasWeights,
    private readonly context: ConfigContext,
  ) {
    const { root, byLayer } = slotsOfModel(model, context.version);
    this.slots = byLayer;
    this.bound = weights.bind(root);
    this.names = new ValueNames(model);
    this.writer = new ShapedWriter(this.shapes, this.names.all);
  }

  /** @throws CheckpointError for a network whose parts do not fit together. */
  write(layout: Layout): Graph {
    const values = new Map<string, string>();
    const frame: Frame = { model: this.model, path: [], calls: [], values };
    const inputs = new Set(this.model.inputs.map(({ layer }) => layer));
    for (const layer of this.model.layers) {
      if (inputs.has(layer.name) && !this.model.inputs.some((input) => input.layer === layer.name && input.call > 0)) {
        this.input(layer, frame, layout);
      }
    }
    const outputs = this.calls(frame);
    return this.writer.finish(outputs, new Map(), { channelsLast: layout === 'NHWC' });
  }

  private input(layer: LayerConfig, frame: Frame, layout: Layout): void {
    if (layer.className !== 'InputLayer')
      throw damaged(this.context, `has the input “${layer.name}”, which is a ${layer.className}`);
    const name = this.names.of([layer.name], [0]);
    const type = inputType(layer, this.context);
    this.writer.input(name, type, type.dims?.length === 4 ? layout : undefined);
    this.shapes.input(name, type);
    frame.values.set(`0:0:${layer.name}`, name);
  }

  /** Writes a model's layers and gives the values of its outputs. */
  private calls(frame: Frame): readonly string[] {
    for (const { layer, number, call } of plannedCalls(frame.model, this.context)) {
      const path = [...frame.path, layer.name];
      const calls = [...frame.calls, number];
      const valueBehind = (reference: TensorReference): string => {
        const value = frame.values.get(keyOf(reference));
        if (value === undefined) {
          throw damaged(this.context, `reads tensor ${reference.index} of “${reference.layer}”, which there is not`);
        }
        return value;
      };
      const name = this.names.of(path, calls);
      const given = layer.model
        ? this.nested(layer, layer.model, name, path, calls, tensorsOf(call).map(valueBehind))
        : this.layer(layer, { name, ...call, count: this.tensorsRead(frame.model, layer, number), valueBehind });
      given.forEach((value, index) => {
        frame.values.set(`${number}:${index}:${layer.name}`, value);
      });
    }
    return frame.model.outputs.map((output) => {
      const value = frame.values.get(keyOf(output));
      return value ?? this.missing(output);
    });
  }

  private missing({ layer }: TensorReference): never {
    throw damaged(this.context, `has the output “${layer}”, which nothing computes`);
  }

  /** How many of a call's tensors others read. */
  private tensorsRead(model: ModelConfig, layer: LayerConfig, number: number): number {
    const known = this.reads.get(model) ?? countReads(model);
    this.reads.set(model, known);
    return known.get(`${number}:${layer.name}`) ?? 1;
  }
  private readonly reads = new Map<ModelConfig, ReadonlyMap<string, number>>();

  private nested(
    layer: LayerConfig,
    model: ModelConfig,
    name: string,
    path: readonly string[],
    calls: readonly number[],
    inputs: readonly string[],
  ): readonly string[] {
    const values = new Map<string, string>();
    if (model.inputs.length !== inputs.length) {
      throw damaged(
        this.context,
        `calls the model “${layer.name}” with ${inputs.length} tensors where it takes ${model.inputs.length}`,
      );
    }
    model.inputs.forEach((input, i) => {
      values.set(keyOf(input), inputs[i] as string);
    });
    const outputs = this.calls({ model, path, calls, values });
    if (outputs.length !== 1) return outputs;
    this.writer.operator({ name, type: layer.className, outputs: [name] }, (w) => {
      w.emit('Identity', outputs, {}, name);
      this.shapes.apply(w.nodes);
    });
    return [name];
  }

  private layer(layer: LayerConfig, { name, args, kwargs, count, valueBehind }: CallOfLayer): readonly string[] {
    const outputs = Array.from({ length: count }, (_, i) => (i === 0 ? name : this.writer.fresh(`${name}:${i}`)));
    const source = { name, type: layer.className, outputs };
    const inputs = tensorsOf({ args, kwargs }).map(valueBehind);
    const rule = this.ruleOf(layer);
    if (typeof rule === 'string') {
      this.writer.unsupported(source, inputs, rule);
      return outputs;
    }
    let why: string | null = null;
    this.writer.operator(source, (writer) => {
      const fresh = (hint: string) => this.writer.fresh(hint);
      const site = {
        state: this.stateOf(layer),
        writer,
        shapes: this.shapes,
        args,
        kwargs,
        valueBehind,
        outputs,
        fresh,
        ruleOf: knownRule,
      };
      try {
        const call = new LayerCall(site);
        rule.write(call);
        call.settle();
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        why = error.message;
        writer.nodes.length = 0;
      }
    });
    if (why !== null) this.writer.unsupported(source, inputs, why);
    return outputs;
  }

  /** The rule, or why there is none. */
  private ruleOf(layer: LayerConfig): LayerRule | string {
    if (!layer.isLayer || isFunctionLayer(layer)) return functionRule(layer) ?? 'is a function that has no rule here';
    if (layer.className === 'Lambda') return 'holds Python code, which is never run';
    if (!isKnown(layer)) return 'is a class of the author’s own, whose code is not in the checkpoint';
    return layerRule(layer.className) ?? 'is a layer that has no rule here';
  }

  private stateOf(layer: LayerConfig): LayerState {
    const known = this.states.get(layer);
    if (known) return known;
    const slot = this.slots.get(layer);
    const tensors = (slot && this.bound.get(slot)) ?? [];
    const state: LayerState = {
      layer,
      version: this.context.version,
      variables: slot?.variables ?? [],
      tensors: tensors.map(asFloat32),
      made: new Map(),
    };
    this.states.set(layer, state);
    return state;
  }
}

interface CallOfLayer {
  readonly name: string;
  readonly args: readonly import('../config/model').Argument[];
  readonly kwargs: ReadonlyMap<string, import('../config/model').Argument>;
  /** How many tensors the call gives, as far as others read them. */
  readonly count: number;
  valueBehind(reference: TensorReference): string;
}

const isFunctionLayer = ({ className }: LayerConfig) =>
  ['TFOpLambda', 'SlicingOpLambda', 'TensorFlowOpLayer', 'ClassMethod', 'InstanceMethod', 'InstanceProperty'].includes(
    className,
  );

function countReads(model: ModelConfig): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const read = ({ layer, call, index }: TensorReference) => {
    const key = `${call}:${layer}`;
    if (index >= 0 && index < 4096) counts.set(key, Math.max(counts.get(key) ?? 1, index + 1));
  };
  for (const { calls } of model.layers) for (const call of calls) tensorsOf(call).forEach(read);
  model.outputs.forEach(read);
  return counts;
}

/** Tells the shapes of the constants that it is given. */
class ShapedWriter extends GraphWriter {
  constructor(
    private readonly shapes: KnownShapes,
    names: Iterable<string>,
  ) {
    super(names);
  }

  override add(hint: string, tensor: Tensor): string {
    const name = super.add(hint, tensor);
    this.shapes.constant(name, tensor);
    return name;
  }
}

const integers: ReadonlySet<string> = new Set(['int32', 'int64', 'bool']);

/** Images come as floats, whatever Keras would convert. */
function inputType(layer: LayerConfig, context: ConfigContext): ValueType {
  const shape: Json | undefined = shapeIn(layer.config);
  if (!Array.isArray(shape)) {
    throw new CheckpointError(
      `${context.name} does not state the shape of its input “${layer.name}”: build the model (call it once) before it is saved.`,
    );
  }
  const dims = (shape as readonly Json[]).map((length, axis) => {
    if (length === null || axis === 0) return null;
    if (typeof length === 'number' && Number.isSafeInteger(length) && length >= 0) return length;
    throw damaged(context, `has the input “${layer.name}” with an impossible shape`);
  });
  const stated = layer.config['dtype'];
  const dtype = typeof stated === 'string' && integers.has(stated) && dims.length < 4 ? (stated as DType) : 'float32';
  return { dtype, dims };
}
