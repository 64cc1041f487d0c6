/** ONNX files that are well-formed and mean harm: lengths without data, constants without end, names that objects have of themselves. */
import { float32, int64, type Tensor } from '../../../src/engine/graph/ir/tensor';
import { ProtobufWriter } from '../../../src/engine/runtime/onnxruntime/protobufWriter';
import { encodeTestModel, type Model, type ModelNode, type ModelValue } from '../onnxModel';

/** Weights that are not all the same. */
export function weights(dims: readonly number[]): Tensor {
  const count = dims.reduce((product, length) => product * length, 1);
  return float32(
    dims,
    Float32Array.from({ length: count }, (_, i) => 0.3 * Math.sin(i + 1)),
  );
}

/** A TensorProto of int64 that states a length and holds nothing. */
export const statedOnly = (name: string, length: number): ProtobufWriter =>
  new ProtobufWriter().integers(1, [length]).integer(2, 7).string(8, name);

export const call = (
  op: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: ModelNode['attributes'] = {},
): ModelNode => ({ op, inputs, outputs, attributes });

type Weights = NonNullable<Model['initializers']>;

/** The names of a small classifier's image input, its last feature map and its logits. */
export interface Names {
  readonly input: string;
  readonly layer: string;
  readonly logits: string;
}

export interface Parts {
  /** Between the feature map `r`, [1, 4, 8, 8], and `m`, which is pooled. */
  readonly middle?: readonly ModelNode[];
  readonly initializers?: Weights;
  readonly input?: ModelValue;
  readonly names?: Partial<Names>;
  readonly more?: Partial<Model>;
}

/** A classifier of five classes: convolution, ReLU, `middle`, pooling and a product. */
export function classifier({ middle, initializers, input, names, more }: Parts = {}): Uint8Array {
  const { input: x, layer: r, logits } = { input: 'x', layer: 'r', logits: 'logits', ...names };
  return encodeTestModel({
    opset: 18,
    nodes: [
      call('Conv', [x, 'w'], ['c'], { pads: { ints: [1, 1, 1, 1] } }),
      call('Relu', ['c'], [r]),
      ...(middle ?? [call('Identity', [r], ['m'])]),
      call('GlobalAveragePool', ['m'], ['p']),
      call('Flatten', ['p'], ['f']),
      call('Gemm', ['f', 'd'], [logits]),
    ],
    initializers: { w: weights([4, 3, 3, 3]), d: weights([4, 5]), ...initializers },
    inputs: { [x]: input ?? { dims: [1, 3, 8, 8] } },
    outputs: { [logits]: { dims: [1, 5] } },
    ...more,
  });
}

/** A classifier that adds the sum of the constant `big`, which `nodes` compute. */
function withSumOf(nodes: readonly ModelNode[], initializers: Weights): Uint8Array {
  const sum = call('ReduceSum', ['big'], ['one'], { keepdims: { i: 0 } });
  return classifier({ middle: [...nodes, sum, call('Add', ['r', 'one'], ['m'])], initializers });
}

const billion = 1e9;
const length = int64([1], [billion]);
const scalar = (value: number) => int64([], [value]);

/** Constants of gigabytes, computed from a few numbers. */
export const largeConstants: Readonly<Record<string, () => Uint8Array>> = {
  constantofshape_1e9: () => withSumOf([call('ConstantOfShape', ['s'], ['big'])], { s: length }),
  expand_const_1e9: () => withSumOf([call('Expand', ['k', 's'], ['big'])], { s: length, k: weights([1]) }),
  tile_const_1e9: () => withSumOf([call('Tile', ['k', 's'], ['big'])], { s: length, k: weights([1]) }),
  range_1e9: () =>
    withSumOf([call('Range', ['a', 'b', 'e'], ['whole']), call('Cast', ['whole'], ['big'], { to: { i: 1 } })], {
      a: scalar(0),
      b: scalar(billion),
      e: scalar(1),
    }),
  onehot_1e9: () =>
    withSumOf([call('OneHot', ['i', 'n', 'v'], ['big'])], { i: int64([1], [0]), n: scalar(billion), v: weights([2]) }),
  concat_const_doubling_40: () =>
    withSumOf(
      Array.from({ length: 40 }, (_, k) => {
        const from = k === 0 ? 'k' : `q${k - 1}`;
        return call('Concat', [from, from], [k === 39 ? 'big' : `q${k}`], { axis: { i: 0 } });
      }),
      { k: weights([4]) },
    ),
};

