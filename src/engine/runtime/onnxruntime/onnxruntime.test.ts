import { describe, expect, it } from 'vitest';
import { runtimes } from '../../../../test/support/runtimes';
import { RuntimeFailure, UnsupportedOperatorError } from '../../../shared/errors';
import type { Graph, Node } from '../../graph/ir/graph';
import { type DType, float32, int64, type Tensor, type TensorData, type ValueType } from '../../graph/ir/tensor';
import { encodeModel } from './encodeModel';
import { createOnnxRuntime } from './index';

const runtime = await createOnnxRuntime();

function node(op: string, inputs: string[], outputs: string[], attributes: Node['attributes'] = {}): Node {
  return { op, name: `${op}_${outputs[0]}`, inputs, outputs, attributes };
}

function graph(
  inputs: Record<string, ValueType>,
  nodes: readonly Node[],
  constants: Record<string, Tensor> = {},
  types: Record<string, ValueType> = {},
): Graph {
  return {
    inputs: Object.entries(inputs).map(([name, type]) => ({ name, type })),
    outputs: nodes.flatMap((each) => each.outputs).slice(-1),
    nodes,
    constants: new Map(Object.entries(constants)),
    types: new Map(Object.entries(types)),
  };
}

const float = (dims: ValueType['dims']): ValueType => ({ dtype: 'float32', dims });

describe('element types at the boundary', () => {
  const samples: [DType, TensorData][] = [
    ['float32', Float32Array.of(1.5, -0, Number.POSITIVE_INFINITY, 1e-40)],
    ['float64', Float64Array.of(Math.PI, -1e300, 5e-324, 0)],
    ['int8', Int8Array.of(-128, 127, 0, -1)],
    ['uint8', Uint8Array.of(0, 255, 128, 1)],
    ['int16', Int16Array.of(-32768, 32767, 0, -1)],
    ['uint16', Uint16Array.of(0, 65535, 32768, 1)],
    ['int32', Int32Array.of(-2147483648, 2147483647, 0, -1)],
    ['uint32', Uint32Array.of(0, 4294967295, 2147483648, 1)],
    ['int64', BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n, 0n, -1n)],
    ['uint64', BigUint64Array.of(0n, 2n ** 64n - 1n, 2n ** 63n, 1n)],
    ['bool', Uint8Array.of(0, 1, 1, 0)],
    ['string', ['a', '', 'naïve ✓', 'd']],
  ];

  it.each(samples)('gives %s back as it went in, as a feed and as a constant', async (dtype, data) => {
    const type: ValueType = { dtype, dims: [2, 2] };
    const tensor: Tensor = { dtype, dims: [2, 2], data };
    const program = await runtime.compile(
      graph({ x: type }, [node('Identity', ['x'], ['fed']), node('Identity', ['c'], ['kept'])], { c: tensor }),
      ['fed', 'kept'],
    );
    const results = await program.run({ x: tensor });
    expect(results).toEqual({ fed: tensor, kept: tensor });
    expect(results['fed']!.data).not.toBe(data);
    await program.dispose();
  });

  it('computes with bfloat16, int4 and uint4 constants', async () => {
    const constants: Record<string, Tensor> = {
      b: { dtype: 'bfloat16', dims: [3], data: Uint16Array.of(0x3f80, 0xc000, 0x0000) },
      i: { dtype: 'int4', dims: [3], data: Int8Array.of(-8, 7, -1) },
      u: { dtype: 'uint4', dims: [3], data: Uint8Array.of(15, 0, 9) },
    };
    const names = Object.keys(constants);
    const nodes = names.map((name) => node('Cast', [name], [`${name}32`], { to: 1 }));
    const program = await runtime.compile(graph({}, nodes, constants), ['b32', 'i32', 'u32']);
    const results = await program.run({});
    expect([...(results['b32']!.data as Float32Array)]).toEqual([1, -2, 0]);
    expect([...(results['i32']!.data as Float32Array)]).toEqual([-8, 7, -1]);
    expect([...(results['u32']!.data as Float32Array)]).toEqual([15, 0, 9]);
    await program.dispose();
  });

  it('computes in float64 what it has fused operators for in float32 only', async () => {
    const double: ValueType = { dtype: 'float64', dims: [3] };
    const slope: Tensor = { dtype: 'float64', dims: [], data: Float64Array.of(1.702) };
    const built = graph(
      { x: double },
      [node('Mul', ['x', 'slope'], ['a']), node('Sigmoid', ['a'], ['s']), node('Mul', ['x', 's'], ['y'])],
      { slope },
      { x: double, a: double, s: double, y: double },
    );
    const program = await runtime.compile(built, ['y']);
    const x = Float64Array.of(-1, 0.5, 3);
    const { y } = await program.run({ x: { dtype: 'float64', dims: [3], data: x } });
    expect([...(y!.data as Float64Array)]).toEqual(
      [...x].map((value) => expect.closeTo(value / (1 + Math.exp(-1.702 * value)), 14)),
    );
    await program.dispose();
  });

  it.each(['float16', 'bfloat16', 'int4'] as const)('refuses a %s input in one sentence', async (dtype) => {
    const compile = runtime.compile(graph({ x: { dtype, dims: [1] } }, [node('Cast', ['x'], ['y'], { to: 1 })]), ['y']);
    await expect(compile).rejects.toThrow(RuntimeFailure);
    await expect(compile).rejects.toThrow(
      `cannot pass “x” in or out, because its Node interface has no ${dtype} values`,
    );
  });
});

