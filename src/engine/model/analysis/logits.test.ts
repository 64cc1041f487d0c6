import { describe, expect, it } from 'vitest';
import { graphOf, randomTensor, type SmallGraph, type SmallNode } from '../../../../test/support/graph/gradientCheck';
import { bind } from '../../graph/binding/bind';
import { float32, int64, type Tensor } from '../../graph/ir/tensor';
import { findLogits } from './logits';

const classifier = (nodes: readonly SmallNode[], outputs?: readonly string[]): SmallGraph => ({
  inputs: { x: [8] },
  constants: {
    w: randomTensor([8, 5], 1),
    w2: randomTensor([8, 3], 2),
    one: randomTensor([8, 1], 2),
    square: int64([4], [0, 5, 1, 1]),
  },
  nodes: [{ op: 'MatMul', inputs: ['x', 'w'], outputs: ['scores'] }, ...nodes],
  outputs,
});
const uint8 = (value: number): Tensor => ({ dtype: 'uint8', dims: [], data: Uint8Array.of(value) });
const find = (small: SmallGraph, wanted?: string) => findLogits(bind(graphOf(small)), wanted);

describe('findLogits', () => {
  it('takes the only output', () => {
    expect(find(classifier([]))).toMatchObject({ name: 'scores', classes: 5, activation: 'none' });
  });

  it('takes the scores in front of a final quantisation, whose ends let no gradient through', () => {
    const rounded: SmallNode[] = [
      { op: 'QuantizeLinear', inputs: ['scores', 'step', 'zero'], outputs: ['q'] },
      { op: 'DequantizeLinear', inputs: ['q', 'step', 'zero'], outputs: ['y'] },
    ];
    const steps = { step: float32([], Float32Array.of(0.1)), zero: uint8(128) };
    const small = (nodes: readonly SmallNode[]) => {
      const plain = classifier(nodes);
      return { ...plain, constants: { ...plain.constants, ...steps } };
    };
    expect(find(small(rounded))).toEqual({
      name: 'scores',
      dims: [1, 5],
      classes: 5,
      classAxis: 1,
      answers: null,
      activation: 'none',
      how: '“scores”, in front of the quantisation that gives the output “y”',
    });
    const softmax: SmallNode = { op: 'Softmax', inputs: ['y'], outputs: ['p'] };
    expect(find(small([...rounded, softmax]))).toMatchObject({
      name: 'scores',
      activation: 'softmax',
      probabilities: 'p',
    });
  });

  it.each([
    ['Softmax', 'softmax', 'p'],
    ['Sigmoid', 'sigmoid', 'p'],
    ['LogSoftmax', 'softmax', undefined],
  ])('looks through a final %s', (op, activation, probabilities) => {
    const found = find(classifier([{ op, inputs: ['scores'], outputs: ['p'] }]));
    expect(found).toMatchObject({ name: 'scores', classes: 5, activation });
    expect((found as { probabilities?: string }).probabilities).toBe(probabilities);
    expect((found as { how: string }).how).toBe(`“scores”, in front of the final ${op} that gives “p”`);
  });

  it('looks through shape changes behind the activation', () => {
    const nodes: SmallNode[] = [
      { op: 'Softmax', inputs: ['scores'], outputs: ['p'] },
      { op: 'Identity', inputs: ['p'], outputs: ['out'] },
    ];
    expect(find(classifier(nodes))).toMatchObject({ name: 'scores', activation: 'softmax', probabilities: 'p' });
  });

  it('takes scores with axes of length 1 behind the classes', () => {
    expect(find(classifier([{ op: 'Reshape', inputs: ['scores', 'square'], outputs: ['out'] }]))).toMatchObject({
      name: 'out',
      classes: 5,
    });
  });

  it('looks behind an arg-max', () => {
    const nodes: SmallNode[] = [{ op: 'ArgMax', inputs: ['scores'], outputs: ['label'], attributes: { axis: 1 } }];
    expect(find(classifier(nodes))).toMatchObject({ name: 'scores', classes: 5, activation: 'none' });
  });

  it('knows that logits and probabilities side by side are one set of scores', () => {
    const nodes: SmallNode[] = [{ op: 'Softmax', inputs: ['scores'], outputs: ['p'] }];
    expect(find(classifier(nodes, ['p', 'scores']))).toMatchObject({
      name: 'scores',
      activation: 'softmax',
      probabilities: 'p',
    });
    expect(find(classifier(nodes, ['scores', 'p']))).toMatchObject({
      name: 'scores',
      activation: 'softmax',
      probabilities: 'p',
    });
  });

  it('prefers the head with more classes, but one that is called logits over all', () => {
    const second: SmallNode[] = [{ op: 'MatMul', inputs: ['x', 'w2'], outputs: ['other'] }];
    expect(find(classifier(second, ['other', 'scores']))).toMatchObject({ name: 'scores', classes: 5 });
    const named: SmallNode[] = [{ op: 'MatMul', inputs: ['x', 'w2'], outputs: ['logits'] }];
    expect(find(classifier(named, ['scores', 'logits']))).toMatchObject({ name: 'logits', classes: 3 });
  });

  it('finds one score behind a sigmoid', () => {
    const nodes: SmallNode[] = [
      { op: 'MatMul', inputs: ['x', 'one'], outputs: ['score'] },
      { op: 'Sigmoid', inputs: ['score'], outputs: ['p'] },
    ];
    expect(find(classifier(nodes))).toMatchObject({ name: 'score', classes: 1, activation: 'sigmoid' });
  });

  it('obeys the user', () => {
    const nodes: SmallNode[] = [
      { op: 'Softmax', inputs: ['scores'], outputs: ['p'] },
      { op: 'Neg', inputs: ['p'], outputs: ['out'] },
    ];
    expect(find(classifier(nodes), 'scores')).toMatchObject({
      name: 'scores',
      classes: 5,
      activation: 'softmax',
      probabilities: 'p',
    });
    expect(find(classifier(nodes), 'nothing')).toEqual({
      reason: 'The model has no value named “nothing” to take as logits.',
    });
  });

  it('says why a model is no classifier', () => {
    const small: SmallGraph = { inputs: { x: [3, 8, 8] }, nodes: [{ op: 'Relu', inputs: ['x'], outputs: ['map'] }] };
    expect(find(small)).toEqual({
      reason: 'The model gives no class scores, one number per class: its outputs are “map” [1, 3, 8, 8].',
    });
  });
});
