/**
 * A second runtime, in plain TypeScript, as small as one can be: a table of operators, a lowering for one that is not in it, and the few lines
 * that the interface asks for. Operators whose definitions can evaluate constants do so here too.
 */
import { floatAttribute, intAttribute } from '../../src/engine/graph/ir/attributes';
import type { Node } from '../../src/engine/graph/ir/graph';
import { elementCount, float32, type Tensor } from '../../src/engine/graph/ir/tensor';
import { operatorNamed } from '../../src/engine/graph/ops';
import { convolutionKernel, groupsOf, slide, windowsOf } from '../../src/engine/graph/ops/windows';
import { footprint } from '../../src/engine/runtime/footprint';
import { lower, type OperatorSet, supports } from '../../src/engine/runtime/lowering';
import type { Runtime } from '../../src/engine/runtime/runtime';

type Kernel = (node: Node, inputs: readonly (Tensor | undefined)[]) => readonly Tensor[];

const values = (tensor: Tensor | undefined) => tensor?.data as Float32Array;

/** One multiplication of each of `batch` pairs of matrices, [m, k] · [k, n]. */
function product(a: Float32Array, b: Float32Array, m: number, k: number, n: number): Float32Array {
  const c = new Float32Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let l = 0; l < k; l++) sum += (a[i * k + l] as number) * (b[l * n + j] as number);
      c[i * n + j] = sum;
    }
  }
  return c;
}

function transposed(x: Tensor): Tensor {
  const [rows = 1, columns = 1] = x.dims;
  const data = Float32Array.from(
    { length: rows * columns },
    (_, i) => values(x)[(i % rows) * columns + Math.floor(i / rows)] as number,
  );
  return float32([columns, rows], data);
}

/** α · A′ · B′ + β · C, C repeated for every row. */
const gemm: Kernel = (node, [a, b, c]) => {
  const [x, y] = [
    ['transA', a],
    ['transB', b],
  ].map(([name, t]) => (intAttribute(node, name as string, 0) === 1 ? transposed(t as Tensor) : (t as Tensor))) as [
    Tensor,
    Tensor,
  ];
  const [m = 1, k = 1] = x.dims;
  const n = y.dims[1] as number;
  const alpha = floatAttribute(node, 'alpha', 1);
  const beta = floatAttribute(node, 'beta', 1);
  const result = product(values(x), values(y), m, k, n);
  const bias = c && values(c);
  return [
    float32(
      [m, n],
      result.map((value, i) => alpha * value + (bias ? beta * (bias[i % bias.length] as number) : 0)),
    ),
  ];
};

/** A convolution of images, one group or several. */
const conv: Kernel = (node, [x, w, bias]) => {
  const [n = 1, channels = 1, height = 1, width = 1] = (x as Tensor).dims;
  const [outputs = 1, inner = 1] = (w as Tensor).dims;
  const windows = windowsOf(node, convolutionKernel(node, (w as Tensor).dims));
  const [rows = 1, columns = 1] = slide(windows, [height, width]);
  const [kh = 1, kw = 1] = windows.kernel;
  const [top = 0, left = 0] = windows.pads;
  const [sy = 1, sx = 1] = windows.strides;
  const [dy = 1, dx = 1] = windows.dilations;
  const [image, kernel] = [values(x), values(w)];
  const data = Float32Array.from({ length: n * outputs * rows * columns }, (_, flat) => {
    const [column, row] = [flat % columns, Math.floor(flat / columns) % rows];
    const [output, item] = [
      Math.floor(flat / (columns * rows)) % outputs,
      Math.floor(flat / (columns * rows * outputs)),
    ];
    const first = Math.floor(output / (outputs / groupsOf(node))) * inner;
    let sum = bias ? (values(bias)[output] as number) : 0;
    for (let c = 0; c < inner; c++) {
      for (let i = 0; i < kh; i++) {
        const py = row * sy - top + i * dy;
        if (py < 0 || py >= height) continue;
        for (let j = 0; j < kw; j++) {
          const px = column * sx - left + j * dx;
          if (px < 0 || px >= width) continue;
          const place = ((item * channels + first + c) * height + py) * width + px;
          sum += (image[place] as number) * (kernel[((output * inner + c) * kh + i) * kw + j] as number);
        }
      }
    }
    return sum;
  });
  return [float32([n, outputs, rows, columns], data)];
};