describe('external constants', () => {
  const big = (count: number, value: number) => new Float32Array(count).fill(value);

  it('passes large constants beside the protobuf and keeps small ones and shapes inside', () => {
    const nodes = [
      node('Add', ['x', 'large'], ['a']),
      node('Add', ['a', 'small'], ['b']),
      node('Reshape', ['b', 'shape'], ['y']),
    ];
    const constants = {
      large: float32([4096], big(4096, 1)),
      small: float32([1], big(1, 1)),
      shape: int64([2], [64, 64]),
    };
    const encoded = encodeModel(graph({ x: float([4096]) }, nodes, constants), ['y']);
    expect(encoded.external.map((each) => each.data.byteLength)).toEqual([4 * 4096]);
    expect(encoded.external[0]!.data.buffer).toBe(constants.large.data.buffer);
    expect(encoded.model.length).toBeLessThan(1000);
  });

  it('reads views with an offset, several of one buffer, and needs them no more after compiling', async () => {
    const shared = new Float32Array(6000).map((_, i) => i);
    const constants = {
      first: float32([2500], shared.subarray(0, 2500)),
      second: float32([2500], shared.subarray(3500, 6000)),
    };
    const nodes = [node('Add', ['x', 'first'], ['a']), node('Sub', ['a', 'second'], ['y'])];
    const program = await runtime.compile(graph({ x: float([2500]) }, nodes, constants), ['y', 'a']);
    shared.fill(Number.NaN);
    const results = await program.run({ x: float32([2500], big(2500, 10)) });
    expect([...(results['y']!.data as Float32Array)]).toEqual(new Array(2500).fill(-3490));
    expect((results['a']!.data as Float32Array)[2499]).toBe(2509);
    await program.dispose();
  });

  it.each(['float64', 'float16', 'bfloat16', 'int8', 'bool', 'int64', 'uint32'] as const)(
    'passes a large %s constant',
    async (dtype) => {
      const count = 70000;
      const data = {
        float64: () => new Float64Array(count).fill(-2.5),
        float16: () => new Uint16Array(count).fill(0xc100),
        bfloat16: () => new Uint16Array(count).fill(0xc020),
        int8: () => new Int8Array(count).fill(-3),
        bool: () => new Uint8Array(count).fill(1),
        int64: () => new BigInt64Array(count).fill(-3n),
        uint32: () => new Uint32Array(count).fill(3),
      }[dtype]();
      const value = { float64: -2.5, float16: -2.5, bfloat16: -2.5, int8: -3, bool: 1, int64: -3, uint32: 3 }[dtype];
      const constants: Record<string, Tensor> = { c: { dtype, dims: [count], data } };
      const built = graph({}, [node('Cast', ['c'], ['y'], { to: 1 })], constants);
      expect(encodeModel(built, ['y']).external).toHaveLength(1);
      const program = await runtime.compile(built, ['y']);
      expect((await program.run({}))['y']!.data).toEqual(big(count, value));
      await program.dispose();
    },
  );
});

