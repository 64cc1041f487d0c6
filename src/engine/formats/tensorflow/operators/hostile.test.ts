/** Programs that were tampered with end in a graph or in one sentence, soon, whatever the operator. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readTensorflowCases, type TensorflowCase } from '../../../../../test/support/tensorflowCases';
import { WhylightError } from '../../../../shared/errors';
import { bindReachable } from '../../../graph/binding/bind';
import type { Tensor } from '../../../graph/ir/tensor';
import type { TfAttribute, TfNode, TfProgram } from '../graph/graphDef';
import { importProgram } from '.';

const file = new URL('../../../../../test/data/tensorflow/operators.json', import.meta.url);
const cases = readTensorflowCases(readFileSync(file, 'utf8'));

/** Numbers that repeat from run to run (xorshift). */
function numbersFrom(seed: number): (below: number) => number {
  let state = seed || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const odd = [-1, 0, 1, 3, 7, 64, 1e9, -1e9, 2 ** 31, 2 ** 53, Number.NaN, 0.5];
const oddTexts = ['', 'SAME', 'NCHW', 'VALID', 'EXPLICIT', '__proto__', 'x'.repeat(1000)];

function attribute(given: TfAttribute, next: (below: number) => number): TfAttribute {
  const number = odd[next(odd.length)] as number;
  switch (next(5)) {
    case 0:
      return { kind: 'i', value: number };
    case 1:
      return { kind: 's', value: oddTexts[next(oddTexts.length)] as string };
    case 2:
      return { kind: 'type', value: [0, 1, 3, 7, 9, 10, 20, 21, 99][next(9)] as number };
    case 3:
      return { kind: 'list', value: Array.from({ length: next(9) }, () => ({ kind: 'i', value: number })) };
    default:
      return given.kind === 'list'
        ? { kind: 'list', value: given.value.map((each) => (next(2) ? { kind: 'i', value: number } : each)) }
        : { kind: 'b', value: next(2) === 1 };
  }
}

function constant(tensor: Tensor, next: (below: number) => number): Tensor {
  const { dtype, dims, data } = tensor;
  if (next(3) === 0) return { dtype: 'float32', dims: [0], data: new Float32Array() };
  if (next(2) === 0 && dtype === 'int32') {
    return { dtype, dims, data: Int32Array.from(data as Int32Array, () => odd[next(10)] as number) };
  }
  return { ...tensor, dims: dims.length === 0 ? [1] : [dims.reduce((a, b) => a * b, 1)] };
}

function tamperedNode(node: TfNode, next: (below: number) => number): TfNode {
  const place = next(Math.max(node.inputs.length, 1));
  const names = [...node.attributes.keys()];
  switch (next(5)) {
    case 0:
      return { ...node, inputs: node.inputs.toSpliced(place, 1) };
    case 1:
      return { ...node, inputs: node.inputs.with(place, node.inputs[next(node.inputs.length)] as string) };
    case 2:
      return { ...node, inputs: [...node.inputs, 'x'] };
    default: {
      const name = names[next(Math.max(names.length, 1))];
      if (name === undefined) return { ...node, attributes: new Map([['axis', { kind: 'i', value: 1e9 }]]) };
      const given = node.attributes.get(name) as TfAttribute;
      return { ...node, attributes: new Map(node.attributes).set(name, attribute(given, next)) };
    }
  }
}

function tampered({ program }: TensorflowCase, next: (below: number) => number): TfProgram {
  const constants = [...program.constants];
  if (constants.length > 0 && next(3) === 0) {
    const [name, tensor] = constants[next(constants.length)] as [string, Tensor];
    return { ...program, constants: new Map(program.constants).set(name, constant(tensor, next)) };
  }
  const at = next(program.nodes.length);
  return { ...program, nodes: program.nodes.map((node, i) => (i === at ? tamperedNode(node, next) : node)) };
}

describe('tampered programs end in a graph or in a sentence', () => {
  it.each(cases)('$name', (one) => {
    const next = numbersFrom([...one.name].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7) | 0);
    for (let i = 0; i < 12; i++) {
      const program = tampered(one, next);
      const started = performance.now();
      try {
        const { graph } = importProgram(program);
        const inputs = new Set(graph.inputs.map(({ name }) => name));
        const sizes = Object.entries(one.feeds).filter(([name]) => inputs.has(name));
        bindReachable(graph, new Map(sizes.map(([name, { dims }]) => [name, dims])), 1e9);
      } catch (error) {
        const given = JSON.stringify(program.nodes, (_, value) => (value instanceof Map ? [...value] : value));
        expect(error, given).toBeInstanceOf(WhylightError);
      }
      expect(performance.now() - started).toBeLessThan(5000);
    }
  });
});
