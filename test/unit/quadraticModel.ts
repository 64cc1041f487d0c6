import { elementCount, type FloatTensor, float32 } from '../../src/engine/graph/ir/tensor';
import type { BatchResult } from '../../src/engine/model/evaluation/evaluation';
import { INPUT, type Model, type ModelInput, type Probes } from '../../src/engine/model/evaluation/model';
import { gradientKey } from '../../src/engine/model/evaluation/probes';
import { Scheduler } from '../../src/engine/model/evaluation/scheduler';
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
  onRun?(images: FloatTensor, probes: Required<Probes>): void;
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
  /** Batch size and probes of each run. */
  readonly runs: { readonly images: number; readonly probes: Required<Probes> }[] = [];
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
      async (images, targets, probes) => this.answer(images, targets, probes),
      () => this.batchSize,
    );
  }

  evaluate(input: FloatTensor, target: number, probes: Probes, signal?: AbortSignal) {
    return this.scheduler.evaluate(input, target, probes, signal);
  }

  /** The logit of class 0. */
  score(image: Float32Array): number {
    const { linear, square = [] } = this.options;
    return image.reduce((sum, x, i) => sum + (linear[i] ?? 0) * x + ((square[i] ?? 0) * x * x) / 2, 0);
  }

  private answer(images: FloatTensor, targets: readonly number[], probes: Required<Probes>): BatchResult {
    const { linear, square = [], onRun } = this.options;
    const length = elementCount(this.input.dims);
    this.runs.push({ images: targets.length, probes });
    onRun?.(images, probes);
    const logits: number[] = [];
    const probabilities: number[] = [];
    const slopes = new Float32Array(images.data.length);
    const probabilitySlopes = new Float32Array(images.data.length);
    targets.forEach((target, item) => {
      const image = images.data.subarray(item * length, (item + 1) * length);
      const score = this.score(image);
      const p = 1 / (1 + Math.exp(-score));
      logits.push(...[score, 0].slice(0, this.classes));
      probabilities.push(...[p, 1 - p].slice(0, this.classes));
      image.forEach((x, i) => {
        const slope = (linear[i] ?? 0) + (square[i] ?? 0) * x;
        slopes[item * length + i] = target === 0 ? slope : 0;
        probabilitySlopes[item * length + i] = (target === 0 ? 1 : -1) * p * (1 - p) * slope;
      });
    });
    const shape = (wrt: string) => [
      targets.length,
      ...(wrt === INPUT ? this.input.dims : (this.layers[0]?.shape ?? [])),
    ];
    return {
      logits: float32([targets.length, this.classes], Float32Array.from(logits)),
      probabilities: float32([targets.length, this.classes], Float32Array.from(probabilities)),
      activations: new Map(probes.activations.map((layer) => [layer, float32(shape(layer), images.data)])),
      gradients: new Map(
        probes.gradients.map((probe) => [
          gradientKey(probe),
          float32(shape(probe.wrt), probe.of === 'logit' ? slopes : probabilitySlopes),
        ]),
      ),
    };
  }
}
