import { describe, expect, it } from 'vitest';
import { usualRuntime } from '../../../../../test/support/runtimes';
import { CheckpointError } from '../../../../shared/errors';
import { bind, isBatchPolymorphic } from '../../../graph/binding/bind';
import { float32, int64, type Tensor } from '../../../graph/ir/tensor';
import { type AtenArgument, type AtenCall, type AtenProgram, importAten } from '.';
import { sizeOperators } from './rules/sizes';

const v = (value: string): AtenArgument => ({ value });

function call(
  op: string,
  positional: readonly AtenArgument[],
  outputs: string | readonly string[],
  layer?: string,
): AtenCall {
  const names = typeof outputs === 'string' ? [outputs] : outputs;
  return { op, overload: '', positional, named: new Map(), outputs: names, ...(layer ? { layer } : {}) };
}

function program(
  calls: readonly AtenCall[],
  outputs: readonly string[],
  dims: readonly (number | null)[] = [null, 3],
): AtenProgram {
  return { calls, constants: new Map(), inputs: [{ name: 'x', dtype: 'float32', dims }], outputs };
}

async function run(given: AtenProgram, input: Tensor): Promise<Tensor> {
  const { graph } = importAten(given);
  const bound = bind(graph, new Map([['x', input.dims]]));
  const output = bound.outputs[0] as string;
  const constant = bound.constants.get(output);
  if (constant) return constant;
  const compiled = await usualRuntime.compile(bound, [output], { dynamicBatch: false });
  const results = await compiled.run({ x: input });
  await compiled.dispose();
  return results[output] as Tensor;
}

const numbers = (tensor: Tensor) => Array.from(tensor.data as ArrayLike<number | bigint>, Number);
const counted = (...dims: number[]) => {
  const count = dims.reduce((a, b) => a * b, 1);
  return float32(
    dims,
    Float32Array.from({ length: count }, (_, i) => i + 1),
  );
};

describe('sizes that follow the input', () => {
  /** By operator: its operands, where n is the length of the first axis (4), and the result. */
  const cases: Readonly<Record<string, readonly [operands: readonly AtenArgument[], result: number]>> = {
    'sym_size.int': [[v('x'), 0], 4],
    size: [[v('x'), 0], 4],
    sym_numel: [[v('x')], 12],
    numel: [[v('x')], 12],
    'operator.add': [[v('n'), 3], 7],
    'operator.sub': [[1, v('n')], -3],
    'operator.mul': [[v('n'), v('n')], 16],
    'operator.floordiv': [[-7, v('n')], -2],
    'operator.mod': [[-7, v('n')], 1],
    'operator.truediv': [[v('n'), 8], 0.5],
    'operator.pow': [[v('n'), 2], 16],
    'operator.neg': [[v('n')], -4],
    'operator.eq': [[v('n'), 4], 1],
    'operator.lt': [[v('n'), 4], 0],
    'operator.le': [[v('n'), 4], 1],
    'operator.gt': [[v('n'), 3], 1],
    'operator.ge': [[v('n'), 5], 0],
    sym_max: [[v('n'), 9], 9],
    sym_min: [[v('n'), 9], 4],
    sym_int: [[v('n')], 4],
    sym_float: [[v('n')], 4],
    'math.ceil': [[v('half')], 2],
    'math.floor': [[v('half')], 1],
    item: [[v('n')], 4],
  };

  it('have cases for all their operators', () => {
    expect(sizeOperators.filter((key) => !(key in cases))).toEqual([]);
  });

  it.each(Object.entries(cases))('%s, before and after sizes are bound', async (key, [operands, result]) => {
    const calls = [
      call('sym_size', [v('x'), 0], 'n'),
      call('operator.truediv', [v('n'), 3], 'half'),
      call(key.replace(/\.int$/, ''), operands, 'm'),
      call('scalar_tensor', [v('m'), 6], 's'),
      call('mul', [v('x'), v('s')], 'y'),
    ];
    const wanted = numbers(counted(4, 3)).map((value) => value * result);
    for (const rows of [null, 4]) {
      const got = numbers(await run(program(calls, ['y'], [rows, 3]), counted(4, 3)));
      for (const [i, value] of wanted.entries()) expect(got[i]).toBeCloseTo(value, 4);
    }
  });

  it('leave the batch free', async () => {
    const calls = [
      call('sym_size', [v('x'), 0], 'n'),
      call('view', [v('x'), [v('n'), -1, 1]], 'rows'),
      call('expand', [v('rows'), [v('n'), 3, 2]], 'wide'),
      call('flatten', [v('wide'), 1], 'y'),
    ];
    const given = program(calls, ['y']);
    expect(isBatchPolymorphic(importAten(given).graph, new Map([['x', [2, 3]]]))).toBe(true);
    expect(numbers(await run(given, counted(2, 3)))).toEqual([1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6]);
  });
});

