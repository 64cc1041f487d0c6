import { expect, it } from 'vitest';
import { architectureHint, familyOf } from './families';

it.each([
  ['ResNet', ['layer1.0.conv1.weight', 'layer4.1.conv2.weight']],
  ['ResNet', ['conv2_block1_1_conv/kernel', 'conv5_block3_2_conv/kernel']],
  ['ResNet', ['net/layer1_0_conv1_1/Conv2D', 'net/layer4_1_conv2_1/Conv2D']],
  ['VGG', ['conv1_1', 'conv5_3']],
  ['VGG', ['block1_conv1/kernel', 'block5_conv3/kernel']],
  ['MobileNet', ['conv_dw_1/depthwise_kernel', 'conv_pw_13/kernel']],
  ['MobileNetV2', ['block_1_expand/kernel', 'block_16_project/kernel']],
  ['EfficientNet', ['block1a_dwconv/kernel', 'block7a_se_reduce/kernel']],
  ['DenseNet', ['features.denseblock1.denselayer1.conv1.weight', 'features.denseblock4.denselayer16.conv2.weight']],
  ['Inception', ['Mixed_5b.branch1x1.conv.weight', 'Mixed_7c.branch1x1.conv.weight']],
  ['Vision Transformer', ['patch_embed.proj.weight', 'cls_token']],
  [
    'Swin Transformer',
    [
      'layers.0.blocks.0.attn.relative_position_bias_table',
      'patch_embed.proj.weight',
      'layers.1.blocks.0.attn.relative_position_bias_table',
    ],
  ],
  ['ConvNeXt', ['stages.0.blocks.0.conv_dw.weight', 'stages.1.blocks.0.conv_dw.weight']],
  ['SqueezeNet', ['fire2/squeeze1x1_1', 'fire9/squeeze1x1_1']],
])('guesses %s by the names of layers', (family, names) => {
  expect(familyOf(names)).toBe(family);
});

it('guesses nothing by one name of many, or by names that say nothing', () => {
  expect(familyOf(['fc.weight', 'conv1.weight', 'conv2.weight'])).toBeNull();
  expect(familyOf(['resnet_like', 'a', 'b', 'c'])).toBeNull();
  expect(familyOf([])).toBeNull();
});

it('takes a network’s own name, but none that a tool gave', () => {
  expect(architectureHint('shapesnet')).toEqual({ architecture: 'shapesnet' });
  expect(architectureHint('mobilenetv2_1.00_224')).toEqual({ architecture: 'mobilenetv2_1.00_224' });
  for (const name of [
    '',
    undefined,
    'model',
    'model_1',
    'functional_3',
    'sequential',
    'main_graph',
    'torch-jit-export',
    'x'.repeat(80),
  ])
    expect(architectureHint(name), name).toEqual({});
});