const softmax: Kernel = (node, [x]) => {
  const { dims } = x as Tensor;
  const axis = (intAttribute(node, 'axis', -1) + dims.length) % dims.length;
  if (axis !== dims.length - 1) throw new RangeError('Only the last axis is implemented.');
  const length = dims[axis] as number;
  const data = new Float32Array(elementCount(dims));
  for (let start = 0; start < data.length; start += length) {
    const row = values(x).subarray(start, start + length);
    const most = Math.max(...row);
    const exponentials = row.map((value) => Math.exp(value - most));
    const sum = exponentials.reduce((total, value) => total + value, 0);
    data.set(
      exponentials.map((value) => value / sum),
      start,
    );
  }
  return [float32(dims, data)];
};

/** What the operators' own definitions evaluate. */
const folded: Kernel = (node, inputs) => {
  const result = operatorNamed(node.op)?.fold?.(inputs, node);
  if (!result) throw new RangeError(`This use of ${node.op} is not evaluated.`);
  return result;
};

const kernels: Readonly<Record<string, Kernel>> = {
  Conv: conv,
  Gemm: gemm,
  Softmax: softmax,
  ...Object.fromEntries(
    `Add Cast Concat ConstantOfShape Div Equal Exp Expand Gather Greater Identity Max Min Mul Neg ReduceMax ReduceMean ReduceSum Relu Reshape
     Shape Sigmoid Sign Slice Squeeze Sub Transpose Unsqueeze Where`
      .split(/\s+/)
      .map((op) => [op, folded]),
  ),
};

export const operatorSet: OperatorSet = {
  runtime: 'interpreter',
  has: (op) => Object.hasOwn(kernels, op),
  lowerings: {
    // Every item in one row.
    Flatten: {
      needed: () => true,
      lower: ({ node }, add) => ({
        ...node,
        op: 'Reshape',
        inputs: [node.inputs[0] as string, add.ints([0, -1])],
        attributes: {},
      }),
    },
    // min(max(α·x + β, 0), 1).
    HardSigmoid: {
      needed: () => true,
      lower: ({ node }, add) => {
        const scalar = (value: number) => add.tensor(float32([], Float32Array.of(value)));
        const scaled = add.emit('Mul', [node.inputs[0] as string, scalar(floatAttribute(node, 'alpha', 0.2))]);
        const line = add.emit('Add', [scaled, scalar(floatAttribute(node, 'beta', 0.5))]);
        const inputs = [add.emit('Max', [line, scalar(0)]), scalar(1)];
        return { ...node, op: 'Min', inputs, attributes: {} };
      },
    },
    // The mean over all places, which the table has under another name.
    GlobalAveragePool: {
      needed: () => true,
      lower: ({ node, dims }, add) => {
        const axes = dims(0).flatMap((_, axis) => (axis < 2 ? [] : [axis]));
        return {
          ...node,
          op: 'ReduceMean',
          inputs: [node.inputs[0] as string, add.ints(axes)],
          attributes: { keepdims: 1 },
        };
      },
    },
  },
};

export const counts = { compiled: 0, runs: 0, disposed: 0 };

export async function createInterpreter(): Promise<Runtime> {
  return {
    id: 'interpreter',
    version: '1.0',
    capabilities: { mapsFiles: false },
    supports: (node, graph) => supports(operatorSet, node, graph),
    lower: (graph, outputs) => lower(operatorSet, graph, outputs),
    estimate: (graph, outputs) => {
      const { weights, derived, perImage } = footprint(graph, outputs);
      return { fixed: weights + derived, perImage };
    },
    async compile(graph, outputs) {
      const { nodes, constants, inputs } = lower(operatorSet, graph, outputs);
      const read = new Set([...nodes.flatMap((node) => node.inputs), ...outputs]);
      counts.compiled++;
      return {
        inputs: inputs.map(({ name }) => name).filter((name) => read.has(name)),
        outputs,
        async run(feeds) {
          counts.runs++;
          const known = new Map<string, Tensor>([...constants, ...Object.entries(feeds)]);
          for (const node of nodes) {
            const kernel = kernels[node.op] as Kernel;
            const results = kernel(
              node,
              node.inputs.map((name) => known.get(name)),
            );
            for (const [index, name] of node.outputs.entries()) known.set(name, results[index] as Tensor);
          }
          return Object.fromEntries(outputs.map((name) => [name, known.get(name) as Tensor]));
        },
        dispose: async () => {
          counts.disposed++;
        },
      };
    },
    dispose: async () => {},
  };
}