describe('what works in place', () => {
  it('is read by those behind it, under its old and its new name', async () => {
    const calls = [call('neg', [v('x')], 'a'), call('relu_', [v('a')], 'r'), call('add', [v('a'), v('r')], 'y')];
    expect(numbers(await run(program(calls, ['y']), float32([1, 3], Float32Array.of(-1, 2, -3))))).toEqual([2, 0, 6]);
  });

  it('changes what it is a part of, also where nothing reads its result', async () => {
    const calls = [
      call('zeros_like', [v('x')], 'mask'),
      call('slice', [v('mask'), 0, 1, 3], 'rows'),
      call('select', [v('rows'), 1, 0], 'column'),
      call('fill_', [v('column'), 5], ''),
      call('add', [v('x'), v('mask')], 'y'),
    ];
    expect(numbers(await run(program(calls, ['y'], [4, 3]), counted(4, 3)))).toEqual([
      1, 2, 3, 9, 5, 6, 12, 8, 9, 10, 11, 12,
    ]);
    // What stands between is no layer.
    const shown = importAten(program(calls, ['y'], [4, 3])).graph.nodes.filter(({ shownAs }) => shownAs !== null);
    expect(shown.flatMap(({ outputs }) => outputs).filter((name) => name.includes('/'))).toEqual(['column/changed']);
  });

  it('changes other views of the same numbers, made before', async () => {
    const calls = [
      call('clone', [v('x')], 'c'),
      call('view', [v('c'), [3, 2]], 'tall'),
      call('transpose', [v('c'), 0, 1], 'turned'),
      call('mul_', [v('tall'), 10], 'm'),
      call('add', [v('turned'), v('tall')], 'y'),
    ];
    const got = await run(program(calls, ['y'], [2, 3]), counted(2, 3));
    expect(numbers(got)).toEqual([20, 60, 50, 90, 80, 120].map((value, i) => [20, 60, 50, 90, 80, 120][i] ?? value));
  });

  it('copies over a part, and leaves copies of the whole alone', async () => {
    const calls = [
      call('clone', [v('x')], 'c'),
      call('clone', [v('c')], 'before'),
      call('slice', [v('c'), 1, 1, 3], 'part'),
      call('copy_', [v('part'), v('row')], ''),
      call('sub', [v('c'), v('before')], 'y'),
    ];
    const given = {
      ...program(calls, ['y'], [2, 3]),
      constants: new Map([['row', float32([2], Float32Array.of(7, 8))]]),
    };
    expect(numbers(await run(given, counted(2, 3)))).toEqual([0, 5, 5, 0, 2, 2]);
  });

  it('is refused where it changes a part in a way that is not known', () => {
    const calls = [
      call('clone', [v('x')], 'c'),
      call('chunk', [v('c'), 3, 1], ['p', 'q', 'r']),
      call('mul_', [v('q'), 2], 'm'),
      call('add', [v('c'), v('m')], 'y'),
    ];
    const { graph } = importAten(program(calls, ['y'], [2, 3]));
    expect(graph.nodes.filter(({ unsupported }) => unsupported).map(({ op }) => op)).toEqual(['aten::chunk_scatter']);
    const other = importAten(program([...calls.slice(0, 3), call('neg', [v('m')], 'z')], ['z'], [2, 3]));
    expect(other.graph.nodes.some(({ unsupported }) => unsupported)).toBe(false);
  });
});

describe('what has no counterpart', () => {
  it('is a node that says so, and costs only what depends on it', () => {
    const calls = [
      call('frobnicate', [v('x'), 'deep'], 'f', 'head.fancy'),
      call('relu', [v('f')], 'y'),
      call('neg', [v('x')], 'z'),
    ];
    const { graph } = importAten(program(calls, ['y', 'z'], [2, 3]));
    expect(graph.nodes.find(({ unsupported }) => unsupported)).toEqual({
      op: 'aten::frobnicate',
      name: 'head.fancy',
      inputs: ['x'],
      outputs: ['f'],
      attributes: {},
      unsupported: 'is not supported',
    });
    expect(importAten(program(calls, ['z'], [2, 3])).graph.nodes.map(({ op }) => op)).toEqual(['Neg']);
    const misfit = importAten(program([call('relu', [v('x'), 1, 2, 3], 'y')], ['y']));
    expect(misfit.graph.nodes[0]?.unsupported).toBe('has arguments that are not supported');
  });

  it('is said: a network saved for training', () => {
    const constants = new Map(['w', 'b', 'mean', 'var'].map((name) => [name, float32([3], Float32Array.of(1, 1, 1))]));
    const calls = [
      call('batch_norm', [v('x'), v('w'), v('b'), v('mean'), v('var'), true, 0.1, 1e-5, true], 'n'),
      call('dropout', [v('n'), 0.5, true], 'y'),
    ];
    const { notes } = importAten({ ...program(calls, ['y']), constants });
    expect(notes).toEqual([
      'Batch normalisation that was saved for training uses its running statistics.',
      'Dropout that was saved for training is left out.',
    ]);
    const half = {
      ...program([call('mul', [v('x'), v('h')], 'y')], ['y']),
      constants: new Map([['h', { dtype: 'float16', dims: [1], data: Uint16Array.of(0x4000) } as const]]),
    };
    expect(importAten(half).notes).toEqual(['Numbers of type float16 are computed as float32.']);
  });
});