/** Lengths of constants that the file does not hold. */
export const statedLengths: Readonly<Record<string, () => Uint8Array>> = {
  unsqueeze_1000000000: () => withStated('Unsqueeze', billion),
  rank_100000000: () => withStated('Reshape', 1e8),
  rank_5000000000: () => withStated('Reshape', 5e9),
};

function withStated(op: string, count: number): Uint8Array {
  return classifier({ middle: [call(op, ['r', 's'], ['m'])], initializers: { s: statedOnly('s', count) } });
}

/** Input sizes that no image is made for within a usual memory budget. */
export const largeInputs: Readonly<Record<string, () => Uint8Array>> = {
  input_1e6_square: () => classifier({ input: { dims: [1, 3, 1_000_000, 1_000_000] } }),
  input_30000_square: () => classifier({ input: { dims: [1, 3, 30_000, 30_000] } }),
};

const many = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, k) => make(k));
const branch = (more: Partial<Model>) => ({
  nodes: [call('Relu', ['r'], ['a'])],
  outputs: { a: { dims: [1, 4, 8, 8] } },
  ...more,
});
const yes: Tensor = { dtype: 'bool', dims: [], data: Uint8Array.of(1) };
const chosen = (then: Partial<Model>): Parts => ({
  middle: [call('If', ['yes'], ['m'], { then_branch: { g: branch(then) }, else_branch: { g: branch({}) } })],
  initializers: { yes },
});
const one = float32([], Float32Array.of(1));

/** More values than fit on the stack as arguments. */
const tooMany = 130_000;

/** Lists so long that they do not fit on the stack as arguments. */
export const longLists: Readonly<Record<string, () => Uint8Array>> = {
  reducemax_const: () => reducedConstant('ReduceMax'),
  reducemin_const: () => reducedConstant('ReduceMin'),
  initializers: () => classifier({ initializers: Object.fromEntries(many(tooMany, (k) => [`i${k}`, one] as const)) }),
  nested_initializers: () =>
    classifier(chosen({ initializers: Object.fromEntries(many(tooMany, (k) => [`i${k}`, one] as const)) })),
  nested_constants: () =>
    classifier(
      chosen({
        nodes: [
          ...many(tooMany, (k) => call('Constant', [], [`i${k}`], { value_float: { f: 1 } })),
          call('Relu', ['r'], ['a']),
        ],
      }),
    ),
  sum_of_constants: () =>
    classifier({
      middle: [
        call(
          'Sum',
          many(tooMany, () => 'k'),
          ['total'],
        ),
        call('Add', ['r', 'total'], ['m']),
      ],
      initializers: { k: one },
    }),
  add_of_constants: () =>
    classifier({
      middle: [
        call(
          'Add',
          many(tooMany, () => 'k'),
          ['total'],
        ),
        call('Add', ['r', 'total'], ['m']),
      ],
      initializers: { k: one },
    }),
};

function reducedConstant(op: string): Uint8Array {
  return classifier({
    middle: [call(op, ['big'], ['one'], { keepdims: { i: 0 } }), call('Add', ['r', 'one'], ['m'])],
    initializers: { big: weights([300_000]) },
  });
}

/** A classifier of three million classes. */
export function manyClasses(): Uint8Array {
  return encodeTestModel({
    opset: 18,
    nodes: [
      call('GlobalAveragePool', ['x'], ['p']),
      call('Expand', ['p', 's'], ['e']),
      call('Flatten', ['e'], ['logits']),
    ],
    initializers: { s: int64([4], [1, 3, 1000, 1000]) },
    inputs: { x: { dims: [1, 3, 8, 8] } },
    outputs: { logits: { dims: [1, 3_000_000] } },
  });
}

/** A node with a name of a million characters that is not supported. */
export function longName(): Uint8Array {
  const value = 'n'.repeat(1e6);
  return classifier({ middle: [call('Relu', ['r'], [value]), call('NoSuchOp', [value], ['m'])] });
}

/** What every object has of itself. */
export const inheritedNames = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'] as const;
