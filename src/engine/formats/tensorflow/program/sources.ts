/** Where a graph takes its images from: placeholders, and the queues and iterators of a training. */

import { dataType } from '../graph/dataTypes';
import type { TfAttribute, TfNode, TfProgram } from '../graph/graphDef';
import type { Body } from './body';

export type ProgramInput = TfProgram['inputs'][number];
type Shape = ProgramInput['shape'];

const placeholders = new Set(['Placeholder', 'PlaceholderV2']);
const queues = /^(QueueDequeue.*|ReaderRead.*|IteratorGetNext.*|Unbatch|Unstage|RecordInput|Batch)$/;

/** The value of a placeholder with a default is an image's only when it has the axes of one. */
function isImage(node: TfNode): boolean {
  const shape = node.attributes.get('shape');
  return shape?.kind === 'shape' && shape.value !== null && shape.value.length >= 3;
}

/** True for a node that gives what comes from outside. */
export function isSource(node: TfNode): boolean {
  if (node.op === 'PlaceholderWithDefault') return isImage(node);
  return placeholders.has(node.op) || queues.test(node.op);
}

/** What output `index` of a source is, as far as the graph states it. */
export function sourceInput(node: TfNode, index: number, body: Body): Omit<ProgramInput, 'name'> {
  if (!queues.test(node.op)) {
    const shape = node.attributes.get('shape');
    return { type: typeOf(node.attributes.get('dtype')), shape: shapeOf(shape) ?? outputShape(node, 0) };
  }
  const list = (attribute: string) => {
    const value = node.attributes.get(attribute);
    return value?.kind === 'list' ? value.value[index] : undefined;
  };
  const type = typeOf(list('output_types') ?? list('component_types') ?? list('dtypes'));
  const shape = shapeOf(list('output_shapes')) ?? outputShape(node, index) ?? queueShape(node, index, body);
  // How many images a training took at a time says nothing of how many may be asked for.
  return { type, shape: shape?.length === 4 ? [null, ...shape.slice(1)] : shape };
}

function typeOf(attribute: TfAttribute | undefined): number {
  return attribute?.kind === 'type' ? attribute.value : dataType.float;
}

/** A placeholder of TensorFlow 1 with no known rank is written as one of rank 0. */
function shapeOf(attribute: TfAttribute | undefined): Shape {
  if (attribute?.kind !== 'shape' || attribute.value === null || attribute.value.length === 0) return null;
  return attribute.value;
}

function outputShape(node: TfNode, index: number): Shape {
  const shapes = node.attributes.get('_output_shapes');
  return shapes?.kind === 'list' ? shapeOf(shapes.value[index]) : null;
}

/** The shape that a queue was made for, with the batch in front of it where several are taken at a time. */
function queueShape(node: TfNode, index: number, body: Body): Shape {
  const queue = body.node(body.reference(node.inputs[0] ?? '').node);
  const shapes = queue?.attributes.get('shapes') ?? queue?.attributes.get('output_shapes');
  const one = shapes?.kind === 'list' ? shapeOf(shapes.value[index]) : null;
  return one && /Many|UpTo/.test(node.op) ? [null, ...one] : one;
}
