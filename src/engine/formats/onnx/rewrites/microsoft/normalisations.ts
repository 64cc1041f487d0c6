/** onnxruntime's normalisations that add a residual first, or work on channels-last images. */
import type { NodeRecord } from '../../proto/graphProto';
import { rmsNormalization, rootMeanSquare, swishOf } from '../standard/transformer';
import { Emitter } from '../writing/emitter';
import { floatOf, inputOf, intOf, type Rewrite, type RewriteContext } from '../writing/rewrite';

const toLast = { perm: [0, 2, 3, 1] };
const toFirst = { perm: [0, 3, 1, 2] };

/** Input + skip + bias, which is also an output of the node. */
function summed(e: Emitter, node: NodeRecord, bias: number, output: number, skip?: string): string {
  const added = [skip ?? (node.inputs[1] as string), node.inputs[bias] ?? ''].filter((name) => name !== '');
  const sum = added.reduce((total, each) => e.add(total, each), node.inputs[0] as string);
  if (e.used(output)) e.give(output, 'Identity', [sum]);
  return sum;
}

function noStatistics(e: Emitter, c: RewriteContext): void {
  if (e.used(1) || e.used(2)) c.unsupported('gives statistics that other nodes read');
}

const skipLayerNormalization: Rewrite = (node, c) => {
  const e = new Emitter(node, c);
  noStatistics(e, c);
  const sum = summed(e, node, 4, 3);
  const epsilon = floatOf(node, 'epsilon') ?? 1e-12;
  return e.give(0, 'LayerNormalization', [sum, inputOf(node, 2, c), node.inputs[3] ?? ''], { axis: -1, epsilon });
};

const skipSimplified: Rewrite = (node, c) => {
  const e = new Emitter(node, c);
  noStatistics(e, c);
  const [normalised] = rootMeanSquare(e, summed(e, node, 3, 3), -1, floatOf(node, 'epsilon') ?? 1e-12);
  return e.give(0, 'Mul', [normalised, inputOf(node, 2, c)]);
};

/** Groups of channels; `activation` 1 is SiLU. */
function grouped(e: Emitter, node: NodeRecord, x: string, channelsLast: boolean) {
  const attributes = { num_groups: intOf(node, 'groups', 1), epsilon: floatOf(node, 'epsilon') ?? 1e-5 };
  const turned = channelsLast ? e.emit('Transpose', [x], toFirst) : x;
  const scaleAndBias = node.inputs.slice(1, 3);
  const normal = e.emit('GroupNormalization', [turned, ...scaleAndBias], attributes);
  const active = intOf(node, 'activation', 0) === 1 ? e.emit('Mul', swishOf(e, normal, 1)) : normal;
  return channelsLast ? e.give(0, 'Transpose', [active], toLast) : e.give(0, 'Identity', [active]);
}

const groupNorm: Rewrite = (node, c) => {
  const e = new Emitter(node, c);
  return grouped(e, node, inputOf(node, 0, c), intOf(node, 'channels_last', 1) === 1);
};

/** The skip may be one vector an image: [N, C] then stands for [N, 1, 1, C]. */
const skipGroupNorm: Rewrite = (node, c) => {
  const e = new Emitter(node, c);
  const given = inputOf(node, 3, c);
  const skip = c.dims(given)?.length === 2 ? e.emit('Unsqueeze', [given, e.ints(1, 2)]) : given;
  return grouped(e, node, summed(e, node, 4, 1, skip), intOf(node, 'channels_last', 1) === 1);
};

export const fusedNormalisations: Readonly<Record<string, Rewrite>> = {
  SkipLayerNormalization: skipLayerNormalization,
  SimplifiedLayerNormalization: rmsNormalization,
  SkipSimplifiedLayerNormalization: skipSimplified,
  GroupNorm: groupNorm,
  SkipGroupNorm: skipGroupNorm,
};
