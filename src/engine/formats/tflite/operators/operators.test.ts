/** Every operator against what TensorFlow Lite's interpreter gives (scripts/makeTfliteCases.py). */
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../../../test/support/folder';
import { usualRuntime } from '../../../../../test/support/runtimes';
import { type ListedTensor, readTfliteCases } from '../../../../../test/support/tfliteCases';
import { bind } from '../../../graph/binding/bind';
import { toNumbers } from '../../../graph/ir/numbers';
import { float32, type Tensor } from '../../../graph/ir/tensor';
import { FileSource } from '../../kit/bytes/byteSource';
import { readTflite } from '../index';
import { readModel } from '../schema/model';
import { rules } from './index';

const cases = await readTfliteCases();
const folder = temporaryFolder();

/** What the graph is fed for an input of the file. */
function fed({ shape, dtype, data }: ListedTensor, wanted: string): Tensor {
  if (wanted === 'float32') return float32(shape, Float32Array.from(data));
  const whole: Record<string, (values: readonly number[]) => Tensor['data']> = {
    int32: (values) => Int32Array.from(values),
    int64: (values) => BigInt64Array.from(values, BigInt),
    uint8: (values) => Uint8Array.from(values),
    bool: (values) => Uint8Array.from(values, Number),
  };
  expect(wanted).toBe(dtype);
  return { dtype: wanted as Tensor['dtype'], dims: shape, data: whole[wanted]?.(data) as Tensor['data'] };
}

describe('operators give what the interpreter gives', () => {
  it.each(cases)('$title', async ({ writeTo, inputs, outputs }) => {
    const path = await writeTo(folder);
    const { graph: unbound } = await readTflite(path);
    expect(unbound.nodes.flatMap((node) => node.unsupported ?? [])).toEqual([]);
    const feeds = Object.fromEntries(
      unbound.inputs.map(({ name, type }, i) => [name, fed(inputs[i] as ListedTensor, type.dtype)]),
    );
    const graph = bind(unbound, new Map(Object.entries(feeds).map(([name, { dims }]) => [name, dims])));
    const program = await usualRuntime.compile(graph, graph.outputs);
    const results = await program.run(
      Object.fromEntries(graph.inputs.map(({ name }) => [name, feeds[name] as Tensor])),
    );
    await program.dispose();
    const file = new FileSource(path);
    const { main } = readModel(file);
    file.close();
    outputs.forEach((expected, i) => {
      const { quantisation } = main.tensors[main.outputs[i] as number] as (typeof main.tensors)[number];
      const [step, zero] = [quantisation?.scales[0] ?? 1, quantisation?.zeroPoints[0] ?? 0];
      const actual = results[graph.outputs[i] as string] as Tensor;
      expect(actual.dims).toEqual(expected.shape);
      const wanted = expected.data.map((value) => (Number(value) - zero) * step);
      const largest = Math.max(1, ...wanted.map(Math.abs));
      // Rounded to steps, a number on the border of two may be the next one.
      const tolerance = quantisation ? 1.01 * step : 1e-5 * largest;
      toNumbers(actual).forEach((value, at) => {
        expect(Math.abs(value - (wanted[at] as number)), `${value} for ${wanted[at]} at ${at}`).toBeLessThanOrEqual(
          tolerance,
        );
      });
    });
  });

  it('and there are cases of every operator', () => {
    const covered = new Set(cases.map(({ title }) => title.split(' ')[0]));
    expect(Object.keys(rules).filter((name) => !covered.has(name))).toEqual([]);
  });
});
