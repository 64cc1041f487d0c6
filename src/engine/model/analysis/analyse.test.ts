import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../../test/support/folder';
import { sample } from '../../../../test/support/importCheck';
import { encodeTestModel, type Model, type ModelNode } from '../../../../test/support/onnxModel';
import { UnsupportedOperatorError } from '../../../shared/errors';
import { readCheckpoint } from '../../formats';
import { int64 } from '../../graph/ir/tensor';
import { analyse } from './analyse';
import { findImageInput } from './imageInput';

const folder = temporaryFolder();

const trunk: readonly ModelNode[] = [
  { op: 'Conv', inputs: ['x', 'kernel'], outputs: ['features'] },
  { op: 'Relu', inputs: ['features'], outputs: ['active'] },
  { op: 'GlobalAveragePool', inputs: ['active'], outputs: ['pooled'] },
  { op: 'Flatten', inputs: ['pooled'], outputs: ['flat'] },
  { op: 'Gemm', inputs: ['flat', 'weights'], outputs: ['scores'] },
];

function classifier(more: readonly ModelNode[], outputs: readonly string[], rest: Partial<Model> = {}): Model {
  return {
    opset: 18,
    domains: { mine: 1, 'ai.onnx.ml': 3 },
    nodes: [...trunk, ...more],
    inputs: { x: { dims: ['N', 3, 8, 8] } },
    outputs: Object.fromEntries(outputs.map((name) => [name, {}])),
    ...rest,
    initializers: { kernel: sample([4, 3, 3, 3], 1), weights: sample([4, 5], 2), ...rest.initializers },
  };
}

async function open(model: Model, logits?: string) {
  const path = join(folder, 'model.onnx');
  writeFileSync(path, encodeTestModel(model));
  const { graph } = await readCheckpoint(path);
  return analyse(graph, findImageInput(graph), { height: 8, width: 8 }, logits);
}

async function failure(model: Model, logits?: string): Promise<UnsupportedOperatorError> {
  const error = await open(model, logits).then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UnsupportedOperatorError);
  return error as UnsupportedOperatorError;
}

const postProcessing: readonly ModelNode[] = [
  { op: 'Softmax', inputs: ['scores'], outputs: ['probabilities'] },
  { op: 'ArgMax', inputs: ['probabilities'], outputs: ['best'], attributes: { axis: { i: 1 }, keepdims: { i: 0 } } },
  { op: 'LabelEncoder', domain: 'ai.onnx.ml', name: 'names', inputs: ['best'], outputs: ['label'] },
];

describe('unsupported operators behind the logits', () => {
  it('are no reason not to explain a model that gives the scores as well', async () => {
    const { logits, notes } = await open(classifier(postProcessing, ['label', 'probabilities']));
    expect(logits).toMatchObject({ name: 'scores', activation: 'softmax', classes: 5 });
    expect(notes).toEqual([
      'The output “label” is left out. The operator ai.onnx.ml::LabelEncoder of node “names” is not supported.',
    ]);
  });

  it('come with the value to explain in place of the outputs, which then works', async () => {
    const model = classifier(postProcessing, ['label']);
    const error = await failure(model);
    expect(error).toMatchObject({ operator: 'ai.onnx.ml::LabelEncoder', node: 'names', cut: 'scores' });
    const { logits, layers, notes } = await open(model, 'scores');
    expect(logits).toMatchObject({ name: 'scores', activation: 'softmax', classes: 5 });
    expect(layers.map((layer) => layer.name)).toContain('active');
    expect(notes).toEqual([]);
  });

  it('are found behind values whose shape depends on the image, and behind an If that it decides', async () => {
    const counting: readonly ModelNode[] = [
      { op: 'NonZero', inputs: ['scores'], outputs: ['places'] },
      { op: 'Shape', inputs: ['places'], outputs: ['how many'] },
      { op: 'Expand', inputs: ['scores', 'how many'], outputs: ['strange'] },
    ];
    expect((await failure(classifier(counting, ['strange']))).cut).toBe('scores');
    const body = { nodes: [{ op: 'Neg', inputs: ['scores'], outputs: ['r'] }], outputs: { r: {} } };
    const deciding: readonly ModelNode[] = [
      { op: 'ReduceMax', inputs: ['scores'], outputs: ['most'], attributes: { keepdims: { i: 0 } } },
      { op: 'Cast', inputs: ['most'], outputs: ['sure'], attributes: { to: { i: 9 } } },
      {
        op: 'If',
        name: 'deciding',
        inputs: ['sure'],
        outputs: ['y'],
        attributes: { then_branch: { g: body }, else_branch: { g: body } },
      },
    ];
    expect(await failure(classifier(deciding, ['y']))).toMatchObject({ operator: 'If', cut: 'scores' });
  });

  it('keep the batch free, whatever a left out output does to it', async () => {
    const fixing: readonly ModelNode[] = [
      { op: 'Reshape', inputs: ['active', 'one row'], outputs: ['row'] },
      { op: 'Concat', inputs: ['row', 'row'], outputs: ['both'], attributes: { axis: { i: 0 } } },
    ];
    const model = classifier(fixing, ['scores', 'both'], { initializers: { 'one row': int64([2], [-1, 2]) } });
    const { anyBatch, logits } = await open(model);
    expect({ anyBatch, logits: logits.name }).toEqual({ anyBatch: true, logits: 'scores' });
  });
});

describe('unsupported operators in front of the logits', () => {
  const inTheMiddle = (gate: ModelNode[]): Model => {
    const nodes = trunk.map((node) => (node.op === 'GlobalAveragePool' ? { ...node, inputs: ['gated'] } : node));
    return { ...classifier([], ['scores']), nodes: [...nodes.slice(0, 2), ...gate, ...nodes.slice(2)] };
  };

  it('are named, without an offer where nothing looks like logits', async () => {
    const strange = inTheMiddle([
      { op: 'Sharpen', domain: 'mine', name: 'strange', inputs: ['active'], outputs: ['gated'] },
    ]);
    const error = await failure(strange);
    expect(error).toMatchObject({ operator: 'mine::Sharpen', node: 'strange', cut: null });
    expect(error.message).toBe('The operator mine::Sharpen of node “strange” is not supported.');
    expect((await failure(strange, 'scores')).cut).toBeNull();
  });

  it('do not offer a gate that the features pass by', async () => {
    const gated = inTheMiddle([
      { op: 'GlobalAveragePool', inputs: ['active'], outputs: ['squeezed'] },
      { op: 'Squeeze', inputs: ['squeezed', 'axes'], outputs: ['vector'] },
      { op: 'Sharpen', domain: 'mine', inputs: ['vector'], outputs: ['sharp'] },
      { op: 'Unsqueeze', inputs: ['sharp', 'axes'], outputs: ['gate'] },
      { op: 'Mul', inputs: ['active', 'gate'], outputs: ['gated'] },
    ]);
    const initializers = { ...gated.initializers, axes: int64([2], [2, 3]) };
    expect((await failure({ ...gated, initializers })).cut).toBeNull();
  });
});
