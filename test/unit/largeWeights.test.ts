import { closeSync, ftruncateSync, openSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCheckpoint } from '../../src/engine/formats';
import { LazyTensor } from '../../src/engine/graph/ir/lazyTensor';
import { float32 } from '../../src/engine/graph/ir/tensor';
import { INPUT } from '../../src/engine/model/evaluation/model';
import { classScore } from '../../src/engine/model/evaluation/score';
import { LoadedModel } from '../../src/engine/model/loaded/loadedModel';
import { MemoryBudget } from '../../src/engine/model/programs/memoryBudget';
import { temporaryFolder } from '../support/folder';
import { encodeTestModel, externalTensor } from '../support/onnxModel';
import { runtimes } from '../support/runtimes';

const folder = temporaryFolder();
const width = 256;
const megabyte = 1024 ** 2;

/**
 * A classifier with a table of `rows` × 256 weights in a file of its own, nearly all holes: logits = x·W + table[⌊max x⌋ + rows − 1]. The
 * last row, with which the file ends, holds 0, 1, 2 …
 */
function writeModel(name: string, rows: number): string {
  const data = `${name}.data`;
  const bytes = rows * width * 4;
  const descriptor = openSync(join(folder, data), 'w');
  ftruncateSync(descriptor, bytes);
  const last = Float32Array.from({ length: width }, (_, i) => i);
  writeSync(descriptor, new Uint8Array(last.buffer), 0, last.byteLength, bytes - last.byteLength);
  closeSync(descriptor);
  const path = join(folder, `${name}.onnx`);
  writeFileSync(
    path,
    encodeTestModel({
      opset: 21,
      nodes: [
        { op: 'Flatten', inputs: ['x'], outputs: ['flat'] },
        { op: 'MatMul', inputs: ['flat', 'weight'], outputs: ['product'] },
        { op: 'ReduceMax', inputs: ['flat', 'axis'], outputs: ['largest'], attributes: { keepdims: { i: 0 } } },
        { op: 'Cast', inputs: ['largest'], outputs: ['whole'], attributes: { to: { i: 7 } } },
        { op: 'Add', inputs: ['whole', 'last'], outputs: ['row'] },
        { op: 'Gather', inputs: ['table', 'row'], outputs: ['bias'] },
        { op: 'Add', inputs: ['product', 'bias'], outputs: ['logits'] },
      ],
      inputs: { x: { dims: ['batch', 3, 4, 4] } },
      outputs: { logits: { dims: ['batch', width] } },
      initializers: {
        weight: float32([48, width], new Float32Array(48 * width).fill(0.5)),
        axis: { dtype: 'int64', dims: [1], data: BigInt64Array.of(1n) },
        last: { dtype: 'int64', dims: [], data: BigInt64Array.of(BigInt(rows - 1)) },
        table: externalTensor('table', 'float32', [rows, width], {
          location: data,
          offset: '0',
          length: String(bytes),
        }),
      },
    }),
  );
  return path;
}

/** Holes take no disk here, and files are mapped (see placing.ts). */
const possible = process.platform !== 'win32';

describe.skipIf(!possible)('weights in a file of their own', () => {
  it.each([
    ['300 MB', Math.ceil((300 * megabyte) / (width * 4))],
    ['2.2 GB, more than a protobuf or a string can hold', Math.ceil((2.2 * 1024 * megabyte) / (width * 4))],
  ])('of %s are neither read nor copied: only what a run needs is in memory', async (_, rows) => {
    const path = writeModel(`table-${rows}`, rows);
    const size = rows * width * 4;
    const before = process.memoryUsage().rss;
    const checkpoint = await readCheckpoint(path);
    expect(checkpoint.files.map(({ bytes }) => bytes)).toEqual([statSync(path).size, size]);
    const table = checkpoint.graph.constants.get('table');
    expect(table && LazyTensor.storedBytes(table)?.length).toBe(size);

    // Less than the weights take: they are shared with the file.
    const memory = new MemoryBudget(100);
    const model = await LoadedModel.load(checkpoint, { runtimes, height: 4, width: 4, memory });
    const x = float32(
      [1, 3, 4, 4],
      Float32Array.from({ length: 48 }, (_, i) => i / 48),
    );
    const probe = { wrt: INPUT };
    const evaluation = await model.evaluate(x, { score: classScore(7), gradients: [probe] });
    const sum = x.data.reduce((total, value) => total + value / 2, 0);
    expect(evaluation.logits.data[0]).toBeCloseTo(sum, 4);
    expect(evaluation.logits.data[200]).toBeCloseTo(200 + sum, 4);
    expect([...evaluation.gradient(probe).data]).toEqual(new Array(48).fill(0.5));
    expect(process.memoryUsage().rss - before).toBeLessThan(120 * megabyte);
    await model.dispose();
  });
});
