import type { Graph, GraphInput, Node } from '../../graph/ir/graph';
import { elementCount, float32, int64, type Tensor, type ValueType } from '../../graph/ir/tensor';
import type { Logits } from './logits';

/** Values that every model graph gets, whatever its own head looks like. */
export const LOGITS = 'whylight:logits';
export const PROBABILITIES = 'whylight:probabilities';

/**
 * Of a model with several answers for an image: an input of 0 and 1, [batch, answers before the class axis, 1, answers behind it], and the
 * logits of all answers, [batch, answers before, classes, answers behind]. The logits are the sum over the answers that have a 1.
 */
export const SELECTION = 'whylight:selection';
export const ALL_LOGITS = 'whylight:all_logits';

const flatShape = 'whylight:flat_shape';

const node = (op: string, inputs: readonly string[], output: string, attributes: Node['attributes'] = {}): Node => ({
  op,
  name: output,
  inputs,
  outputs: [output],
  attributes,
});

/** What of the logits the head is made from. */
export type HeadLogits = Pick<Logits, 'name' | 'dims' | 'classes' | 'classAxis' | 'answers' | 'activation'>;

/** What probabilities are made with: a sigmoid on each logit where the checkpoint has one or there is one class, else softmax. */
export function headActivation({ activation, classes }: Pick<Logits, 'activation' | 'classes'>): 'softmax' | 'sigmoid' {
  return activation === 'sigmoid' || classes === 1 ? 'sigmoid' : 'softmax';
}

/**
 * Appends the head that evaluations read: the logits as [batch, classes], of the selected answers where there are several, and the
 * probabilities made from them (see {@link headActivation}).
 */
export function withHead(graph: Graph, logits: HeadLogits): Graph {
  const { classes } = logits;
  const flat: ValueType = { dtype: 'float32', dims: [1, classes] };
  const probabilities =
    headActivation(logits) === 'sigmoid'
      ? node('Sigmoid', [LOGITS], PROBABILITIES)
      : node('Softmax', [LOGITS], PROBABILITIES, { axis: -1 });
  const scores = logits.answers === null ? flattened(logits) : selected(logits);
  return {
    inputs: [...graph.inputs, ...scores.inputs],
    outputs: [LOGITS, PROBABILITIES],
    nodes: [...graph.nodes, ...scores.nodes, probabilities],
    constants: new Map([...graph.constants, ...scores.constants]),
    types: new Map([...graph.types, ...scores.types, [LOGITS, flat], [PROBABILITIES, flat]]),
  };
}

interface Part {
  readonly inputs: readonly GraphInput[];
  readonly nodes: readonly Node[];
  readonly constants: readonly (readonly [string, Tensor])[];
  readonly types: readonly (readonly [string, ValueType])[];
}

function flattened({ name, classes }: HeadLogits): Part {
  return {
    inputs: [],
    nodes: [node('Reshape', [name, flatShape], LOGITS)],
    constants: [[flatShape, int64([2], [-1, classes])]],
    types: [],
  };
}

/** Where, not a product, so that what is not finite elsewhere stays there, forward and backward. */
function selected(logits: HeadLogits): Part {
  const { name, dims, classes, classAxis } = logits;
  const [before, behind] = [elementCount(dims.slice(0, classAxis)), elementCount(dims.slice(classAxis + 1))];
  const [zero, none, kept, axes] = ['zero', 'not_selected', 'selected_logits', 'answer_axes'].map(
    (part) => `whylight:${part}`,
  ) as [string, string, string, string];
  const all: ValueType = { dtype: 'float32', dims: [1, before, classes, behind] };
  const weights: ValueType = { dtype: 'float32', dims: [1, before, 1, behind] };
  return {
    inputs: [{ name: SELECTION, type: weights }],
    nodes: [
      node('Reshape', [name, flatShape], ALL_LOGITS),
      node('Equal', [SELECTION, zero], none),
      node('Where', [none, zero, ALL_LOGITS], kept),
      node('ReduceSum', [kept, axes], LOGITS, { keepdims: 0 }),
    ],
    constants: [
      [flatShape, int64([4], [-1, before, classes, behind])],
      [zero, float32([], Float32Array.of(0))],
      [axes, int64([2], [1, 3])],
    ],
    types: [
      [SELECTION, weights],
      [ALL_LOGITS, all],
      [none, { dtype: 'bool', dims: weights.dims }],
      [kept, all],
    ],
  };
}
