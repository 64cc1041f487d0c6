import { basename } from 'node:path';
import { outputRecord } from '../../shared/question/output';
import type { Question } from '../../shared/question/question';
import type { HealthReport } from '../../shared/results/health';
import type { FloatTensor } from '../graph/ir/tensor';
import { checkModel } from '../health/check';
import { decodeImage } from '../image';
import type { CheckpointCache } from './checkpoints';
import { chooseLayer } from './chooseLayer';
import { chooseOutput } from './chooseOutput';
import { prepareInput } from './prepareInput';

/**
 * Checks a checkpoint's activations and gradients on one image.
 *
 * @param input the exact model input, in place of preprocessing the image.
 * @throws WhylightError as an explanation of the same image does.
 */
export async function checkHealth(
  checkpoints: CheckpointCache,
  question: Question,
  signal: AbortSignal,
  input?: FloatTensor,
): Promise<HealthReport> {
  const { checkpoint, image, target, layer } = question;
  const [open, { pixels }] = await Promise.all([
    checkpoints.get(checkpoint, question, input?.dims),
    decodeImage(image),
  ]);
  const { tensor } = prepareInput(open, pixels, input);
  const camLayer = chooseLayer(open, layer)?.name ?? null;
  const { model, output } = await chooseOutput(open, tensor, question.output, signal);
  const report = await checkModel({ model, labels: open.labels, image: tensor, target, camLayer }, signal);
  return {
    checkpoint,
    image: 'path' in image ? basename(image.path) : image.name,
    camLayer,
    ...(output && { answer: outputRecord(output) }),
    ...report,
  };
}
