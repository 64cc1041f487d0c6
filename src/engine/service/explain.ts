import { throwIfCancelled } from '../../shared/errors';
import type { ExplainEvent, Prediction } from '../../shared/explanation/events';
import type { ExplainParams, ExplainResult } from '../../shared/protocol/protocol';
import type { Preprocessing } from '../../shared/question/preprocessing';
import type { FloatTensor } from '../graph/ir/tensor';
import { Observer } from '../health/observe';
import { decodeImage, displayImage } from '../image';
import type { Method } from '../methods/method';
import { runMethods } from '../methods/run';
import { chooseTarget, classScores, topClasses } from '../model/target/target';
import { alternatives } from './alternatives';
import type { CheckpointCache } from './checkpoints';
import { chooseLayer } from './chooseLayer';
import { chooseOutput } from './chooseOutput';
import { filesBehind } from './describeCheckpoint';
import { prepareInput } from './prepareInput';

/** Longest side of the image that is sent for display. */
const displaySide = 1600;

export interface ExplainContext {
  readonly emit: (event: ExplainEvent) => void;
  readonly signal: AbortSignal;
  /** The exact model input, in place of preprocessing the image. */
  readonly input: FloatTensor | undefined;
  readonly log: (level: 'debug' | 'error', message: string) => void;
  /** The methods that requests name. */
  readonly methods: readonly Method[];
}

/** What a black pixel becomes in the model's input, one value a channel. */
function blackPixel({ mean, std }: Preprocessing): number[] {
  return mean.map((value, channel) => -value / (std[channel] ?? 1));
}

/**
 * Explains one image: tells the prediction first, then each method's result as it comes.
 * Throws what ends the whole explanation; a method that fails alone is told as an event.
 */
export async function explain(
  checkpoints: CheckpointCache,
  params: ExplainParams,
  context: ExplainContext,
): Promise<ExplainResult> {
  const { emit, signal, log } = context;
  const { id } = params;
  const started = performance.now();
  emit({ id, kind: 'stage', text: 'Opening the checkpoint' });
  const { question } = params;
  const [open, decoded] = await Promise.all([
    checkpoints.get(question.checkpoint, question),
    decodeImage(question.image),
  ]);
  throwIfCancelled(signal);

  emit({ id, kind: 'stage', text: 'Asking the model' });
  const { preprocessing } = open;
  const { pixels } = decoded;
  const { tensor, region } = prepareInput(open, pixels, context.input);
  const layer = chooseLayer(open, question.layer);
  const { model, output } = await chooseOutput(open, tensor, question.output, signal);
  const { logits, probabilities } = await model.evaluate(tensor, {}, signal);
  const scores = classScores(logits, probabilities, open.labels);
  const target = chooseTarget(scores, question.target);
  const prediction: Prediction = {
    model: { path: open.path, format: open.checkpoint.format, sha256: await open.sha256, layers: model.layers },
    runtime: { id: model.runtime.id, why: model.runtime.why },
    input: {
      size: model.input.dims,
      ...(context.input || !preprocessing
        ? { preprocessing: null, how: 'fed as given', guessed: false, alternatives: [] }
        : {
            ...preprocessing,
            alternatives: preprocessing.guessed
              ? await alternatives({ model, labels: open.labels }, pixels, signal)
              : [],
          }),
    },
    top5: topClasses(scores, 5),
    target,
    ...(output && { output }),
    layer,
    pixels: displayImage(pixels, displaySide).pixels,
    region,
    imageSize: { width: pixels.width, height: pixels.height },
    notes: [...decoded.notes, ...(output ? [output.why] : []), ...open.notes],
    dependsOn: await filesBehind(open),
  };
  emit({ id, kind: 'prediction', prediction });

  const finished: string[] = [];
  const failed: string[] = [];
  const observer = new Observer(model, tensor);
  await runMethods(observer.model, tensor, {
    requests: params.methods,
    methods: context.methods,
    target: target.index,
    defaultLayer: layer?.name ?? null,
    seed: params.seed ?? 0,
    signal,
    black: context.input || !preprocessing ? null : blackPixel(preprocessing.preprocessing),
    listener: {
      started: (method) => emit({ id, kind: 'started', method }),
      progress: (method, done, total, partial) => emit({ id, kind: 'progress', method, done, total, partial }),
      result: (attribution) => {
        finished.push(attribution.method);
        emit({ id, kind: 'result', attribution });
      },
      failed: (method, message, error) => {
        failed.push(method);
        log('error', error instanceof Error && error.stack ? error.stack : message);
        emit({ id, kind: 'failed', method, message });
      },
    },
  });
  const findings = await observer.findings(scores, target, layer?.name ?? null, signal);
  if (findings.length > 0) emit({ id, kind: 'findings', findings });
  const seconds = (performance.now() - started) / 1000;
  log(
    'debug',
    `Explained ${'path' in question.image ? question.image.path : question.image.name} in ${seconds.toFixed(2)} s.`,
  );
  return { seconds, finished, failed };
}
