/** Checks backward rules of graphs whose inputs have no batch axis: operands such as weights, which all items of a batch share. */
import { createOnnxRuntime } from '../../runtime/onnxruntime';
import { bind } from '../bind';
import { differentiate } from '../differentiate';
import type { Graph } from '../graph';
import { fromNumbers, toNumbers } from '../numbers';
import { standard } from '../rules/standard';
import { elementCount, type Tensor } from '../tensor';
import { expectClose } from './differences';
import { graphOf, randomNumbers, type SmallGraph } from './smallGraph';

export interface WholeOptions {
  /** Step of the differences. 1 is exact for functions that are linear, or of second degree, in each input. */
  readonly step?: number;
  readonly tolerance?: number;
  readonly values?: (count: number, random: () => number, name: string) => ArrayLike<number>;
  /** Inputs to differentiate by; all when left out. */
  readonly wrt?: readonly string[];
}

const runtime = createOnnxRuntime();

/** Like {@link checkGradient}, but the shapes of `small.inputs` are whole, and the graph is run as it is. */
export async function checkWholeGradient(small: SmallGraph, options: WholeOptions = {}): Promise<void> {
  const { step = 1, tolerance = step === 1 ? 1e-5 : 1e-3 } = options;
  const random = randomNumbers(1);
  const draw = options.values ?? ((count: number) => Float32Array.from({ length: count }, () => 4 * random() - 2));
  const names = options.wrt ?? Object.keys(small.inputs);
  const free = graphOf(small);
  const inputs = Object.entries(small.inputs).map(([name, dims]) => ({
    name,
    type: { dtype: 'float32', dims } as const,
  }));
  const graph: Graph = bind({ ...free, inputs });
  const of = graph.outputs[0] as string;
  const backward = differentiate(graph, { of, seed: 'seed', wrt: names, rules: standard });
  const gradients = names.map((name) => backward.gradients.get(name) as string);
  const program = await (await runtime).compile(backward.graph, [of, ...gradients], { threads: 1 });

  const outputDims = graph.types.get(of)?.dims as number[];
  const seed = fromNumbers(
    'float32',
    outputDims,
    Float32Array.from({ length: elementCount(outputDims) }, () => 2 * random() - 1),
  );
  const feeds = Object.fromEntries(
    inputs.map(({ name, type: { dims } }): [string, Tensor] => {
      return [name, fromNumbers('float32', dims, draw(elementCount(dims), random, name))];
    }),
  );
  const run = (given: Readonly<Record<string, Tensor>>) =>
    program.run(Object.fromEntries(program.inputs.map((name) => [name, name === 'seed' ? seed : given[name]!])));
  const product = async (given: Readonly<Record<string, Tensor>>) => {
    const y = toNumbers((await run(given))[of] as Tensor);
    return toNumbers(seed).reduce((sum, weight, index) => sum + weight * (y[index] as number), 0);
  };

  const analytic = await run(feeds);
  for (const [index, name] of names.entries()) {
    const own = feeds[name] as Tensor;
    const numeric: number[] = [];
    for (let element = 0; element < own.data.length; element++) {
      const moved = (offset: number) => {
        const values = toNumbers(own);
        values[element] = (values[element] as number) + offset;
        return product({ ...feeds, [name]: fromNumbers('float32', own.dims, values) });
      };
      numeric.push(((await moved(step)) - (await moved(-step))) / (2 * step));
    }
    const got = toNumbers(analytic[gradients[index] as string] as Tensor);
    expectClose(got, numeric, tolerance, `gradient of ${small.nodes.map(({ op }) => op).join(', ')} by ${name}`);
  }
  await program.dispose();
}
