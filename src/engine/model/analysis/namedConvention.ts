import type { PreprocessingSpec } from '../../../shared/question/preprocessing';
import type { Graph } from '../../graph/ir/graph';
import type { InputConvention } from './inputConvention';

/** Means of ImageNet in 0…255, red first, as TensorFlow-Slim subtracts them for VGG and ResNet v1. */
const slimMeans: PreprocessingSpec = {
  resize: 'shorter-side-and-centre-crop',
  interpolation: 'bilinear',
  channelOrder: 'rgb',
  scale: 1,
  mean: [123.68, 116.779, 103.939],
  std: [1, 1, 1],
};
const kerasTorch: PreprocessingSpec = { preset: 'torchvision', resize: 'stretch', interpolation: 'nearest' };

/**
 * How architectures are fed that a library publishes, by the names that it gives to their layers. Sources: `preprocess_input` of
 * keras.applications (imagenet_utils.py and each architecture's file) and preprocessing_factory.py of TensorFlow-Slim.
 */
const conventions: readonly (readonly [library: string, title: string, pattern: RegExp, PreprocessingSpec])[] = [
  ['Keras', 'ResNet V2', /(?:^|\/)conv2_block1_preact_bn\b/, 'keras-tf'],
  ['Keras', 'DenseNet', /(?:^|\/)(?:conv2_block1_0_bn|pool2_bn)\b/, kerasTorch],
  ['Keras', 'ResNet', /(?:^|\/)(?:conv2_block1_1_conv|res2a_branch2a)\b/, 'keras-caffe'],
  ['Keras', 'VGG', /(?:^|\/)block5_conv[123]\b/, 'keras-caffe'],
  ['Keras', 'Xception', /(?:^|\/)block14_sepconv2\b/, 'keras-tf'],
  ['Keras', 'MobileNet', /(?:^|\/)conv_dw_13\b/, 'keras-tf'],
  ['Keras', 'MobileNetV2', /(?:^|\/)block_16_project\b/, 'keras-tf'],
  ['Keras', 'Inception', /(?:^|\/)mixed10\b|(?:^|\/)block8_10_conv\b/, 'keras-tf'],
  ['Keras', 'NASNet', /(?:^|\/)normal_conv_1_\d+\b/, 'keras-tf'],
  [
    'TensorFlow-Slim',
    'Inception or MobileNet',
    /(?:^|\/)(?:MobilenetV[123]|InceptionV[1-4]|InceptionResnetV2)\//,
    'keras-tf',
  ],
  ['TensorFlow-Slim', 'ResNet V2', /(?:^|\/)resnet_v2_\d+\//, 'keras-tf'],
  ['TensorFlow-Slim', 'VGG or ResNet V1', /(?:^|\/)(?:resnet_v1_\d+|vgg_(?:16|19|a))\//, slimMeans],
];

/** How images are usually prepared for an architecture with these names, or null. Always a guess: whoever trained it may have done otherwise. */
export function namedConvention(graph: Graph): InputConvention | null {
  const names = graph.nodes.flatMap((node) => [node.name, ...node.outputs]).map((name) => name.slice(0, 200));
  const found = conventions.find(([, , pattern]) => names.some((name) => pattern.test(name)));
  if (!found) return null;
  const [library, title, , preprocessing] = found;
  return { preprocessing, how: `guessed: the names of its layers are those of ${title} in ${library}`, guessed: true };
}