describe('programs', () => {
  it('serves every batch size when the batch is left free', async () => {
    const weights = float32([3, 2], Float32Array.of(1, 2, 3, 4, 5, 6));
    const built = graph(
      { x: float([1, 3]) },
      [node('MatMul', ['x', 'w'], ['y'])],
      { w: weights },
      { y: float([1, 2]) },
    );
    const program = await runtime.compile(built, ['y'], { dynamicBatch: true });
    for (const batch of [1, 4, 2]) {
      const { y } = await program.run({ x: float32([batch, 3], new Float32Array(3 * batch).fill(1)) });
      expect(y!.dims).toEqual([batch, 2]);
      expect(y!.data).toEqual(Float32Array.from({ length: 2 * batch }, (_, i) => (i % 2 ? 12 : 9)));
    }
    await program.dispose();
    const fixed = await runtime.compile(built, ['y']);
    await expect(fixed.run({ x: float32([4, 3], new Float32Array(12)) })).rejects.toThrow(RuntimeFailure);
    await fixed.dispose();
  });

  it('accepts unknown dimensions and an unknown rank', async () => {
    const program = await runtime.compile(
      graph({ x: float([null, 3, null]), s: float(null) }, [node('Mul', ['x', 's'], ['y'])]),
      ['y'],
    );
    const x = float32([2, 3, 1], Float32Array.of(1, 2, 3, 4, 5, 6));
    expect((await program.run({ x, s: float32([], Float32Array.of(2)) }))['y']).toEqual(
      float32([2, 3, 1], Float32Array.of(2, 4, 6, 8, 10, 12)),
    );
    await program.dispose();
  });

  it('leaves out what the outputs do not need, and ignores feeds of inputs that are left out', async () => {
    const nodes = [node('Relu', ['x'], ['y']), node('NoSuchOperator', ['unused'], ['z'])];
    const program = await runtime.compile(graph({ x: float([2]), unused: float([2]) }, nodes), ['y', 'y']);
    expect(program.inputs).toEqual(['x']);
    expect(program.outputs).toEqual(['y']);
    const feed = float32([2], Float32Array.of(-1, 1));
    expect((await program.run({ x: feed, unused: feed }))['y']!.data).toEqual(Float32Array.of(0, 1));
    await expect(program.run({ y: feed })).rejects.toThrow(TypeError);
    await expect(program.run({})).rejects.toThrow(TypeError);
    await program.dispose();
    await expect(program.run({ x: feed })).rejects.toThrow('disposed');
  });

  it('gives an input or a constant that is itself an output', async () => {
    const one = float32([1], Float32Array.of(1));
    const built = graph({ x: float([1]) }, [node('Add', ['x', 'c'], ['y'])], { c: one });
    const program = await runtime.compile(built, ['x', 'c', 'y']);
    const x = float32([1], Float32Array.of(41));
    expect(await program.run({ x })).toEqual({ x, c: one, y: float32([1], Float32Array.of(42)) });
    await program.dispose();
  });

  it('runs graphs whose nodes share a name', async () => {
    const nodes = ['a', 'b', 'y'].map((output, i) => ({
      ...node('Neg', [['x', 'a', 'b'][i]!], [output]),
      name: 'same',
    }));
    const program = await runtime.compile(graph({ x: float([1]) }, nodes), ['y']);
    expect((await program.run({ x: float32([1], Float32Array.of(5)) }))['y']!.data).toEqual(Float32Array.of(-5));
    await program.dispose();
  });

  it('gives results that later runs leave alone', async () => {
    const program = await runtime.compile(graph({ x: float([64]) }, [node('Neg', ['x'], ['y'])]), ['y']);
    const feed = (value: number) => ({ x: float32([64], new Float32Array(64).fill(value)) });
    const first = (await program.run(feed(1)))['y']!;
    await program.run(feed(2));
    await program.dispose();
    expect(first.data).toEqual(new Float32Array(64).fill(-1));
  });

  it('encodes attributes of every kind', async () => {
    const nodes = [
      node('LeakyRelu', ['x'], ['leaky'], { alpha: 1 }),
      node('Transpose', ['x'], ['turned'], { perm: [1, 0] }),
      node('Pad', ['x', 'pads'], ['padded'], { mode: 'edge' }),
      node('ConstantOfShape', ['shape'], ['filled'], { value: { dtype: 'int32', dims: [1], data: Int32Array.of(-7) } }),
      node('Gather', ['x', 'last'], ['gathered'], { axis: -1 }),
      node('LabelEncoderless', [], ['unused'], { names: ['a', 'b'] }),
    ];
    const built = graph({ x: float([1, 2]) }, nodes, {
      pads: int64([4], [0, 1, 0, 0]),
      shape: int64([1], [2]),
      last: int64([1], [-1]),
    });
    const program = await runtime.compile(built, ['leaky', 'turned', 'padded', 'filled', 'gathered']);
    const results = await program.run({ x: float32([1, 2], Float32Array.of(-3, 4)) });
    const values = Object.fromEntries(Object.entries(results).map(([key, value]) => [key, [...value.data]]));
    expect(values).toEqual({ leaky: [-3, 4], turned: [-3, 4], padded: [-3, -3, 4], filled: [-7, -7], gathered: [4] });
    await program.dispose();
  });
});

