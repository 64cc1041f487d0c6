/** The calls of a model in an order in which they can be made, and only those that its outputs need. */
import { type ConfigContext, damaged } from '../config/context';
import { type Call, type LayerConfig, type ModelConfig, type TensorReference, tensorsIn } from '../config/model';

export interface PlannedCall {
  readonly layer: LayerConfig;
  /** Which of the layer's calls this is. */
  readonly number: number;
  readonly call: Call;
}

const isInput = (layer: LayerConfig) => layer.className === 'InputLayer';

/** @throws CheckpointError when a call reads what there is not, or depends on itself. */
export function plannedCalls(model: ModelConfig, context: ConfigContext): readonly PlannedCall[] {
  const layers = new Map(model.layers.map((layer) => [layer.name, layer]));
  const find = ({ layer: name, call: number }: TensorReference): PlannedCall | null => {
    const layer = layers.get(name);
    if (!layer) throw damaged(context, `reads the layer “${name}”, which there is not`);
    if (isInput(layer)) return null;
    const call = layer.calls[number];
    if (!call) throw damaged(context, `reads call ${number} of the layer “${name}”, which there is not`);
    return { layer, number, call };
  };
  const key = ({ layer, number }: PlannedCall) => `${number}:${layer.name}`;
  const done = new Set<string>();
  const open = new Set<string>();
  const ordered: PlannedCall[] = [];
  const stack: { readonly planned: PlannedCall; readonly needs: readonly TensorReference[]; next: number }[] = [];
  const push = (reference: TensorReference): void => {
    const planned = find(reference);
    if (!planned || done.has(key(planned))) return;
    if (open.has(key(planned))) throw damaged(context, `has the layer “${planned.layer.name}” depend on itself`);
    open.add(key(planned));
    stack.push({ planned, needs: tensorsOf(planned.call), next: 0 });
  };
  for (const output of model.outputs) {
    push(output);
    while (stack.length > 0) {
      const top = stack[stack.length - 1] as (typeof stack)[number];
      if (top.next < top.needs.length) {
        push(top.needs[top.next++] as TensorReference);
      } else {
        stack.pop();
        open.delete(key(top.planned));
        done.add(key(top.planned));
        ordered.push(top.planned);
      }
    }
  }
  return ordered;
}

export function tensorsOf({ args, kwargs }: Call): readonly TensorReference[] {
  return [...args.flatMap(tensorsIn), ...[...kwargs.values()].flatMap(tensorsIn)];
}
