/** Relevance is neither made nor lost: what reaches the input and what the constants kept add up to what the logit was given. */
import { describe, expect, it } from 'vitest';
import type { Graph, Node } from '../../../src/engine/graph/ir/graph';
import { type RuleChoice, ruleTable } from '../../../src/engine/graph/rules';
import { array, backward, network, sum } from './network';

/** Constants that are addends of something: they keep a share of the relevance. */
function addends(graph: Graph): string[] {
  const places: Readonly<Record<string, readonly number[]>> = {
    Conv: [2],
    ConvTranspose: [2],
    Gemm: [2],
    Add: [0, 1],
    Sub: [0, 1],
    Sum: [0, 1, 2],
    Concat: [0, 1, 2],
    Expand: [0],
    LayerNormalization: [2],
    BatchNormalization: [2, 3],
  };
  const names = graph.nodes.flatMap((node) => (places[node.op] ?? []).map((index) => node.inputs[index] ?? ''));
  return [...new Set(names)].filter((name) => graph.constants.get(name)?.dtype === 'float32');
}

const models = [
  'resnet_bottleneck',
  'resnext_grouped',
  'preact',
  'densenet',
  'vgg',
  'squeezenet',
  'inception',
  'xception',
  'mobilenet_v2',
  'mobilenet_v3',
  'efficientnet',
  'convnext',
  'vit',
  'vit_timm',
  'swin',
];
const older: Readonly<Record<string, string>> = {
  vgg: 'model_ts13.onnx',
  squeezenet: 'model_ts13.onnx',
  convnext: 'model_ts13.onnx',
  vit: 'model_ts17.onnx',
  vit_timm: 'model_ts13.onnx',
  swin: 'model_ts13.onnx',
};
const stabiliser = 1e-12;
const tables: readonly RuleChoice[] = [
  'lrp-0',
  { name: 'epsilon-plus', options: { epsilon: stabiliser, stabiliser } },
  { name: 'epsilon-plus-flat', options: { epsilon: stabiliser, stabiliser } },
  { name: 'epsilon-gamma-box', options: { low: -5, high: 5, epsilon: stabiliser, stabiliser } },
  { name: 'lrp-gamma', options: { stabiliser } },
  { name: 'attn-lrp', options: { epsilon: stabiliser } },
  { name: 'cp-lrp', options: { epsilon: stabiliser } },
];
/**
 * z⁺ loses the relevance of outputs without any positive contribution. Where every layer is followed by a ReLU there is none to lose: such
 * an output is 0, and so is its relevance.
 */
const loses = (choice: RuleChoice) => typeof choice !== 'string' && choice.name.startsWith('epsilon-plus');
const rectified = new Set(['vgg', 'squeezenet', 'inception', 'densenet']);

const titled = tables.map((choice) => ({ choice, rules: typeof choice === 'string' ? choice : choice.name }));

describe.each(models)('%s', (model) => {
  const files = ['model.onnx', older[model] ?? 'model_ts13_bn.onnx'];
  describe.each(files)('%s', (file) => {
    const fitting = titled.filter(({ choice }) => rectified.has(model) || !loses(choice));
    it.each(fitting)('$rules', async ({ choice }) => {
      const x = array(`golden/tiny_${model}/input.npy`);
      const net = await network(`models/tiny/${model}/${file}`, x);
      const softmaxes = net.graph.nodes.filter((node: Node) => node.op === 'Softmax');
      const ends = softmaxes.flatMap((node) => [node.inputs[0] as string, node.outputs[0] as string]);
      const absorbing = addends(net.graph);
      const wanted = [...new Set([net.input, ...absorbing, ...ends])];
      const relevance = await backward(net, ruleTable(choice), { [net.input]: x }, 2, wanted, 1);
      const of = (name: string) => sum(relevance.get(name)?.data ?? []);
      // The Taylor expansion of a softmax has a constant part, which gets the difference.
      const expanded = sum(softmaxes.map((node) => of(node.outputs[0] as string) - of(node.inputs[0] as string)));
      const kept = sum(absorbing.map(of)) + expanded;
      const scale = Math.max(1, ...wanted.map((name) => sum((relevance.get(name)?.data ?? []).map(Math.abs))));
      const total = of(net.input) + kept;
      if (process.env['WHYLIGHT_TABLE']) console.log('row', model, file, JSON.stringify(choice), total, scale);
      expect(Math.abs(total - 1) / scale).toBeLessThan(1e-5);
    });
  });
});
