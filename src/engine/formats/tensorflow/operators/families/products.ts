import type { Operation, Rule, Rules } from '../operation';

/** An operand with its last two axes turned. */
function turned(o: Operation, index: number): string | undefined {
  const rank = o.rank(index);
  if (rank === undefined || rank < 2) return undefined;
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  return o.ordered(index, [...axes.slice(0, -2), rank - 1, rank - 2]);
}

export function product(o: Operation, output?: string): string {
  const side = (index: number, flag: string) => (o.flag(flag) ? o.ordered(index, [1, 0]) : o.x(index));
  return o.w.emit('MatMul', [side(0, 'transpose_a'), side(1, 'transpose_b')], {}, output);
}

/** Products of matrices that stand behind any number of axes; the axes' names say what is turned where their number is not known. */
const batched: Rule = (o) => {
  const flags = ['adj_x', 'adj_y'].map((name) => o.flag(name));
  const sides = flags.map((flag, index) => (flag ? turned(o, index) : o.x(index)));
  const [a, b] = sides;
  if (a !== undefined && b !== undefined) return o.give('MatMul', [a, b]);
  const equation = `...${flags[0] ? 'ki' : 'ik'},...${flags[1] ? 'jk' : 'kj'}->...ij`;
  o.give('Einsum', [o.x(0), o.x(1)], { equation });
};

export const products: Rules = {
  MatMul: (o) => {
    product(o, o.out());
  },
  BatchMatMul: batched,
  BatchMatMulV2: batched,
  BatchMatMulV3: batched,
  Einsum: (o) => o.give('Einsum', o.inputs, { equation: o.text('equation') }),
};
