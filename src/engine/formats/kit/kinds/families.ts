/** Architectures by the names that their usual implementations give to layers and weights. A guess, and to be told as one. */

/** The first that fits is meant. Names have `.` between their parts. */
const families: readonly (readonly [family: string, pattern: RegExp])[] = [
  ['Swin Transformer', /relative_position_bias_table|(?:^|\.)swin\b|patch_merg/i],
  ['ConvNeXt', /convnext|stages\.\d+\.blocks\.\d+\.(?:conv_dw|dwconv)|stages\.\d+\.layers\.\d+\.dwconv/i],
  ['DeiT', /(?:^|\.)deit\b|dist_token|distillation_token/i],
  [
    'Vision Transformer',
    /(?:^|\.)vit\b|patch_embed|class_token|cls_token|encoder_layer_\d+\.self_attention|transformer_encoder\D?\d*/i,
  ],
  ['EfficientNet', /efficientnet|_blocks\.\d+\._(?:depthwise|expand)_conv|block\d[a-z]_(?:dwconv|expand_conv|se_)/i],
  [
    'MobileNetV3',
    /mobilenet_?v?3|features\.\d+\.block\.\d+\.(?:fc1|0\.0)|expanded_conv_\d+_squeeze_excite|hard_?swish/i,
  ],
  [
    'MobileNetV2',
    /mobilenet_?v?2|features\.\d+\.conv\.\d+\.\d+\.|block_\d+_(?:expand|depthwise|project)|expanded_conv_\d+/i,
  ],
  ['MobileNet', /mobilenet|conv_(?:dw|pw)_\d+|conv2d_\d+_(?:depth|point)wise/i],
  ['EfficientNet or MobileNetV3', /blocks\.\d+\.\d+\.(?:conv_dw|conv_pwl?|se\.conv_reduce)/i],
  ['DenseNet', /densenet|denseblock\d+\.denselayer\d+|conv\d+_block\d+_concat/i],
  ['Xception', /xception|block\d+_sepconv\d|(?:^|\.)block\d+\.rep\.\d+/i],
  ['Inception-ResNet', /inception_?resnet|block35_\d+|mixed_[567]a.*branch/i],
  ['Inception', /inception|mixed_?[4567][a-e]|(?:^|\.)mixed\d+\b/i],
  ['SqueezeNet', /squeezenet|fire\d+[._]|features\.\d+\.squeeze\b/i],
  ['ShuffleNet', /shufflenet|stage\d\.\d+\.branch[12]/i],
  ['RegNet', /regnet|trunk_output\.block\d/i],
  ['NASNet', /nasnet|(?:normal|reduction)_(?:add|conv|concat)_\d/i],
  [
    'ResNet',
    /resnet|layer[1-4][._]\d+[._]conv\d|conv[2-5]_block\d+_\d_conv|stage[1-4]_unit\d|res[2-5][a-f]_branch|block[1-4].unit_\d/i,
  ],
  ['VGG', /vgg|block[1-5]_conv[1-4]\b|features\.(?:24|28|40)\.(?:weight|bias)|(?:^|\.)conv[1-5]_[1-4]\b/i],
  ['AlexNet', /alexnet|features\.10\.weight.*classifier\.6/i],
  ['YOLO', /yolo|model\.\d+\.(?:cv[12]|m\.\d+\.cv\d)\./i],
];

/** What tools write where nobody gave a name. */
const nameless =
  /^(?:(?:keras_|torch_|onnx_)?(?:model|graph|net|network|module|functional|sequential)(?:[_-]?\d+)?|main(?:[_-]graph)?|torch[_-]jit(?:[_-]export)?|tf2onnx.*|exportedprogram|graphmodule|__torch__.*|.*\.onnx|onnxmltools|unnamed)?$/i;

/** The name that a file gives its network, as a hint for lists; empty where it says nothing. */
export function architectureHint(name: string | undefined): { readonly architecture?: string } {
  const said = name?.trim() ?? '';
  return nameless.test(said) || said.length > 60 ? {} : { architecture: said };
}

/** The most names that are looked at. */
const most = 4000;

/** The family whose names these look like, or null. `names`: of layers, values or weights. */
export function familyOf(names: Iterable<string>): string | null {
  const seen: string[] = [];
  for (const name of names) {
    if (seen.length === most) break;
    seen.push(name.slice(0, 200).replaceAll('/', '.'));
  }
  const votes = families.map(([family, pattern]) => ({
    family,
    count: seen.filter((name) => pattern.test(name)).length,
  }));
  return votes.find(({ count }) => count >= Math.min(2, seen.length) && count > 0)?.family ?? null;
}
