/** A TensorFlow Lite model as its file says it: tables of the schema (tensorflow/compiler/mlir/lite/schema/schema.fbs) as records. */
import { CheckpointError } from '../../../../shared/errors';
import { mostDimensions } from '../../../graph/ir/tensor';
import type { ByteRange, ByteSource } from '../../kit/bytes/byteSource';
import { Flatbuffer, type Table } from '../flatbuffer/flatbuffer';
import { customOperator, operatorName } from './operatorNames';

/** How the integers of a tensor stand for numbers: (q − zero point) · scale. */
export interface Quantisation {
  /** One, or one for each place of `axis`. */
  readonly scales: readonly number[];
  /** As many as scales. */
  readonly zeroPoints: readonly number[];
  readonly axis: number;
}

export interface TensorRecord {
  readonly name: string;
  /** Lengths; null where one is left open. */
  readonly dims: readonly (number | null)[];
  /** Lengths as they are stored, open ones as 1. */
  readonly stored: readonly number[];
  /** Number of a TensorType. */
  readonly type: number;
  /** Index of its data; 0 for a tensor that is computed. */
  readonly buffer: number;
  readonly quantisation: Quantisation | null;
  /** Why its data cannot be used, to follow its name: `is stored as a sparse tensor`. */
  readonly problem: string | null;
  /** A state that operators change. */
  readonly variable: boolean;
}

