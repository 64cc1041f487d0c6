import { expect, it } from 'vitest';
import type { Graph } from '../../graph/ir/graph';
import { namedConvention } from './namedConvention';

const named = (...names: string[]): Graph => ({
  inputs: [],
  outputs: [],
  nodes: names.map((name) => ({ op: 'Conv', name, inputs: [], outputs: [`${name}:0`], attributes: {} })),
  constants: new Map(),
  types: new Map(),
});

it.each([
  ['VGG of Keras', ['block1_conv1', 'block5_conv3'], 'keras-caffe'],
  ['VGG of Keras inside a model', ['model/vgg16/block5_conv3/Conv2D'], 'keras-caffe'],
  ['ResNet of Keras', ['conv1_conv', 'conv2_block1_1_conv'], 'keras-caffe'],
  ['ResNet V2 of Keras', ['conv2_block1_1_conv', 'conv2_block1_preact_bn'], 'keras-tf'],
  ['MobileNet of Keras', ['conv_dw_13'], 'keras-tf'],
  ['DenseNet of Keras', ['conv2_block1_0_bn'], { preset: 'torchvision', resize: 'stretch', interpolation: 'nearest' }],
  ['MobileNet of TensorFlow-Slim', ['MobilenetV1/Conv2d_0/Conv2D'], 'keras-tf'],
] as const)('guesses the preprocessing of %s', (_, names, preprocessing) => {
  const found = namedConvention(named(...names));
  expect(found).toMatchObject({ preprocessing, guessed: true });
  expect(found?.how).toMatch(/^guessed: the names of its layers are those of /);
});

it('says nothing of other names', () => {
  expect(namedConvention(named('layer1/conv', 'block1_conv1', 'my_conv_dw_133'))).toBeNull();
});
