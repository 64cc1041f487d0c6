import { type Exporter, NetworkBuilder } from './networkBuilder';

/** ResNet-50 v1.5 (He et al. 2016, stride in the 3×3): 53 convolutions, 25.5 million weights, 224². */
export function resnet50(exporter: Exporter): Uint8Array {
  const net = new NetworkBuilder(exporter);
  let x = net.relu(net.normalisedConvolution('input', 3, 64, { kernel: 7, stride: 2 }));
  x = net.add('MaxPool', [x], {
    kernel_shape: { ints: [3, 3] },
    strides: { ints: [2, 2] },
    pads: { ints: [1, 1, 1, 1] },
  });
  let channels = 64;
  [3, 4, 6, 3].forEach((blocks, stage) => {
    const width = 64 * 2 ** stage;
    for (let block = 0; block < blocks; block++) {
      const stride = stage > 0 && block === 0 ? 2 : 1;
      let y = net.relu(net.normalisedConvolution(x, channels, width));
      y = net.relu(net.normalisedConvolution(y, width, width, { kernel: 3, stride }));
      // A small last gain keeps the sum over the blocks from exploding.
      y = net.normalisedConvolution(y, width, width * 4, { gain: 0.3 });
      const shortcut = block === 0 ? net.normalisedConvolution(x, channels, width * 4, { stride }) : x;
      x = net.relu(net.add('Add', [y, shortcut]));
      channels = width * 4;
    }
  });
  return net.finish([3, 224, 224], net.classify(net.flatten(net.spatialMean(x)), channels), 1000);
}
