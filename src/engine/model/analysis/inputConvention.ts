import type { PreprocessingPreset } from '../../../shared/question/preprocessing';
import type { Graph, Node } from '../../graph/ir/graph';
import { soleConsumers } from '../../graph/ir/links';
import { toNumbers } from '../../graph/ir/numbers';

/** What the graph itself tells of the images it wants. */
export interface InputConvention {
  readonly preprocessing: PreprocessingPreset;
  readonly how: string;
  readonly guessed: boolean;
}

/** Operators that hand the pixels on as they are. */
const handsOn = new Set(['Transpose', 'Cast', 'Identity', 'Slice']);

/** The first node that computes something from the image; null when the image goes several ways. */
function firstComputation(graph: Graph, input: string): { node: Node; value: string } | null {
  const consumers = soleConsumers(graph.nodes);
  let value = input;
  for (let node = consumers.get(value); node; node = consumers.get(value)) {
    if (!handsOn.has(node.op)) return { node, value };
    value = node.outputs[0] ?? '';
  }
  return null;
}

/**
 * The range of pixel values that a graph expects, where its first nodes tell: a uint8 input takes pixels as they are, and a graph
 * that first divides by 255 or 127.5, or subtracts a mean colour, does its own preprocessing (Keras' Rescaling and Normalization
 * layers, ImageScaler, mostly). null when nothing tells.
 */
export function inputConvention(graph: Graph, input: string): InputConvention | null {
  const raw = (how: string): InputConvention => ({ preprocessing: 'raw-0-255', how, guessed: false });
  if (graph.inputs.find((each) => each.name === input)?.type.dtype === 'uint8')
    return raw('the input takes uint8 pixels');
  const first = firstComputation(graph, input);
  if (!first) return null;
  const { node, value } = first;
  const other = graph.constants.get(node.inputs.find((name) => name !== value) ?? '');
  const commutes = node.op === 'Mul' || node.op === 'Add';
  if (!other || other.dtype === 'string' || (!commutes && node.inputs[0] !== value)) return null;
  const values = toNumbers(other);
  const all = (holds: (value: number) => boolean): boolean => values.length > 0 && values.every(holds);
  const where = `the checkpoint itself (“${node.name || node.op}”)`;
  if (node.op === 'Mul' && all((factor) => factor > 0 && factor < 0.02)) return raw(`pixels are scaled by ${where}`);
  if (node.op === 'Div' && all((divisor) => divisor > 50)) return raw(`pixels are scaled by ${where}`);
  if (node.op !== 'Sub' && node.op !== 'Add') return null;
  const allMeans = (holds: (mean: number) => boolean): boolean =>
    all((offset) => holds(node.op === 'Sub' ? offset : -offset));
  if (allMeans((mean) => mean > 10)) return raw(`the mean colour is subtracted by ${where}`);
  if (allMeans((mean) => mean > 0.05 && mean < 1)) {
    return { preprocessing: 'zero-one', how: `the mean colour, below 1, is subtracted by ${where}`, guessed: false };
  }
  return null;
}
