/** What operators give that move elements about. */
import { intAttribute, intsAttribute, tensorAttribute } from '../../../../graph/ir/attributes';
import type { Dim } from '../../../../graph/ir/tensor';
import { axisOf, broadcast, dimsOf, dtypeOf, type Infer, product, typed } from './inferring';

export const reshapedTo: Infer = (node, known) => {
  const dims = dimsOf(node, known, 0);
  const wanted = known.ints(node.inputs[1] ?? '');
  if (!wanted) return [typed(dtypeOf(node, known), null)];
  const out = wanted.map((length, axis): Dim => (length === 0 ? (dims?.[axis] ?? null) : length));
  const open = out.indexOf(-1);
  if (open < 0) return [typed(dtypeOf(node, known), out)];
  const all = dims ? product(dims) : null;
  const others = product(out.filter((_, axis) => axis !== open));
  out[open] = all !== null && others ? all / others : null;
  return [typed(dtypeOf(node, known), out)];
};

export const sliced: Infer = (node, known) => {
  const dims = dimsOf(node, known, 0);
  if (!dims) return [typed(dtypeOf(node, known), null)];
  const list = (index: number) => (node.inputs[index] ? known.ints(node.inputs[index]) : undefined);
  const [starts = [], ends = []] = [list(1), list(2)];
  const axes = list(3) ?? starts.map((_, axis) => axis);
  const steps = list(4);
  const out = [...dims];
  axes.forEach((named, i) => {
    const axis = axisOf(named ?? Number.NaN, dims.length);
    const [start, end, length, step] = [starts[i], ends[i], dims[axis], steps ? steps[i] : 1];
    out[axis] = null;
    if (start == null || end == null || length == null || step == null || step === 0) return;
    const low = step > 0 ? 0 : -1;
    const place = (at: number) => Math.min(Math.max(at < 0 ? at + length : at, low), step > 0 ? length : length - 1);
    out[axis] = Math.max(0, Math.ceil((place(end) - place(start)) / step));
  });
  return [typed(dtypeOf(node, known), out)];
};

export const gathered: Infer = (node, known) => {
  const [dims, indices] = [dimsOf(node, known, 0), dimsOf(node, known, 1)];
  if (!dims || !indices) return [typed(dtypeOf(node, known), null)];
  const axis = axisOf(intAttribute(node, 'axis', 0), dims.length);
  return [typed(dtypeOf(node, known), [...dims.slice(0, axis), ...indices, ...dims.slice(axis + 1)])];
};

export const concatenated: Infer = (node, known) => {
  const shapes = node.inputs.map((name) => known.dims(name));
  const first = shapes.find((dims) => dims !== undefined);
  if (!first) return [typed(dtypeOf(node, known), null)];
  const axis = axisOf(intAttribute(node, 'axis', 0), first.length);
  const out = first.map((_, place) => {
    const lengths = shapes.map((dims) => dims?.[place] ?? null);
    if (place !== axis) return lengths.find((length) => length !== null) ?? null;
    return lengths.includes(null) ? null : lengths.reduce<number>((sum, length) => sum + (length ?? 0), 0);
  });
  return [typed(dtypeOf(node, known), out)];
};

export const split: Infer = (node, known) => {
  const dims = dimsOf(node, known, 0);
  if (!dims) return node.outputs.map(() => typed(dtypeOf(node, known), null));
  const axis = axisOf(intAttribute(node, 'axis', 0), dims.length);
  const sizes = node.inputs[1] ? known.ints(node.inputs[1]) : undefined;
  return node.outputs.map((_, index) =>
    typed(
      dtypeOf(node, known),
      dims.map((length, place) => (place === axis ? (sizes?.[index] ?? null) : length)),
    ),
  );
};

export const unsqueezed: Infer = (node, known) => {
  const dims = dimsOf(node, known, 0);
  const axes = known.ints(node.inputs[1] ?? '');
  if (!dims || !axes || axes.includes(null)) return [typed(dtypeOf(node, known), null)];
  const rank = dims.length + axes.length;
  const added = new Set(axes.map((axis) => axisOf(axis as number, rank)));
  const rest = [...dims];
  return [
    typed(
      dtypeOf(node, known),
      Array.from({ length: rank }, (_, axis) => (added.has(axis) ? 1 : (rest.shift() ?? null))),
    ),
  ];
};

export const squeezed: Infer = (node, known) => {
  const dims = dimsOf(node, known, 0);
  const axes = node.inputs[1] ? known.ints(node.inputs[1]) : undefined;
  if (!dims || !axes || axes.includes(null)) return [typed(dtypeOf(node, known), null)];
  const removed = new Set(axes.map((axis) => axisOf(axis as number, dims.length)));
  return [
    typed(
      dtypeOf(node, known),
      dims.filter((_, axis) => !removed.has(axis)),
    ),
  ];
};

export const turned: Infer = (node, known) => {
  const dims = dimsOf(node, known, 0);
  const perm = intsAttribute(node, 'perm');
  return [typed(dtypeOf(node, known), dims && (perm ? perm.map((axis) => dims[axis] ?? null) : [...dims].reverse()))];
};

export const paddedOut: Infer = (node, known) => {
  const dims = dimsOf(node, known, 0);
  const pads = known.ints(node.inputs[1] ?? '');
  const out = dims?.map((length, axis): Dim => {
    const [before, after] = [pads?.[axis] ?? null, pads?.[axis + dims.length] ?? null];
    return length === null || before === null || after === null ? null : length + before + after;
  });
  return [typed(dtypeOf(node, known), out)];
};

export const filled: Infer = (node, known) => [
  typed(tensorAttribute(node, 'value')?.dtype ?? 'float32', known.ints(node.inputs[0] ?? '')),
];

export const expanded: Infer = (node, known) => [
  typed(dtypeOf(node, known), broadcast([dimsOf(node, known, 0), known.ints(node.inputs[1] ?? '')])),
];

export const tiled: Infer = (node, known) => {
  const repeats = known.ints(node.inputs[1] ?? '');
  const out = dimsOf(node, known, 0)?.map((length, axis) => product([length, repeats?.[axis] ?? null]));
  return [typed(dtypeOf(node, known), out)];
};
