/** Small networks with several answers for an image, for tests: a segmentation, a detector and a network of tokens. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCheckpoint } from '../../src/engine/formats';
import { float32, int64, type Tensor } from '../../src/engine/graph/ir/tensor';
import { LoadedModel } from '../../src/engine/model/loaded/loadedModel';
import { temporaryFolder } from './folder';
import { encodeTestModel, type Model, type ModelNode } from './onnxModel';
import { runtimes } from './runtimes';
import { node, numbers } from './smallNetwork';

export const side = 8;

const trunk: readonly ModelNode[] = [
  node('Conv', ['image', 'kernel', 'bias'], 'conv', { pads: { ints: [1, 1, 1, 1] } }),
  node('Tanh', ['conv'], 'features'),
];
const trunkWeights: Record<string, Tensor> = { kernel: numbers([6, 3, 3, 3], 0.4), bias: numbers([6], 0.3) };

function network(nodes: readonly ModelNode[], initializers: Readonly<Record<string, Tensor>>, output: string): Model {
  return {
    opset: 18,
    inputs: { image: { dims: ['batch', 3, side, side] } },
    outputs: { [output]: {} },
    initializers: { ...trunkWeights, ...initializers },
    nodes: [...trunk, ...nodes],
  };
}

/** 4 classes for each of 4 × 4 pixels, at twice that size: [batch, 4, 8, 8]. */
export const segmentation = (end: readonly ModelNode[] = [], output = 'logits'): Model =>
  network(
    [
      node('AveragePool', ['features'], 'pooled', { kernel_shape: { ints: [2, 2] }, strides: { ints: [2, 2] } }),
      node('Conv', ['pooled', 'scores'], 'small'),
      node('Resize', ['small', '', 'scales'], 'logits', { mode: { s: 'linear' } }),
      ...end,
    ],
    {
      scores: numbers([4, 6, 1, 1]),
      scales: float32([4], Float32Array.of(1, 1, 2, 2)),
      offset: float32([], Float32Array.of(0.5)),
    },
    output,
  );

const head = (from: string, kernel: string, name: string, shape: string): ModelNode[] => [
  node('Conv', [from, kernel], `${name}_conv`),
  node('Transpose', [`${name}_conv`], `${name}_last`, { perm: { ints: [0, 2, 3, 1] } }),
  node('Reshape', [`${name}_last`, shape], name),
];

interface DetectorOptions {
  /** What comes behind “anchors”, in place of a softmax. */
  readonly end?: readonly ModelNode[];
  /** The anchors of all images in one axis, [batch · 160, 3], all of one scale first: no batch can be told from it. */
  readonly inRows?: boolean;
}

/** Two scales of anchors, 2 at each of 8 × 8 and of 4 × 4 places, 3 classes each: “scores” [batch, 160, 3]. */
export const detector = ({ end, inRows = false }: DetectorOptions = {}): Model =>
  network(
    [
      ...head('features', 'fine', 'near', inRows ? 'flat' : 'triples'),
      node('AveragePool', ['features'], 'pooled', { kernel_shape: { ints: [2, 2] }, strides: { ints: [2, 2] } }),
      ...head('pooled', 'coarse', 'far', inRows ? 'flat' : 'triples'),
      node('Concat', ['near', 'far'], 'anchors', { axis: { i: inRows ? 0 : 1 } }),
      ...(end ?? [node('Softmax', ['anchors'], 'scores', { axis: { i: -1 } })]),
    ],
    {
      fine: numbers([6, 6, 1, 1]),
      coarse: numbers([6, 6, 1, 1], 0.8),
      triples: int64([3], [0, -1, 3]),
      flat: int64([2], [-1, 3]),
      first: int64([1], [0]),
    },
    'scores',
  );

/** 16 patches that look at each other once, 5 classes each: [batch, 16, 5]. */
export const tokens = (): Model =>
  network(
    [
      node('Conv', ['features', 'patches'], 'patch', { strides: { ints: [2, 2] } }),
      node('Reshape', ['patch', 'row'], 'flat'),
      node('Transpose', ['flat'], 'sequence', { perm: { ints: [0, 2, 1] } }),
      node('Transpose', ['sequence'], 'keys', { perm: { ints: [0, 2, 1] } }),
      node('MatMul', ['sequence', 'keys'], 'similar'),
      node('Softmax', ['similar'], 'attention', { axis: { i: -1 } }),
      node('MatMul', ['attention', 'sequence'], 'mixed'),
      node('MatMul', ['mixed', 'classWeight'], 'logits'),
    ],
    { patches: numbers([4, 6, 2, 2], 0.5), row: int64([3], [0, 4, 16]), classWeight: numbers([4, 5]) },
    'logits',
  );

const folder = temporaryFolder();
let files = 0;

/** The path of the network's file, in a folder of its own. */
export function write(model: Model): string {
  const path = join(folder, `answers_${files++}.onnx`);
  writeFileSync(path, encodeTestModel(model));
  return path;
}

export async function open(model: Model, batchSize?: number): Promise<LoadedModel> {
  return LoadedModel.load(await readCheckpoint(write(model)), {
    runtimes,
    height: side,
    width: side,
    threads: 1,
    batchSize,
  });
}