describe('damaged and hostile programs', () => {
  const refused = (given: AtenProgram) => expect(() => importAten(given)).toThrow(CheckpointError);

  it('end in a sentence: values twice, from nothing, from themselves', () => {
    refused(program([call('relu', [v('x')], 'y'), call('neg', [v('x')], 'y')], ['y']));
    refused(program([call('relu', [v('x')], 'x')], ['x']));
    refused(program([call('relu', [v('missing')], 'y')], ['y']));
    refused(program([call('relu', [v('b')], 'a'), call('relu', [v('a')], 'b')], ['b']));
    refused(program([], []));
    refused(program([call('sym_size', [v('x'), 1], 'n')], ['n']));
  });

  it('end in a sentence or an unsupported node: axes, lengths and lists that are none', () => {
    const attempts: [string, AtenArgument[]][] = [
      ['permute', [v('x'), [0, 0]]],
      ['permute', [v('x'), [0, 5]]],
      ['view', [v('x'), [-5, 2]]],
      ['view', [v('x'), [2 ** 60, 2 ** 60]]],
      ['select', [v('x'), 9, 0]],
      ['unsqueeze', [v('x'), 1e300]],
      ['expand', [v('x'), new Array<number>(5000).fill(1)]],
      ['repeat', [v('x'), [2 ** 40, 2 ** 40]]],
      ['arange', [1e15]],
      ['linspace', [0, 1, 1e15]],
      ['eye', [1e9]],
      ['full', [[2 ** 31, 2 ** 31], 1]],
      ['zeros', [[-4]]],
      ['split', [v('x'), -1, 0]],
      ['chunk', [v('x'), 0, 0]],
      ['max_pool2d', [v('x'), [0, 0], [0, 0]]],
      ['im2col', [v('x'), [1e9, 1e9], [1, 1], [0, 0], [1, 1]]],
      ['upsample_nearest2d', [v('x'), [-1, -1], null, null]],
      ['einsum', ['ij,jk->il', [v('x'), v('x')]]],
      ['constant_pad_nd', [v('x'), [2 ** 50, 2 ** 50], 0]],
      ['adaptive_max_pool2d', [v('x'), [1e9, 3]]],
    ];
    for (const [op, positional] of attempts) {
      try {
        const { graph } = importAten(program([call(op, positional, 'y')], ['y'], [2, 3]));
        if (graph.nodes.some(({ unsupported }) => unsupported !== undefined)) continue;
        bind(graph, new Map([['x', [2, 3]]]));
      } catch (error) {
        expect(error, op).toBeInstanceOf(Error);
        expect((error as Error).constructor.name, `${op}: ${(error as Error).stack}`).toMatch(
          /Checkpoint|Unsupported|Usage|WhylightError/,
        );
      }
    }
  });

  it('may call a value __proto__', async () => {
    const calls = [
      call('neg', [v('x')], '__proto__'),
      call('constructor', [v('x')], 'c'),
      call('abs', [v('__proto__')], 'y'),
    ];
    expect(numbers(await run(program(calls, ['y'], [1, 3]), counted(1, 3)))).toEqual([1, 2, 3]);
    const { graph } = importAten(program([call('__proto__', [v('x')], 'y')], ['y']));
    expect(graph.nodes[0]?.unsupported).toBe('is not supported');
  });

  it('of many nodes take time in proportion', () => {
    const count = 30_000;
    const calls = Array.from({ length: count }, (_, i) => call('relu_', [v(i === 0 ? 'x' : `v${i - 1}`)], `v${i}`));
    const started = performance.now();
    const { graph } = importAten(program(calls, [`v${count - 1}`]));
    expect(graph.nodes.length).toBe(count);
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it('with a sequence of views of views stay quick', () => {
    const calls: AtenCall[] = [call('clone', [v('x')], 'v0')];
    for (let i = 1; i < 3000; i++) calls.push(call('alias', [v(`v${i - 1}`)], `v${i}`));
    calls.push(call('relu_', [v('v2999')], 'r'), call('add', [v('v0'), v('r')], 'y'));
    const started = performance.now();
    importAten(program(calls, ['y']));
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it('have constants of one element where numbers are meant', async () => {
    const given = {
      ...program([call('pow', [v('x'), v('p')], 'y')], ['y']),
      constants: new Map([['p', int64([1], [3])]]),
    };
    expect(numbers(await run(given, counted(1, 3)))).toEqual([1, 8, 27]);
  });
});
