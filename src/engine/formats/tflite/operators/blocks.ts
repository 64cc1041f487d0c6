/** Blocks of space that become channels, or items of the batch. */
import type { Operation, Rule } from '../importing/operation';

function blockSize(o: Operation): number {
  const size = o.intOption(0);
  return size >= 1 ? size : o.unsupported(`has blocks of ${size} cells`);
}

/** Both files and ONNX put the place inside a block in front of the channel. */
const depthToSpace: Rule = (o) => {
  const attributes = { blocksize: blockSize(o), mode: 'DCR' };
  return o.w.channelsFirst(o.input(0), (x) => o.emit('DepthToSpace', [x], attributes));
};

const spaceToDepth: Rule = (o) => {
  const attributes = { blocksize: blockSize(o) };
  return o.w.channelsFirst(o.input(0), (x) => o.emit('SpaceToDepth', [x], attributes));
};

/** Blocks and the begin and end of each of their axes: those behind the batch. */
function blocks(o: Operation): { readonly sizes: readonly number[]; readonly edges: readonly number[] } {
  const [sizes, edges] = [o.ints(1), o.ints(2)];
  const count = sizes.length;
  if (count < 1 || edges.length !== 2 * count || o.rank(0) <= count || sizes.some((size) => size < 1)) {
    o.unsupported(`has blocks of [${sizes.join(', ')}] with ${edges.length} edges`);
  }
  return { sizes, edges };
}

const range = (from: number, to: number) => Array.from({ length: Math.max(to - from, 0) }, (_, i) => from + i);

/** [N, …] → [N·blocks, … / block]: the places inside a block come in front of the items. */
const spaceToBatch: Rule = (o) => {
  const { sizes, edges } = blocks(o);
  const [rank, count] = [o.rank(0), sizes.length];
  const behind = range(count + 1, rank);
  const sides = (side: number) => [0, ...sizes.map((_, i) => edges[2 * i + side] as number), ...behind.map(() => 0)];
  const padded = o.emit('Pad', [o.input(0), o.w.ints(...sides(0), ...sides(1))]);
  const cells = sizes.map((size, i) => {
    const length = o.length(0, i + 1) + (edges[2 * i] as number) + (edges[2 * i + 1] as number);
    return length % size === 0 ? length / size : o.unsupported(`divides ${length} cells into blocks of ${size}`);
  });
  const split = [
    -1,
    ...cells.flatMap((length, i) => [length, sizes[i] as number]),
    ...behind.map((axis) => o.length(0, axis)),
  ];
  const inBlocks = o.emit('Reshape', [padded, o.w.ints(...split)]);
  const perm = [
    ...sizes.map((_, i) => 2 + 2 * i),
    0,
    ...sizes.map((_, i) => 1 + 2 * i),
    ...behind.map((axis) => axis + count),
  ];
  const joined = [-1, ...cells, ...behind.map((axis) => o.length(0, axis))];
  return o.emit('Reshape', [o.emit('Transpose', [inBlocks], { perm }), o.w.ints(...joined)]);
};

/** The other way round; then the edges are cut off. */
const batchToSpace: Rule = (o) => {
  const { sizes, edges } = blocks(o);
  const [rank, count] = [o.rank(0), sizes.length];
  const behind = range(count + 1, rank).map((axis) => o.length(0, axis));
  const cells = sizes.map((_, i) => o.length(0, i + 1));
  const apart = o.emit('Reshape', [o.input(0), o.w.ints(...sizes, -1, ...cells, ...behind)]);
  const perm = [count, ...sizes.flatMap((_, i) => [count + 1 + i, i]), ...behind.map((_, i) => 2 * count + 1 + i)];
  const lengths = sizes.map((size, i) => size * (cells[i] as number));
  const whole = o.emit('Reshape', [o.emit('Transpose', [apart], { perm }), o.w.ints(-1, ...lengths, ...behind)]);
  const ends = lengths.map((length, i) => length - (edges[2 * i + 1] as number));
  const axes = sizes.map((_, i) => i + 1);
  const begins = sizes.map((_, i) => edges[2 * i] as number);
  return o.emit('Slice', [whole, o.w.ints(...begins), o.w.ints(...ends), o.w.ints(...axes)]);
};

export const blockwise: Readonly<Record<string, Rule>> = {
  DEPTH_TO_SPACE: depthToSpace,
  SPACE_TO_DEPTH: spaceToDepth,
  SPACE_TO_BATCH_ND: spaceToBatch,
  BATCH_TO_SPACE_ND: batchToSpace,
};
