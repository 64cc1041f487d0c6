import { join } from 'node:path';

const data = join(import.meta.dirname, '../data');
const sample = join(import.meta.dirname, '../../media/sample-workspace');

/**
 * A model by its place below test/data, such as `models/tiny/vgg/model.onnx`. The checkpoints of the sample workspace are among the golden networks
 * and are not in the repository a second time.
 */
export function modelFile(place: string): string {
  if (place === 'models/mobilenet_v1_025/model.onnx') return join(sample, 'imagenet/mobilenet_v1_025.onnx');
  const epoch = /^models\/(shapes\/\w+\.onnx)$/.exec(place)?.[1];
  return epoch === undefined ? join(data, place) : join(sample, epoch);
}
