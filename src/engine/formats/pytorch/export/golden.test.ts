import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { usualRuntime } from '../../../../../test/support/runtimes';
import { readNpy } from '../../../files/npy';
import { differentiate } from '../../../graph/autodiff/differentiate';
import { bind, isBatchPolymorphic } from '../../../graph/binding/bind';
import { type FloatTensor, float32, type Tensor } from '../../../graph/ir/tensor';
import { standard } from '../../../graph/rules/standard';
import { readCheckpoint } from '../../index';

interface GoldenRecord {
  readonly id: string;
  readonly dir: string;
  readonly target_index: number;
  readonly files: Readonly<Record<string, string>>;
  readonly layer_names: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const data = join(import.meta.dirname, '../../../../../test/data');
const { records } = JSON.parse(readFileSync(join(data, 'golden/forward.json'), 'utf8')) as { records: GoldenRecord[] };

const cases = records.flatMap((record) =>
  Object.entries(record.layer_names)
    .filter(([file]) => file.endsWith('.pt2') && existsSync(join(data, record.dir, file)))
    .map(([file, layers]) => ({ id: record.id, record, path: join(data, record.dir, file), layers })),
);

const golden = async (path: string) => (await readNpy(join(data, path))) as FloatTensor;

/** Largest difference, relative to the largest element of the reference. */
function worstDifference(got: Tensor | undefined, wanted: FloatTensor): number {
  const values = got?.data as Float32Array;
  const scale = Math.max(...Array.from(wanted.data, Math.abs));
  return Math.max(...Array.from(wanted.data, (value, i) => Math.abs(value - (values[i] as number)))) / scale;
}

describe('archives of torch.export', () => {
  it('are all of the test data', () => {
    const all = readdirSync(join(data, 'models'), { recursive: true, encoding: 'utf8' });
    expect(cases.length).toBe(all.filter((name) => name.endsWith('.pt2')).length);
    expect(cases.length).toBeGreaterThan(20);
  });

  it.each(cases)('$id: logits, layers and gradient', async ({ record, path, layers }) => {
    const { graph: read, format, producer } = await readCheckpoint(path);
    expect([format, producer]).toEqual(['torch.export', expect.stringMatching(/^pytorch 2\./)]);
    const input = await golden(record.files['input'] as string);
    const name = read.inputs[0]?.name as string;
    const sizes = new Map([[name, input.dims]]);
    expect(isBatchPolymorphic(read, sizes)).toBe(true);
    const graph = bind(read, sizes);
    const output = graph.outputs[0] as string;
    const { graph: joint, gradients } = differentiate(graph, {
      of: output,
      cotangent: 'cotangent',
      wrt: [name],
      rules: standard,
    });
    const shown = Object.entries(layers).filter(([key]) => record.files[`act_${key}`]);
    expect(shown.length).toBeGreaterThan(0);
    const gradient = gradients.get(name) as string;
    const program = await usualRuntime.compile(joint, [output, gradient, ...shown.map(([, value]) => value)], {
      dynamicBatch: false,
    });
    const dims = graph.types.get(output)?.dims as number[];
    const hot = new Float32Array(dims.reduce((product, length) => product * length, 1));
    hot[record.target_index] = 1;
    const results = await program.run({ [name]: input, cotangent: float32(dims, hot) });
    await program.dispose();
    const logits = await golden((record.files['output'] ?? record.files['output0']) as string);
    expect(worstDifference(results[output], logits)).toBeLessThanOrEqual(1e-5);
    expect(worstDifference(results[gradient], await golden(record.files['grad_input'] as string))).toBeLessThanOrEqual(
      1e-5,
    );
    for (const [key, value] of shown) {
      const activation = await golden(record.files[`act_${key}`] as string);
      expect(worstDifference(results[value], activation), key).toBeLessThanOrEqual(1e-4);
    }
  });
});
