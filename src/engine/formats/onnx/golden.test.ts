import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { usualRuntime } from '../../../../test/support/runtimes';
import { readNpy } from '../../files/npy';
import { bind } from '../../graph/binding/bind';
import type { FloatTensor } from '../../graph/ir/tensor';
import { readCheckpoint } from '../index';

interface GoldenRecord {
  readonly id: string;
  readonly dir: string;
  readonly files: Readonly<Record<string, string>>;
  readonly layer_names: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const data = join(import.meta.dirname, '../../../../test/data');
const { records } = JSON.parse(readFileSync(join(data, 'golden/forward.json'), 'utf8')) as { records: GoldenRecord[] };

const cases = records.flatMap((record) => {
  const folder = join(data, record.dir);
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.onnx'))
    // The three epochs of `shapes` lie in one folder.
    .filter((name) => !record.id.startsWith('shapes_') || `shapes_${name}` === `${record.id}.onnx`);
  return files.map((file) => ({ id: record.id, file, record, path: join(folder, file) }));
});

function worstDifference(actual: FloatTensor, expected: FloatTensor): number {
  const scale = Math.max(...Array.from(expected.data, Math.abs));
  return Math.max(...Array.from(expected.data, (value, i) => Math.abs(value - actual.data[i]!))) / scale;
}

async function golden(record: GoldenRecord, key: string): Promise<FloatTensor> {
  return (await readNpy(join(data, record.files[key]!))) as FloatTensor;
}

it('finds every checkpoint of the test data', () => {
  const all = readdirSync(join(data, 'models'), { recursive: true, encoding: 'utf8' });
  expect(cases).toHaveLength(all.filter((name) => name.endsWith('.onnx')).length);
});

describe('reading and running gives the original tool’s numbers', () => {
  it.each(cases)('$id $file', async ({ record, file, path }) => {
    const checkpoint = await readCheckpoint(path);
    expect(checkpoint.format).toBe('ONNX');
    expect(checkpoint.notes).toEqual([]);
    const [{ name: input = '' } = {}] = checkpoint.graph.inputs;
    const x = await golden(record, 'input');
    const graph = bind(checkpoint.graph, new Map([[input, x.dims]]));
    const names = Object.entries(record.layer_names[file] ?? {}).filter(([key]) => record.files[`act_${key}`]);
    const program = await usualRuntime.compile(graph, [...graph.outputs, ...names.map(([, name]) => name)]);
    const results = await program.run({ [input]: x });
    for (const [index, name] of graph.outputs.entries()) {
      const key = graph.outputs.length > 1 ? `output${index}` : 'output';
      const expected = await golden(record, key);
      expect(results[name]!.dims).toEqual(expected.dims);
      expect(worstDifference(results[name] as FloatTensor, expected)).toBeLessThan(1e-5);
    }
    for (const [key, name] of names) {
      expect(worstDifference(results[name] as FloatTensor, await golden(record, `act_${key}`))).toBeLessThan(1e-4);
    }
    await program.dispose();
  });
});
