import { type Exporter, NetworkBuilder } from './networkBuilder';

const toLast = [0, 2, 3, 1];
const toFirst = [0, 3, 1, 2];

/** LayerNormalization over the channels of an NCHW value. */
function normalised(net: NetworkBuilder, x: string, channels: number): string {
  return net.transpose(net.layerNormalization(net.transpose(x, toLast), channels), toFirst);
}

/** ConvNeXt-T (Liu et al. 2022) as torchvision builds it: 7×7 depthwise convolutions, channels-last linear layers, 28.6 million weights, 224². */
export function convnextT(exporter: Exporter): Uint8Array {
  const net = new NetworkBuilder(exporter);
  let x = normalised(net, net.convolution('input', 3, 96, { kernel: 4, stride: 4, pad: 0 }), 96);
  let channels = 96;
  [3, 3, 9, 3].forEach((blocks, stage) => {
    if (stage > 0) {
      x = net.convolution(normalised(net, x, channels), channels, channels * 2, { kernel: 2, stride: 2, pad: 0 });
      channels *= 2;
    }
    for (let block = 0; block < blocks; block++) {
      const spatial = net.convolution(x, channels, channels, { kernel: 7, groups: channels });
      const rows = net.layerNormalization(net.transpose(spatial, toLast), channels);
      const inner = net.gelu(net.linear(rows, channels, 4 * channels));
      const outer = net.transpose(net.linear(inner, 4 * channels, channels), toFirst);
      // Trained networks' layer scales are of this order.
      x = net.add('Add', [x, net.add('Mul', [outer, net.weights([channels, 1, 1], 0.1, 0.3)])]);
    }
  });
  const pooled = net.transpose(net.spatialMean(x), toLast);
  const flat = net.flatten(net.transpose(net.layerNormalization(pooled, channels), toFirst));
  return net.finish([3, 224, 224], net.classify(flat, channels), 1000);
}
