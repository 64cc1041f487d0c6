import { describe, expect, it } from 'vitest';
import { float32, type Tensor } from '../../../graph/ir/tensor';
import type { GraphDef, TfAttribute, TfFunction, TfNode } from '../graph/graphDef';
import { makeProgram } from './makeProgram';
import { boolean } from './scalars';

const node = (
  name: string,
  op: string,
  inputs: readonly string[] = [],
  attributes: Readonly<Record<string, TfAttribute>> = {},
): TfNode => ({ name, op, inputs, attributes: new Map(Object.entries(attributes)) });
const constant = (name: string, value: Tensor) => node(name, 'Const', [], { value: { kind: 'tensor', value } });
const func = (value: string): TfAttribute => ({ kind: 'func', value });
const type = (value: number): TfAttribute => ({ kind: 'type', value });
const definition = (
  name: string,
  inputs: readonly string[],
  nodes: readonly TfNode[],
  result: string,
): [string, TfFunction] => [name, { name, inputs, outputs: ['out'], nodes, returns: new Map([['out', result]]) }];
const graph = (nodes: readonly TfNode[], ...functions: [string, TfFunction][]): GraphDef => ({
  nodes,
  functions: new Map(functions),
});
const x = node('x', 'Placeholder', [], { dtype: type(1), shape: { kind: 'shape', value: [null, 8, 8, 3] } });
const one = float32([], Float32Array.of(1));
const opsOf = (from: GraphDef, output: string) => {
  const { program } = makeProgram(from, { outputs: [output] });
  return program.nodes.map(({ name, op, inputs }) => `${name}=${op}(${inputs.join()})`);
};

describe('functions', () => {
  const relu = definition('relu', ['a'], [node('r', 'Relu', ['a'])], 'r:activations:0');
  const outer = definition(
    'outer',
    ['a'],
    [node('inner', 'PartitionedCall', ['a'], { f: func('relu') })],
    'inner:output:0',
  );

  it('are brought in under the names of their calls', () => {
    const from = graph([x, node('call', 'StatefulPartitionedCall', ['x'], { f: func('outer') })], relu, outer);
    expect(opsOf(from, 'call')).toEqual(['call/inner/r=Relu(x)']);
    const bare = graph([x, node('call', 'outer', ['x'])], relu, outer);
    expect(opsOf(bare, 'call')).toEqual(['call/inner/r=Relu(x)']);
  });

  it('that call each other without end are refused', () => {
    const again = (name: string, next: string) =>
      definition(name, ['a'], [node('c', 'PartitionedCall', ['a'], { f: func(next) })], 'c:output:0');
    const from = graph([x, node('call', 'PartitionedCall', ['x'], { f: func('p') })], again('p', 'q'), again('q', 'p'));
    expect(() => opsOf(from, 'call')).toThrow('The function “p” of the checkpoint calls itself');
    const nodes = [node('c', 'If', ['a', 'a'], { then_branch: func('i'), else_branch: func('i') })];
    const choice = graph(
      [
        constant('yes', boolean(true)),
        node('call', 'If', ['yes', 'yes'], { then_branch: func('i'), else_branch: func('i') }),
      ],
      definition('i', ['a'], nodes, 'c:output:0'),
    );
    expect(() => opsOf(choice, 'call')).toThrow('The function “i” of the checkpoint calls itself');
  });

  it('that double sixty times over are refused', () => {
    const doubling = Array.from({ length: 60 }, (_, k) =>
      definition(
        `f${k}`,
        ['a'],
        [
          node('b', 'PartitionedCall', ['a'], { f: func(`f${k + 1}`) }),
          node('c', 'PartitionedCall', ['b'], { f: func(`f${k + 1}`) }),
        ],
        'c:output:0',
      ),
    );
    const from = graph(
      [x, node('call', 'PartitionedCall', ['x'], { f: func('f0') })],
      ...doubling,
      definition('f60', ['a'], [node('r', 'Relu', ['a'])], 'r:activations:0'),
    );
    expect(() => opsOf(from, 'call')).toThrow('more than can be explained');
  });

  it('that are missing, or called with too little, are said', () => {
    const missing = graph([x, node('call', 'PartitionedCall', ['x'], { f: func('__proto__') })]);
    expect(() => opsOf(missing, 'call')).toThrow('it calls the function “__proto__”, which is not in it');
    const few = graph([node('call', 'PartitionedCall', [], { f: func('relu') })], relu);
    expect(() => opsOf(few, 'call')).toThrow('is called without its argument “a”');
  });
});

