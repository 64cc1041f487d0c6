import { type FloatTensor, float32 } from '../../../src/engine/graph/ir/tensor';

/** N×C×H×W as N×H×W×C. */
export function channelsLast({ dims, data }: FloatTensor): FloatTensor {
  const [count = 1, channels = 1, height = 1, width = 1] = dims;
  const pixels = height * width;
  const moved = new Float32Array(data.length);
  let to = 0;
  for (let n = 0; n < count; n++)
    for (let pixel = 0; pixel < pixels; pixel++)
      for (let c = 0; c < channels; c++) moved[to++] = data[(n * channels + c) * pixels + pixel] as number;
  return float32([count, height, width, channels], moved);
}
