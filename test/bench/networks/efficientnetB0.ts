import { type Exporter, NetworkBuilder } from './networkBuilder';

/** Expansion, output channels, blocks, stride of the first one, kernel: Tan and Le 2019, table 1. */
const stages = [
  [1, 16, 1, 1, 3],
  [6, 24, 2, 2, 3],
  [6, 40, 2, 2, 5],
  [6, 80, 3, 2, 3],
  [6, 112, 3, 1, 5],
  [6, 192, 4, 2, 5],
  [6, 320, 1, 1, 3],
] as const;

/** EfficientNet-B0: depthwise convolutions, SiLU, squeeze and excitation, 5.3 million weights, 224². */
export function efficientnetB0(exporter: Exporter): Uint8Array {
  const net = new NetworkBuilder(exporter);
  let x = net.silu(net.normalisedConvolution('input', 3, 32, { kernel: 3, stride: 2, gain: 1.1 }));
  let channels = 32;
  for (const [expansion, to, blocks, first, kernel] of stages) {
    for (let block = 0; block < blocks; block++) {
      const stride = block === 0 ? first : 1;
      const wide = channels * expansion;
      let y = expansion === 1 ? x : net.silu(net.normalisedConvolution(x, channels, wide, { gain: 1.1 }));
      y = net.silu(net.normalisedConvolution(y, wide, wide, { kernel, stride, groups: wide, gain: 1.1 }));
      const squeezed = net.silu(net.convolution(net.spatialMean(y), wide, Math.max(1, Math.floor(channels / 4))));
      const gate = net.add('Sigmoid', [net.convolution(squeezed, Math.max(1, Math.floor(channels / 4)), wide)]);
      y = net.add('Mul', exporter === 'dynamo' ? [y, gate] : [gate, y]);
      // The gate halves what it lets through.
      y = net.normalisedConvolution(y, wide, to, { gain: stride === 1 && channels === to ? 0.5 : 1.3 });
      x = stride === 1 && channels === to ? net.add('Add', [y, x]) : y;
      channels = to;
    }
  }
  x = net.silu(net.normalisedConvolution(x, channels, 1280, { gain: 1.1 }));
  return net.finish([3, 224, 224], net.classify(net.flatten(net.spatialMean(x)), 1280), 1000);
}
