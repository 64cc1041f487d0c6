/** Nodes of the opsets 1 to 6 as nodes of opset 7, from which the other rewrites go on. */
import type { Node } from '../../../../graph/ir/graph';
import { int64 } from '../../../../graph/ir/tensor';
import type { Attribute, NodeRecord } from '../../proto/graphProto';
import { inputOf, intOf, type RewriteContext } from '../writing/rewrite';

/** A node of opset 7 and what has to be computed before it. */
interface Modernised {
  readonly node: NodeRecord;
  readonly before: readonly Node[];
}

const aligned: ReadonlySet<string> = new Set('Add Sub Mul Div Pow And Or Xor Equal Greater Less'.split(' '));

/** Names of TensorProto.DataType, as Cast had them. */
const typeNames = 'UNDEFINED FLOAT UINT8 INT8 UINT16 INT16 INT32 INT64 STRING BOOL FLOAT16 DOUBLE UINT32 UINT64'.split(
  ' ',
);

function withAttributes(node: NodeRecord, changes: Readonly<Record<string, Attribute | undefined>>): NodeRecord {
  const attributes = new Map(node.attributes);
  for (const [name, value] of Object.entries(changes)) {
    if (value) attributes.set(name, value);
    else attributes.delete(name);
  }
  return { ...node, attributes };
}

/** The node with axes of length 1 behind those of input 1, so that its axes meet those of input 0 from `axis` on. */
function alignedTo(node: NodeRecord, axis: number | undefined, c: RewriteContext): Modernised {
  const [x, second] = [inputOf(node, 0, c), inputOf(node, 1, c)];
  const [rank, own] = [c.dims(x)?.length, c.dims(second)?.length];
  if (axis === undefined || own === 0) return { node, before: [] };
  if (rank === undefined || own === undefined)
    return c.unsupported('joins shapes by an axis, but their ranks are not known');
  const behind = rank - (axis < 0 ? axis + rank : axis) - own;
  if (behind <= 0) return { node, before: [] };
  const output = c.fresh(`${node.outputs[0]}/aligned`);
  const axes = c.add(
    `${node.outputs[0]}/axes`,
    int64(
      [behind],
      Array.from({ length: behind }, (_, i) => own + i),
    ),
  );
  const unsqueeze: Node = {
    op: 'Unsqueeze',
    name: node.name,
    inputs: [second, axes],
    outputs: [output],
    attributes: {},
  };
  return { node: { ...node, inputs: [x, output, ...node.inputs.slice(2)] }, before: [unsqueeze] };
}

/** A slope for each channel. */
function alignedSlope(node: NodeRecord, c: RewriteContext): Modernised {
  const dims = c.dims(inputOf(node, 1, c));
  return dims?.length === 1 && dims[0] !== 1 ? alignedTo(node, 1, c) : { node, before: [] };
}

function changed(node: NodeRecord, c: RewriteContext): NodeRecord {
  const attribute = (name: string) => node.attributes.get(name);
  switch (node.op) {
    case 'Cast': {
      const to = attribute('to');
      const code = to?.kind === 'string' ? typeNames.indexOf(to.value.toUpperCase()) : -1;
      return code < 0 ? node : withAttributes(node, { to: { kind: 'int', value: BigInt(code) } });
    }
    case 'Concat':
      return attribute('axis') ? node : withAttributes(node, { axis: { kind: 'int', value: 1n } });
    case 'Pad':
      return withAttributes(node, { pads: attribute('pads') ?? attribute('paddings'), paddings: undefined });
    case 'Reshape': {
      const shape = attribute('shape');
      if (shape?.kind !== 'ints') return node;
      const target = c.add(`${node.outputs[0]}/shape`, int64([shape.value.length], shape.value.map(Number)));
      return withAttributes({ ...node, inputs: [inputOf(node, 0, c), target] }, { shape: undefined });
    }
    case 'Selu': {
      const defaults = { alpha: 1.6732, gamma: 1.0507 };
      const float = (name: 'alpha' | 'gamma'): Attribute => attribute(name) ?? { kind: 'float', value: defaults[name] };
      return c.opset < 6 ? withAttributes(node, { alpha: float('alpha'), gamma: float('gamma') }) : node;
    }
    case 'Tile':
      return c.opset < 6 ? c.unsupported('has the form of opset 1, with one axis') : node;
    case 'Upsample': {
      const [height, width] = [attribute('height_scale'), attribute('width_scale')];
      if (height?.kind !== 'float' || width?.kind !== 'float') return node;
      const scales: Attribute = { kind: 'floats', value: [1, 1, height.value, width.value] };
      return withAttributes(node, { scales, height_scale: undefined, width_scale: undefined });
    }
    default:
      return node;
  }
}

/** A standard node of an opset before 7. Hints about memory (`consumed_inputs`) are left out. */
export function beforeOpset7(given: NodeRecord, c: RewriteContext): Modernised {
  const broadcast = intOf(given, 'broadcast', 0) === 1;
  const axis = broadcast && given.attributes.has('axis') ? intOf(given, 'axis', 0) : undefined;
  const node = withAttributes(given, { consumed_inputs: undefined });
  if (aligned.has(node.op)) return alignedTo(withAttributes(node, { broadcast: undefined, axis: undefined }), axis, c);
  if (node.op === 'PRelu') return alignedSlope(node, c);
  if (node.op === 'Gemm') return { node: withAttributes(node, { broadcast: undefined }), before: [] };
  return { node: changed(node, c), before: [] };
}