export interface OperatorRecord {
  /** As in the schema: `CONV_2D`; a custom operator by its own name. */
  readonly type: string;
  readonly custom: boolean;
  /** Indices of tensors; −1 for one that is left out. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly options: Table | null;
}

export interface SubgraphRecord {
  readonly name: string;
  readonly tensors: readonly TensorRecord[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly operators: readonly OperatorRecord[];
}

/** Names that the model's maker gave to inputs and outputs. */
export interface Signature {
  readonly key: string;
  readonly subgraph: number;
  readonly inputs: readonly NamedTensor[];
  readonly outputs: readonly NamedTensor[];
}

export interface NamedTensor {
  readonly name: string;
  readonly tensor: number;
}

export interface TfliteModel {
  readonly version: number;
  readonly description: string;
  readonly main: SubgraphRecord;
  readonly subgraphs: number;
  readonly signatures: readonly Signature[];
  /** Name → its bytes. */
  readonly metadata: ReadonlyMap<string, ByteRange>;
  /** Where the data of a buffer lie; null when it has none. */
  buffer(index: number): ByteRange | null;
}

/** @throws CheckpointError when the file is damaged. */
export function readModel(source: ByteSource): TfliteModel {
  const file = new Flatbuffer(source);
  const root = file.root();
  const damaged = (why: string): never => file.damaged(why);
  const codes = root.tables(1).map((code) => {
    // The old field has one byte, and holds 127 for whatever came later.
    const number = Math.max(code.byte(0), code.int(3));
    return { custom: number === customOperator, type: number === customOperator ? code.text(1) : operatorName(number) };
  });
  const subgraphs = root.tables(2);
  const first = subgraphs[0] ?? damaged('it holds no graph');
  const main: SubgraphRecord = {
    name: first.text(4),
    tensors: first.tables(0).map((table, index) => tensorRecord(table, index, damaged)),
    inputs: first.ints(1),
    outputs: first.ints(2),
    operators: first.tables(3).map((table) => {
      const index = table.unsigned(0);
      const code = codes[index] ?? damaged(`an operator is of kind ${index} of ${codes.length}`);
      return { ...code, inputs: table.ints(1), outputs: table.ints(2), options: table.table(4) ?? table.table(12) };
    }),
  };
  checkIndices(main, damaged);
  const buffers = root.tables(4);
  const buffer = (index: number) =>
    index === 0 ? null : bufferRange(source, buffers[index] ?? damaged(`there is no buffer ${index}`));
  return {
    version: root.unsigned(0),
    description: root.text(3),
    main,
    subgraphs: subgraphs.length,
    signatures: root.tables(7).map(signature),
    metadata: new Map(
      root.tables(6).flatMap((table): [string, ByteRange][] => {
        const range = buffer(table.unsigned(1));
        return range ? [[table.text(0), range]] : [];
      }),
    ),
    buffer,
  };
}

function checkIndices(graph: SubgraphRecord, damaged: (why: string) => never): void {
  const count = graph.tensors.length;
  const check = (index: number, least: number) => {
    if (index < least || index >= count) damaged(`there is no tensor ${index} among ${count}`);
  };
  for (const index of [...graph.inputs, ...graph.outputs]) check(index, 0);
  for (const { inputs, outputs } of graph.operators) {
    for (const index of inputs) check(index, -1);
    for (const index of outputs) check(index, 0);
  }
}

function tensorRecord(table: Table, index: number, damaged: (why: string) => never): TensorRecord {
  const name = table.text(3);
  const label = name || `tensor ${index}`;
  const stored = table.ints(0);
  const open = table.ints(7);
  if (stored.length > mostDimensions || stored.some((length) => length < 0)) {
    damaged(`“${label}” has the impossible shape [${stored.slice(0, 8).join(', ')}]`);
  }
  return {
    name,
    stored,
    dims: stored.map((length, axis) => (open.length === stored.length && open[axis] === -1 ? null : length)),
    type: table.byte(1),
    buffer: table.unsigned(2),
    ...quantisation(table.table(4), label, stored, damaged),
    ...(table.has(6) ? { problem: 'is stored as a sparse tensor' } : {}),
    variable: table.flag(5),
  };
}

function quantisation(
  table: Table | null,
  label: string,
  dims: readonly number[],
  damaged: (why: string) => never,
): Pick<TensorRecord, 'quantisation' | 'problem'> {
  if (!table) return { quantisation: null, problem: null };
  if (table.byte(4) !== 0) return { quantisation: null, problem: 'is quantised in a way of its own' };
  const [scales, zeros] = [table.floats(2), table.longs(3)];
  // Converters copy the axis of a kernel to its bias, which has one only.
  const axis = dims.length === 1 ? 0 : table.int(6);
  if (scales.length === 0) return { quantisation: null, problem: null };
  const wanted = scales.length === 1 ? 1 : dims[axis];
  const zeroPoints = zeros.length === 0 ? scales.map(() => 0) : zeros;
  if (scales.length !== wanted || (zeroPoints.length !== 1 && zeroPoints.length !== scales.length)) {
    damaged(
      `“${label}” [${dims.join(', ')}] has ${scales.length} scales and ${zeros.length} zero points on axis ${axis}`,
    );
  }
  if (!scales.every((scale) => scale >= 0 && Number.isFinite(scale))) damaged(`“${label}” has an impossible scale`);
  const each = zeroPoints.length === scales.length ? zeroPoints : scales.map(() => zeroPoints[0] as number);
  return { quantisation: { scales, zeroPoints: each, axis: scales.length === 1 ? 0 : axis }, problem: null };
}

function signature(table: Table): Signature {
  const named = (field: number): NamedTensor[] =>
    table.tables(field).map((each) => ({ name: each.text(0), tensor: each.unsigned(1) }));
  return { inputs: named(0), outputs: named(1), key: table.text(2), subgraph: table.unsigned(4) };
}

/** Data lie inside the flatbuffer, or in files beyond 2 GB behind it. */
function bufferRange(source: ByteSource, table: Table): ByteRange | null {
  const inside = table.range(0);
  if (inside) return inside.end > inside.start ? inside : null;
  const [start, size] = [table.long(1), table.long(2)];
  if (start <= 1 || size === 0) return null;
  if (start + size > source.size) {
    throw new CheckpointError(
      `${source.name} is truncated or damaged: ${size} bytes of weights are wanted at byte ${start}, but it ends at byte ${source.size}.`,
    );
  }
  return { source, start, end: start + size };
}
