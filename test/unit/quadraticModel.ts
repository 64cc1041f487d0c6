import { elementCount, type FloatTensor, float32 } from '../../src/engine/graph/ir/tensor';
import type { BatchResult } from '../../src/engine/model/evaluation/evaluation';
import type { Batch } from '../../src/engine/model/evaluation/merging';
import { INPUT, type Model, type ModelInput, type Probes } from '../../src/engine/model/evaluation/model';
import { requestOf } from '../../src/engine/model/evaluation/request';
import { Scheduler } from '../../src/engine/model/evaluation/scheduler';
import { feedKeys, type ProgramSpec, resultKeys } from '../../src/engine/model/evaluation/spec';
import type { LayerInfo } from '../../src/shared/results/layers';

export interface QuadraticOptions {
  readonly channels?: number;
  readonly height: number;
  readonly width: number;
  readonly layout?: 'NCHW' | 'NHWC';
  /** Coefficients in the model's layout. */
  readonly linear: readonly number[];
  readonly square?: readonly number[];
  readonly classes?: number;
  readonly batchSize?: number;
  /** Called before each run; may throw. */
  onRun?(images: FloatTensor, spec: ProgramSpec): void;
}

/**
 * A model whose every number is known: the logit of class 0 is Σ aᵢ xᵢ + ½ Σ bᵢ xᵢ², that of class 1 is 0. Its layer “features” is the
 * input itself ([C, H, W]); “flat” has no height and width. Evaluations are merged and batched as those of a real model.
 */
export class QuadraticModel implements Model {
  readonly input: ModelInput;
  readonly classes: number;
  readonly batchSize: number;
  readonly layers: readonly LayerInfo[];
  readonly defaultLayer = { name: 'features', why: 'It is the only one.' };
  /** Batch size and spec of each run. */
  readonly runs: { readonly images: number; readonly spec: ProgramSpec }[] = [];
  private readonly scheduler: Scheduler;

  constructor(private readonly options: QuadraticOptions) {
    const { channels = 1, height, width, layout = 'NCHW' } = options;
    const dims = layout === 'NCHW' ? [channels, height, width] : [height, width, channels];
    this.input = { dims, layout, channels, height, width };
    this.classes = options.classes ?? 2;
    this.batchSize = options.batchSize ?? 4;
    this.layers = [
      { name: 'features', operator: 'Conv', shape: [channels, height, width], spatial: true },
      { name: 'flat', operator: 'Gemm', shape: [10], spatial: false },
    ];
    this.scheduler = new Scheduler(
      async (batch) => this.answer(batch),
      () => this.batchSize,
    );
  }

  async evaluate(input: FloatTensor, probes: Probes, signal?: AbortSignal) {
    return this.scheduler.evaluate(requestOf(this, input, probes), signal);
  }

  dimsOf(value: string): readonly number[] | undefined {
    const layer = this.layers.find(({ name }) => name === value);
    return layer && [1, ...layer.shape];
  }

  /** The logit of class 0. */
  score(image: Float32Array): number {
    const { linear, square = [] } = this.options;
    return image.reduce((sum, x, i) => sum + (linear[i] ?? 0) * x + ((square[i] ?? 0) * x * x) / 2, 0);
  }

  private answer({ spec, items, feed }: Batch): BatchResult {
    const { linear, square = [], onRun } = this.options;
    const length = elementCount(this.input.dims);
    const images = feed(feedKeys.input);
    if (!images) throw new Error('Nothing was fed.');
    this.runs.push({ images: items, spec });
    onRun?.(images, spec);
    const logits: number[] = [];
    const probabilities: number[] = [];
    for (let item = 0; item < items; item++) {
      const score = this.score(images.data.subarray(item * length, (item + 1) * length));
      const p = 1 / (1 + Math.exp(-score));
      logits.push(...[score, 0].slice(0, this.classes));
      probabilities.push(...[p, 1 - p].slice(0, this.classes));
    }
    const classes = (values: readonly number[]) => float32([items, this.classes], Float32Array.from(values));
    const shape = (wrt: string) => [items, ...(wrt === INPUT ? this.input.dims : (this.layers[0]?.shape ?? []))];
    const result = new Map<string, FloatTensor>([
      [resultKeys.logits, classes(logits)],
      [resultKeys.probabilities, classes(probabilities)],
    ]);
    for (const scored of spec.scored) result.set(resultKeys.scored(scored), classes(probabilities.map(Math.log)));
    for (const layer of spec.activations) result.set(resultKeys.activation(layer), float32(shape(layer), images.data));
    for (const gradient of spec.gradients) {
      const { key } = gradient.scored;
      const weights = feed(feedKeys.weights(gradient.scored))?.data ?? [];
      const slopes = images.data.map((x, at) => {
        const item = Math.floor(at / length);
        const [own = 0, other = 0] = [0, 1].map((index) =>
          index < this.classes ? weights[item * this.classes + index] : 0,
        );
        const p = probabilities[item * this.classes] ?? 0;
        const byLogit: Readonly<Record<string, number>> = {
          logit: own,
          probability: (own - other) * p * (1 - p),
          'function log-probability': own * (1 - p) - other * p,
        };
        return (byLogit[key] ?? Number.NaN) * ((linear[at % length] ?? 0) + (square[at % length] ?? 0) * x);
      });
      result.set(resultKeys.gradient(gradient), float32(shape(gradient.wrt), slopes));
    }
    return result;
  }
}
