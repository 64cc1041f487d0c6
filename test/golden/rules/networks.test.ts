/** What must hold of every rule table on whole networks. */
import { describe, expect, it } from 'vitest';
import { differentiate } from '../../../src/engine/graph/autodiff/differentiate';
import { type FloatTensor, float32 } from '../../../src/engine/graph/ir/tensor';
import { withReference } from '../../../src/engine/graph/passes/withReference';
import { type RuleChoice, ruleTable } from '../../../src/engine/graph/rules';
import { deepLift } from '../../../src/engine/graph/rules/deepLift';
import type { RuleTable } from '../../../src/engine/graph/rules/table';
import { array, backward, compiled, difference, type Network, network, run, sum } from './network';

/** Each network's two exports: fused and folded, and decomposed with its batch normalisations. */
const files: Readonly<Record<string, readonly [string, string]>> = {
  resnet_bottleneck: ['model.onnx', 'model_ts13_bn.onnx'],
  densenet: ['model.onnx', 'model_ts13_bn.onnx'],
  preact: ['model.onnx', 'model_ts13_bn.onnx'],
  mobilenet_v2: ['model.onnx', 'model_ts13_bn.onnx'],
  mobilenet_v3: ['model.onnx', 'model_ts13_bn.onnx'],
  efficientnet: ['model.onnx', 'model_ts13_bn.onnx'],
  activations: ['model.onnx', 'model_ts13.onnx'],
  inception: ['model.onnx', 'model_ts13_bn.onnx'],
  convnext: ['model.onnx', 'model_ts13.onnx'],
  vit: ['model.onnx', 'model_ts17.onnx'],
  vit_timm: ['model.onnx', 'model_ts13.onnx'],
  swin: ['model.onnx', 'model_ts13.onnx'],
};
const models = Object.keys(files);

/** torch.export wrote this file for one image. */
const fixesBatch = (model: string, file: string) => model === 'convnext' && file === 'model.onnx';

const titled = (choices: readonly RuleChoice[]) =>
  choices.map((choice) => ({ choice, title: typeof choice === 'string' ? choice : choice.name }));

const batched = titled([
  'deconvnet',
  'epsilon-plus-flat',
  { name: 'epsilon-gamma-box', options: { low: [-4, -4.5, -5], high: [4, 5, 4.5] } },
  { name: 'attn-lrp', options: { convolutionGamma: 0.25, denseGamma: 0.05 } },
]);

/** With little stabilisation: a decomposed normalisation has more denominators than a fused one. */
const exported = titled(['guided', { name: 'lrp-gamma', options: { stabiliser: 1e-9 } }, 'attn-lrp', 'cp-lrp']);

const inputOf = (model: string) => array(`golden/tiny_${model}/input.npy`);
const other = (x: FloatTensor) =>
  float32(
    x.dims,
    x.data.map((value) => 0.3 - 0.8 * value),
  );

const zeros = (x: FloatTensor) => x.data.map(() => 0);

function stacked(...items: readonly FloatTensor[]): FloatTensor {
  const [first] = items as [FloatTensor];
  const data = new Float32Array(first.data.length * items.length);
  items.forEach((item, index) => {
    data.set(item.data, index * first.data.length);
  });
  return float32([items.length * (first.dims[0] as number), ...first.dims.slice(1)], data);
}

function cotangents({ classes }: Network, count: number): FloatTensor {
  const data = new Float32Array(count * classes);
  for (let item = 0; item < count; item++) data[item * classes + 1] = 1;
  return float32([count, classes], data);
}

describe.each(models)('%s', (model) => {
  it.each(batched)('$title: the same for an image alone and in a batch', async ({ choice }) => {
    const x = inputOf(model);
    const file = files[model]?.find((name) => !fixesBatch(model, name)) as string;
    const net = await network(`models/tiny/${model}/${file}`, x);
    const rules = ruleTable(choice);
    const { graph, gradients } = differentiate(net.graph, {
      of: net.logits,
      cotangent: 'cotangent',
      wrt: [net.input],
      rules,
    });
    const name = gradients.get(net.input) as string;
    const program = await compiled(graph, [name]);
    const of = async (batch: FloatTensor) => {
      const feeds = { [net.input]: batch, cotangent: cotangents(net, batch.dims[0] as number) };
      return (await program.run(feeds))[name]?.data as Float32Array;
    };
    const [alone, second, both] = [await of(x), await of(other(x)), await of(stacked(x, other(x)))];
    await program.dispose();
    expect(difference(both.slice(0, alone.length), alone)).toBeLessThan(2e-4);
    expect(difference(both.slice(alone.length), second)).toBeLessThan(2e-4);
  });

  it('DeepLIFT sums to the difference of the logits', async () => {
    for (const file of files[model] ?? []) {
      const x = inputOf(model);
      const net = await network(`models/tiny/${model}/${file}`, x);
      const { graph, baseline, reference } = withReference(net.graph, net.input);
      const rules = deepLift({ reference });
      const options = { of: net.logits, cotangent: 'cotangent', wrt: [net.input], rules };
      const { graph: joint, gradients } = differentiate(graph, options);
      const [multiplier, logits] = [gradients.get(net.input) as string, reference.get(net.logits) as string];
      const baselines = [float32(x.dims, zeros(x)), other(x)].slice(0, fixesBatch(model, file) ? 1 : 2);
      const [images, references] = [stacked(...baselines.map(() => x)), stacked(...baselines)];
      const feeds = { [net.input]: images, [baseline]: references, cotangent: cotangents(net, baselines.length) };
      const results = await run(joint, [multiplier, net.logits, logits], feeds);
      const shares = results[multiplier]?.data.map(
        (m, i) => m * ((images.data[i] as number) - (references.data[i] as number)),
      ) as Float32Array;
      for (const item of baselines.keys()) {
        const own = shares.slice(item * x.data.length, (item + 1) * x.data.length);
        const at = item * net.classes + 1;
        const delta = (results[net.logits]?.data[at] as number) - (results[logits]?.data[at] as number);
        const size = Math.max(1, sum(own.map(Math.abs)));
        expect(Math.abs(sum(own) - delta) / size, `${file}, reference ${item}`).toBeLessThan(2e-5);
      }
    }
  });

  it.each(exported)('$title: the same from either export', async ({ choice }) => {
    const x = inputOf(model);
    const maps: Float32Array[] = [];
    for (const file of files[model] ?? []) {
      const net = await network(`models/tiny/${model}/${file}`, x);
      const relevance = await backward(net, ruleTable(choice), { [net.input]: x }, 1, [net.input]);
      maps.push(relevance.get(net.input)?.data as Float32Array);
    }
    const worst = difference(maps[0] as Float32Array, maps[1] as Float32Array);
    if (process.env['WHYLIGHT_TABLE']) console.log('row', model, JSON.stringify(choice), worst);
    expect(worst).toBeLessThan(1e-3);
  });
});

it('a layer has the same relevance whatever else is wanted', async () => {
  const x = inputOf('efficientnet');
  const net = await network('models/tiny/efficientnet/model.onnx', x);
  const rules: RuleTable = ruleTable('attn-lrp');
  const layers = net.graph.nodes.filter((node) => node.op === 'Mul').map((node) => node.outputs[0] as string);
  const together = await backward(net, rules, { [net.input]: x }, 1, [net.input, ...layers]);
  for (const layer of layers) {
    const alone = await backward(net, rules, { [net.input]: x }, 1, [layer]);
    expect(difference(alone.get(layer)?.data as Float32Array, together.get(layer)?.data as Float32Array)).toBeLessThan(
      1e-5,
    );
  }
});
