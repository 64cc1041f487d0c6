import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { operatorsPage } from '../conformance/operatorsPage';

const page = resolve(import.meta.dirname, '../../docs/operators.md');
const expected = (name: string) =>
  JSON.parse(readFileSync(resolve(import.meta.dirname, `../data/conformance/${name}.json`), 'utf8'));

/** The operators that classifiers exported by today's libraries hold. */
const classifiers =
  'Conv ConvTranspose Gemm MatMul Einsum MaxPool AveragePool GlobalAveragePool GlobalMaxPool BatchNormalization InstanceNormalization ' +
  'GroupNormalization LayerNormalization LRN Relu Clip LeakyRelu PRelu Elu Selu Celu Sigmoid HardSigmoid HardSwish Tanh Erf Gelu Mish ' +
  'Softplus Softsign Swish Softmax LogSoftmax Add Sub Mul Div Pow Sqrt Exp Log Abs Neg Reciprocal Min Max Sum Mean Mod Floor Ceil Round ' +
  'Sign ReduceMean ReduceSum ReduceMax ReduceMin ReduceL2 ReduceSumSquare ReduceProd Reshape Flatten Squeeze Unsqueeze Transpose Concat ' +
  'Split Slice Gather GatherElements GatherND ScatterND Pad Expand Tile Resize Upsample DepthToSpace SpaceToDepth Where Equal Less Greater ' +
  'Not And Or Cast Shape Size Range ConstantOfShape Constant Identity Dropout QuantizeLinear DequantizeLinear Attention ArgMax TopK';

it('every operator of classifiers passes node tests', () => {
  const counts = [expected('onnx-1.12'), expected('onnx-1.23')].map(({ passed }) => passed);
  const without = classifiers.split(' ').filter((name) => !counts.some((passed) => passed[name] > 0));
  expect(without).toEqual([]);
});

it('docs/operators.md says what the engine does (npm run docs:operators writes it)', () => {
  const now = operatorsPage([
    { title: 'ONNX 1.12', expected: expected('onnx-1.12') },
    { title: 'ONNX 1.23', expected: expected('onnx-1.23') },
  ]);
  if (process.env['WHYLIGHT_UPDATE'] === '1') writeFileSync(page, now);
  expect(readFileSync(page, 'utf8')).toBe(now);
});
