import { type Network, NetworkDescription } from './description';

/** ResNet-50 v1.5 (He et al. 2016, stride in the 3×3) as it is trained, BatchNormalization in place: 25.6 million weights. */
function resnet50(): Network {
  const net = new NetworkDescription([3, 224, 224]);
  const normalised = (name: string, x: string, to: number, options = {}) =>
    net.normalisation(`${name}_bn`, net.convolution(name, x, to, options));
  let x = net.relu('conv1_relu', normalised('conv1', 'input', 64, { kernel: 7, stride: 2 }));
  x = net.maxPool('pool1', x, { kernel: 3, stride: 2, pad: 1 });
  [3, 4, 6, 3].forEach((blocks, stage) => {
    const width = 64 * 2 ** stage;
    for (let block = 0; block < blocks; block++) {
      const at = `stage${stage + 1}_block${block + 1}`;
      const stride = stage > 0 && block === 0 ? 2 : 1;
      let y = net.relu(`${at}_relu1`, normalised(`${at}_conv1`, x, width));
      y = net.relu(`${at}_relu2`, normalised(`${at}_conv2`, y, width, { kernel: 3, stride }));
      // A small last gain keeps the sum over the blocks from exploding.
      y = normalised(`${at}_conv3`, y, width * 4, { gain: 0.3 });
      const shortcut = block === 0 ? normalised(`${at}_shortcut`, x, width * 4, { stride }) : x;
      x = net.relu(`${at}_out`, net.sum(`${at}_add`, y, shortcut));
    }
  });
  net.dense('logits', net.mean('avgpool', x), 1000);
  return net.finish('resnet50', 'ResNet-50');
}

/** VGG-16 (Simonyan & Zisserman 2015): 138 million weights, three quarters of them in one layer. */
function vgg16(): Network {
  const net = new NetworkDescription([3, 224, 224]);
  let x = 'input';
  [2, 2, 3, 3, 3].forEach((convolutions, block) => {
    for (let i = 0; i < convolutions; i++) {
      const at = `block${block + 1}_conv${i + 1}`;
      const to = Math.min(64 * 2 ** block, 512);
      x = net.relu(`${at}_relu`, net.convolution(at, x, to, { kernel: 3, bias: true }));
    }
    x = net.maxPool(`block${block + 1}_pool`, x, { kernel: 2, stride: 2, pad: 0 });
  });
  x = net.relu('fc1_relu', net.dense('fc1', net.flatten('flatten', x), 4096));
  x = net.relu('fc2_relu', net.dense('fc2', x, 4096));
  net.dense('logits', x, 1000);
  return net.finish('vgg16', 'VGG-16');
}

/** Made anew each time: the weights of one are half a gigabyte. */
export const networks: Readonly<Record<string, () => Network>> = { resnet50, vgg16 };
