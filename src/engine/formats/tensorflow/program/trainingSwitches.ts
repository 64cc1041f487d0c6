/** Values that only say whether the network is being trained. */
import type { Tensor } from '../../../graph/ir/tensor';
import { dataType, withoutReference } from '../graph/dataTypes';
import type { TfNode } from '../graph/graphDef';
import { boolean, scalarOf } from './scalars';

const training = /(^|[/_])(is_?)?train(ing)?([/_]|$)|training|learning_phase|phase_train|is_?train/i;
const inference = /(^|[/_])(is_?)?(test(ing)?|infer(ence)?|eval(uation)?|predict(ion|ing)?)([/_]|_mode|$)/i;
const kept = /keep_?(prob|rate)/i;
const dropped = /drop_?(out)?(_?(prob|rate))?(_\d+)?$|(^|\/)rate$/i;

function isScalar(node: TfNode): boolean {
  const shape = node.attributes.get('shape');
  return shape?.kind !== 'shape' || shape.value === null || shape.value.length === 0;
}

/**
 * The constant that stands for a placeholder, or for a constant or a variable, which switches training on or says how much is dropped:
 * the network is explained as it answers, not as it learns. Null for all other nodes.
 *
 * @param value of a Const.
 * @param notes where it is written what was taken.
 */
export function placeholderConstant(node: TfNode, value: Tensor | undefined, notes: Set<string>): Tensor | null {
  const type = node.attributes.get('dtype');
  const dtype = type?.kind === 'type' ? withoutReference(type.value) : 0;
  if (node.op === 'Const' || node.op === 'HostConst') {
    if (value?.dtype !== 'bool' || scalarOf(value) !== 1 || !training.test(node.name)) return null;
    notes.add(`The switch for training “${node.name}” is on in the checkpoint; it is taken as off.`);
    return boolean(false);
  }
  if (!node.op.startsWith('Placeholder') || !isScalar(node)) return null;
  if (dtype === dataType.bool) {
    const on = inference.test(node.name) && !training.test(node.name);
    notes.add(
      `The switch “${node.name}” is taken as ${on ? 'true' : 'false'}, so that the network answers and does not learn.`,
    );
    return boolean(on);
  }
  if (dtype !== dataType.float) return null;
  const fills = kept.test(node.name) ? 1 : dropped.test(node.name) ? 0 : null;
  if (fills === null) return null;
  notes.add(`“${node.name}” is taken as ${fills}: nothing is dropped.`);
  return { dtype: 'float32', dims: [], data: Float32Array.of(fills) };
}
