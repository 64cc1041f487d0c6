import { type Exporter, NetworkBuilder } from './networkBuilder';

/** Expansion, output channels, blocks, stride of the first one: Sandler et al. 2018, table 2. */
const stages = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const;

/** MobileNetV2 1.0: depthwise convolutions, ReLU6, linear bottlenecks, 3.5 million weights, 224². */
export function mobilenetV2(exporter: Exporter): Uint8Array {
  const net = new NetworkBuilder(exporter);
  let x = net.relu6(net.normalisedConvolution('input', 3, 32, { kernel: 3, stride: 2 }));
  let channels = 32;
  for (const [expansion, to, blocks, first] of stages) {
    for (let block = 0; block < blocks; block++) {
      const stride = block === 0 ? first : 1;
      const wide = channels * expansion;
      let y = expansion === 1 ? x : net.relu6(net.normalisedConvolution(x, channels, wide));
      y = net.relu6(net.normalisedConvolution(y, wide, wide, { kernel: 3, stride, groups: wide }));
      y = net.normalisedConvolution(y, wide, to, { gain: channels === to ? 0.4 : 1 });
      x = stride === 1 && channels === to ? net.add('Add', [x, y]) : y;
      channels = to;
    }
  }
  x = net.relu6(net.normalisedConvolution(x, channels, 1280));
  return net.finish([3, 224, 224], net.classify(net.flatten(net.spatialMean(x)), 1280), 1000);
}