describe('branches', () => {
  const training = node('is_training', 'Placeholder', [], { dtype: type(10) });

  it('of a cond are those of a network that answers', () => {
    const from = graph([
      x,
      training,
      node('s', 'Switch', ['x', 'is_training']),
      node('t', 'Identity', ['s:1']),
      node('f', 'Identity', ['s']),
      node('yes', 'Relu', ['t']),
      node('no', 'Elu', ['f']),
      node('m', 'Merge', ['no', 'yes']),
    ]);
    expect(opsOf(from, 'm')).toEqual(['f=Identity(x)', 'no=Elu(f)']);
  });

  it('may be constants that wait for them', () => {
    const pivot = [
      node('s', 'Switch', ['is_training', 'is_training']),
      node('on', 'Identity', ['s:1']),
      node('off', 'Identity', ['s']),
    ];
    const waiting = (name: string, value: number, on: string) => ({
      ...constant(name, float32([], Float32Array.of(value))),
      inputs: [`^${on}`],
    });
    const from = graph([
      x,
      training,
      ...pivot,
      waiting('a', 5, 'on'),
      waiting('b', 7, 'off'),
      node('m', 'Merge', ['a', 'b']),
      node('y', 'Mul', ['x', 'm']),
    ]);
    expect(opsOf(from, 'y')).toEqual(['y=Mul(x,b)']);
  });

  it('and loops of functions go as far as is known', () => {
    const less = definition(
      'less',
      ['i', 'v'],
      [constant('n', { dtype: 'int32', dims: [], data: Int32Array.of(2) }), node('l', 'Less', ['i', 'n:output:0'])],
      'l:z:0',
    );
    const body: TfFunction = {
      name: 'body',
      inputs: ['i', 'v'],
      outputs: ['j', 'w'],
      nodes: [
        constant('one', { dtype: 'int32', dims: [], data: Int32Array.of(1) }),
        node('j', 'AddV2', ['i', 'one:output:0']),
        node('w', 'Relu', ['v']),
      ],
      returns: new Map([
        ['j', 'j:z:0'],
        ['w', 'w:activations:0'],
      ]),
    };
    const zero = constant('zero', { dtype: 'int32', dims: [], data: new Int32Array(1) });
    const loop = (start: string) =>
      graph(
        [
          x,
          zero,
          node('i', 'Placeholder', [], { dtype: type(3) }),
          node('loop', 'StatelessWhile', [start, 'x'], { cond: func('less'), body: func('body') }),
        ],
        less,
        ['body', body],
      );
    expect(opsOf(loop('zero'), 'loop:1')).toEqual(['loop/0/w=Relu(x)', 'loop/1/w=Relu(loop/0/w)']);
    expect(opsOf(loop('i'), 'loop:1').at(-1)).toBe('loop=StatelessWhile(i,x)');
  });
});

describe('damaged graphs end in a sentence', () => {
  it('nodes that read themselves, and what is not there', () => {
    expect(() => opsOf(graph([node('a', 'Relu', ['a'])]), 'a')).toThrow('“a” is computed from itself');
    expect(() => opsOf(graph([node('a', 'Relu', ['b']), node('b', 'Relu', ['a'])]), 'a')).toThrow(
      'computed from itself',
    );
    expect(() => opsOf(graph([node('a', 'Relu', ['toString'])]), 'a')).toThrow('nothing computes the value “toString”');
    expect(() => makeProgram(graph([constant('c', one)]), {})).toThrow('computes nothing from an input');
  });

  it('chains of a hundred thousand nodes are no matter', () => {
    const chain = Array.from({ length: 100_000 }, (_, k) => node(`n${k + 1}`, 'Relu', [k === 0 ? 'x' : `n${k}`]));
    expect(opsOf(graph([x, ...chain]), 'n100000')).toHaveLength(100_000);
  });
});

describe('outputs of a graph without a signature', () => {
  const w = constant('w', float32([3, 2], new Float32Array(6)));

  it('are the logits, then what is made of them; not the loss', () => {
    const from = graph([
      x,
      w,
      node('labels', 'Placeholder', [], { dtype: type(3) }),
      node('fc', 'MatMul', ['x', 'w']),
      node('prob', 'Softmax', ['fc']),
      node('xent', 'SparseSoftmaxCrossEntropyWithLogits', ['fc', 'labels']),
      node('loss', 'Mean', ['xent']),
      node('gradients/fc', 'MatMul', ['xent:1', 'w']),
    ]);
    expect(makeProgram(from, {}).program.outputs).toEqual(['fc', 'prob']);
  });

  it('are called `__proto__` if they like', () => {
    const from = graph([x, w, node('__proto__', 'MatMul', ['x', 'w'])]);
    expect(makeProgram(from, {}).program.outputs).toEqual(['__proto__']);
  });
});