describe('failures', () => {
  it('names an operator outside its set, and its node', async () => {
    const compile = runtime.compile(graph({ x: float([1]) }, [node('custom.domain::Sharpen', ['x'], ['y'])]), ['y']);
    const error = await compile.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UnsupportedOperatorError);
    expect((error as Error).message).toBe(
      'The operator custom.domain::Sharpen of node “custom.domain::Sharpen_y” is not among those that onnxruntime runs.',
    );
  });

  it('names the operator that it has no kernel for, in one sentence that keeps its cause', async () => {
    const x: ValueType = { dtype: 'float64', dims: [1] };
    const compile = runtime.compile(graph({ x }, [node('Acos', ['x'], ['y'])]), ['y']);
    const error = await compile.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RuntimeFailure);
    const { message, cause } = error as RuntimeFailure;
    expect(message).toMatch(/^onnxruntime could not compile the graph: .*Acos.*\.$/);
    expect(message).not.toContain('\n');
    expect(cause).toBeInstanceOf(Error);
  });

  it('says in one sentence why a run failed', async () => {
    const program = await runtime.compile(
      graph({ x: float([null]), s: { dtype: 'int64', dims: [1] } }, [node('Reshape', ['x', 's'], ['y'])]),
      ['y'],
    );
    const run = program.run({ x: float32([3], Float32Array.of(1, 2, 3)), s: int64([1], [2]) });
    await expect(run).rejects.toThrow(/^onnxruntime could not run the graph: .*Reshape.*\.$/);
    await expect(run).rejects.toBeInstanceOf(RuntimeFailure);
    await program.dispose();
  });

  it('says when the memory does not suffice', async () => {
    const shape: Tensor = { dtype: 'int64', dims: [1], data: BigInt64Array.of(2n ** 52n) };
    const built = graph({ x: float([1]) }, [node('Expand', ['x', 's'], ['y'])], { s: shape });
    const program = await runtime.compile(built, ['y']);
    const run = program.run({ x: float32([1], Float32Array.of(1)) });
    await expect(run).rejects.toThrow(/^onnxruntime ran out of memory: it asked for 180\d+ MB at once; .*\.$/);
    await program.dispose();
  });

  it('treats a value that nothing computes as a bug', async () => {
    await expect(runtime.compile(graph({}, [node('Relu', ['nowhere'], ['y'])]), ['y'])).rejects.toThrow(
      new RangeError('Nothing in the graph computes the value “nowhere”.'),
    );
  });
});

describe('choosing', () => {
  it('gives onnxruntime with a reason, and refuses tfjs', async () => {
    for (const choice of ['auto', 'onnxruntime'] as const) {
      const { runtime: chosen, why } = await runtimes.choose(choice);
      expect(chosen.id).toBe('onnxruntime');
      expect(chosen.version).toMatch(/^\d+\.\d+\.\d+/);
      expect(why).not.toBe('');
    }
    await expect(runtimes.choose('tfjs')).rejects.toThrow(RuntimeFailure);
  });
});
