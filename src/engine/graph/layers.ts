/** The layers that users see, and the one that class activation maps are drawn from. */
import type { ChosenLayer, LayerInfo } from '../../shared/protocol';
import type { Graph, Node } from './graph';
import { findLogits } from './logits';
import { type Path, pathTo, trunk } from './paths';

/** Operators that compute nothing a user would call a layer: they rename, reorder, cut or pad. */
const plumbing = new Set([
  'Identity',
  'Dropout',
  'Cast',
  'CastLike',
  'Reshape',
  'Flatten',
  'Squeeze',
  'Unsqueeze',
  'Transpose',
  'Expand',
  'Tile',
  'Slice',
  'Split',
  'Gather',
  'Pad',
]);

const pools = new Set(['MaxPool', 'AveragePool', 'GlobalAveragePool', 'GlobalMaxPool']);

const activations = new Set([
  'Relu',
  'Clip',
  'LeakyRelu',
  'PRelu',
  'Elu',
  'Selu',
  'Celu',
  'Sigmoid',
  'Tanh',
  'HardSigmoid',
  'HardSwish',
  'Gelu',
  'Mish',
  'Softplus',
  'Softsign',
  'ThresholdedRelu',
]);

type Layout = 'NCHW' | 'NHWC';

/** Operators whose four-dimensional output has its channels on axis 1, whatever came in. */
const channelsFirst = new Set([
  'Conv',
  'ConvTranspose',
  'MaxPool',
  'AveragePool',
  'GlobalAveragePool',
  'GlobalMaxPool',
  'BatchNormalization',
  'InstanceNormalization',
  'GroupNormalization',
  'LRN',
  'DepthToSpace',
  'SpaceToDepth',
]);

/** Where the channels of each image-like value on the path are. Values of other ranks are left out. */
function layoutsOf(graph: Graph, path: Path): Map<string, Layout> {
  const layouts = new Map<string, Layout>();
  const rank = (name: string) => graph.types.get(name)?.dims?.length;
  for (const node of path.nodes) {
    const inherited = node.inputs.map((input) => layouts.get(input)).find((layout) => layout !== undefined);
    const perm = node.op === 'Transpose' ? String(node.attributes['perm']) : '';
    const turned: Layout | undefined = perm === '0,2,3,1' ? 'NHWC' : perm === '0,3,1,2' ? 'NCHW' : undefined;
    for (const output of node.outputs) {
      if (rank(output) !== 4) continue;
      if (channelsFirst.has(node.op)) layouts.set(output, 'NCHW');
      else if (node.op === 'Transpose' ? turned : inherited) layouts.set(output, (turned ?? inherited) as Layout);
    }
  }
  return layouts;
}

function isSpatial(dims: readonly (number | null)[], layout: Layout | undefined): boolean {
  return dims.length === 4 && layout === 'NCHW' && (dims[2] as number) * (dims[3] as number) > 1;
}

/**
 * The layers of a bound graph in the order of computation: outputs of the computing nodes (convolutions, activations, additions, pools,
 * concatenations, norms …) between the input and the logits. Shapes leave the batch out. `spatial` layers are feature maps [C, H, W]
 * with more than one position.
 *
 * @param logits name of the logits; found when left out.
 */
export function listLayers(graph: Graph, logits?: string): LayerInfo[] {
  const found = logits ?? logitsName(graph);
  const path = pathTo(graph, found ?? graph.outputs[0] ?? '');
  const layouts = layoutsOf(graph, path);
  return path.nodes.flatMap((node) => {
    const name = node.outputs[0] as string;
    const dims = graph.types.get(name)?.dims;
    if (plumbing.has(node.op) || !dims || !path.values.has(name)) return [];
    const spatial = isSpatial(dims, layouts.get(name));
    return [{ name, operator: node.op, shape: dims.slice(1) as number[], spatial }];
  });
}

function logitsName(graph: Graph): string | undefined {
  const logits = findLogits(graph);
  return 'reason' in logits ? undefined : logits.name;
}

/**
 * The layer that Grad-CAM and its family use by default: the last feature map that all data runs through before the spatial positions
 * are pooled or flattened away. Where that is the output of a pooling (VGG: … Relu, MaxPool, Flatten), the activation in front of it is
 * taken, which has the finer grid.
 *
 * @returns null when no value between input and logits has spatial extent.
 */
export function findDefaultLayer(graph: Graph, logits: string): ChosenLayer | null {
  const path = pathTo(graph, logits);
  const main = trunk(path);
  const layouts = layoutsOf(graph, path);
  const candidates = path.nodes.filter((node) => {
    const name = node.outputs[0] as string;
    const dims = graph.types.get(name)?.dims;
    return main.has(name) && dims && !plumbing.has(node.op) && isSpatial(dims, layouts.get(name));
  });
  const last = candidates.at(-1);
  if (!last) return null;
  const finer = pools.has(last.op) ? candidates.findLast((node) => !pools.has(node.op)) : undefined;
  if (finer && isActivation(finer)) return chosen(finer, `The last activation before ${last.op} and the classifier.`);
  return chosen(last, 'The last feature map before its positions are pooled or flattened away.');
}

function isActivation(node: Node): boolean {
  // Mul is the last step of SiLU and of a squeeze-and-excitation gate.
  return activations.has(node.op) || node.op === 'Mul' || node.op === 'Add' || node.op === 'Concat';
}

function chosen(node: Node, why: string): ChosenLayer {
  const name = node.outputs[0] as string;
  return { name, why };
}
