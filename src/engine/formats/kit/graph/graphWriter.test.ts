import { describe, expect, it } from 'vitest';
import { float32 } from '../../../graph/ir/tensor';
import { GraphWriter } from './graphWriter';

const image = { dtype: 'float32', dims: [null, 4, 4, 3] } as const;
const one = float32([1], Float32Array.of(1));

function writer(): GraphWriter {
  const g = new GraphWriter(['image', 'a', 'b', 'a/Mul']);
  g.input('image', image, 'NHWC');
  return g;
}

describe('names', () => {
  it('of the checkpoint stay free for it, those in between are numbered, each once', () => {
    const g = writer();
    expect([g.fresh('a/Mul'), g.fresh('a/Mul'), g.fresh('new'), g.fresh('new')]).toEqual([
      'a/Mul_2',
      'a/Mul_3',
      'new',
      'new_2',
    ]);
    expect([g.fresh('__proto__'), g.fresh('__proto__'), g.fresh('constructor')]).toEqual([
      '__proto__',
      '__proto___2',
      'constructor',
    ]);
  });

  it('are found in time that grows with their number', () => {
    const g = writer();
    const started = performance.now();
    for (let i = 0; i < 100_000; i++) g.fresh('a');
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

describe('operators', () => {
  it('are shown where their outputs are given, steps before them are not', () => {
    const g = writer();
    g.operator({ name: 'layer', type: 'Swish', outputs: ['a'] }, (w) => {
      const gate = w.emit('Sigmoid', [w.mul('image', w.scalar(2))]);
      w.emit('Mul', ['image', gate], {}, 'a');
    });
    g.operator({ name: 'relu', type: 'Relu', outputs: ['b'] }, (w) => w.emit('Relu', ['a', '', ''], {}, 'b'));
    const { nodes } = g.finish(['b']);
    expect(nodes.map(({ op, name, outputs, shownAs }) => [op, name, outputs[0], shownAs])).toEqual([
      ['Mul', 'layer', 'a/Mul_2', null],
      ['Sigmoid', 'layer', 'a/Sigmoid', null],
      ['Mul', 'layer', 'a', 'Swish'],
      ['Relu', 'relu', 'b', undefined],
    ]);
    expect(nodes.at(-1)?.inputs).toEqual(['a']);
  });

  it('share their constants; those that nothing reads are left out', () => {
    const g = writer();
    g.constant('unread', one);
    expect([g.tensor('unread'), g.tensor('a')]).toEqual([one, undefined]);
    g.operator({ name: 'layer', type: 'Twice', outputs: ['a'] }, (w) => {
      w.emit('Mul', [w.mul('image', w.scalar(2)), w.scalar(2)], {}, 'a');
    });
    expect([...g.finish(['a']).constants.keys()]).toEqual(['a/scalar']);
  });

  it('that cannot be brought in stand there with the reason', () => {
    const g = writer();
    g.unsupported({ name: 'layer', type: 'Unique', outputs: ['a', 'a:1'] }, ['image'], 'sorts');
    g.operator({ name: 'relu', type: 'Relu', outputs: ['b'] }, (w) => w.emit('Relu', ['a'], {}, 'b'));
    const [node] = g.finish(['b']).nodes;
    expect(node).toMatchObject({ op: 'Unique', name: 'layer', inputs: ['image'], unsupported: 'sorts' });
    expect(g.fresh('a:1')).toBe('a:1_2');
  });

  it('may come in any order, and those that no output depends on are left out', () => {
    const g = writer();
    g.operator({ name: 'last', type: 'Relu', outputs: ['b'] }, (w) => w.emit('Relu', ['a'], {}, 'b'));
    g.operator({ name: 'aside', type: 'Relu', outputs: ['c'] }, (w) => w.emit('Relu', ['a'], {}, 'c'));
    g.operator({ name: 'first', type: 'Neg', outputs: ['a'] }, (w) => w.emit('Neg', ['image'], {}, 'a'));
    const graph = g.finish(['b'], new Map([['b', image]]));
    expect(graph.nodes.map(({ name }) => name)).toEqual(['first', 'last']);
    expect([...graph.types.keys()].sort()).toEqual(['b', 'image']);
  });
});

describe('layouts', () => {
  it('are turned once for all who want the other one, and back for nothing', () => {
    const g = writer();
    const first = g.inLayout('image', 'NCHW');
    expect(g.inLayout('image', 'NCHW')).toBe(first);
    expect(g.inLayout(first, 'NHWC')).toBe('image');
    expect(g.inLayout('image', 'NHWC')).toBe('image');
    expect([g.layoutOf('image'), g.layoutOf(first), g.layoutOf('none')]).toEqual(['NHWC', 'NCHW', undefined]);
    g.operator({ name: 'a', type: 'Conv', outputs: ['a'], layout: 'NCHW' }, (w) => w.emit('Relu', [first], {}, 'a'));
    expect(g.inLayout('a', 'NCHW')).toBe('a');
    const { nodes } = g.finish([g.inLayout('a', 'NHWC')]);
    expect(nodes.map(({ op, attributes, shownAs }) => [op, attributes['perm'], shownAs])).toEqual([
      ['Transpose', [0, 3, 1, 2], null],
      ['Relu', undefined, 'Conv'],
      ['Transpose', [0, 2, 3, 1], null],
    ]);
  });

  it('that nobody declared are a bug of the reader', () => {
    expect(() => writer().inLayout('a', 'NCHW')).toThrow('Nothing declares the layout of “a”.');
  });
});

describe('graphs that contradict themselves', () => {
  const relu = (g: GraphWriter, input: string, output: string) =>
    g.operator({ name: output, type: 'Relu', outputs: [output] }, (w) => w.emit('Relu', [input], {}, output));

  it('end in one sentence', () => {
    const [twice, nothing, circle, again, empty] = [writer(), writer(), writer(), writer(), writer()];
    relu(twice, 'image', 'a');
    relu(twice, 'image', 'a');
    expect(() => twice.finish(['a'])).toThrow('The checkpoint is damaged: the value “a” is computed twice.');
    relu(nothing, 'missing', 'a');
    expect(() => nothing.finish(['a'])).toThrow('nothing computes the value “missing”');
    relu(circle, 'b', 'a');
    relu(circle, 'a', 'b');
    expect(() => circle.finish(['a'])).toThrow('is computed from itself.');
    again.constant('w', one);
    expect(() => again.constant('w', one)).toThrow('the constant “w” is defined twice');
    expect(() => empty.finish([])).toThrow('The checkpoint has no outputs.');
  });
});
