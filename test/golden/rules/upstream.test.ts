/** Deconvolution, LRP-ε and DeepLIFT against captum and shap (test/data/golden-rules/captum.json). */
import { describe, expect, it } from 'vitest';
import { differentiate } from '../../../src/engine/graph/autodiff/differentiate';
import { type FloatTensor, float32 } from '../../../src/engine/graph/ir/tensor';
import type { BackwardRule } from '../../../src/engine/graph/ops/definition';
import { withReference } from '../../../src/engine/graph/passes/withReference';
import { ruleTable } from '../../../src/engine/graph/rules';
import { deepLift } from '../../../src/engine/graph/rules/deepLift';
import { standard } from '../../../src/engine/graph/rules/standard';
import { type CaptumCase, captumCases, captumModels, worstDifference } from './captumCases';
import { array, backward, network, oneHot, run, sum } from './network';

function baselinesOf({ baselines }: CaptumCase, x: FloatTensor): FloatTensor[] {
  if (baselines !== 'background')
    return (baselines ?? []).map((value) =>
      float32(
        x.dims,
        x.data.map(() => value),
      ),
    );
  const all = array('golden-rules/captum/background.npy.gz');
  const size = x.data.length;
  return Array.from({ length: all.data.length / size }, (_, i) =>
    float32(x.dims, all.data.slice(i * size, (i + 1) * size)),
  );
}

/**
 * Multiplier ⊙ (x − x') by DeepLIFT, averaged over the baselines, and the rest of Δlogit that it leaves. In captum a MaxPool behind a ReLU
 * module passes its gradient: the ReLU's hook reads the tensor's gradient before the pool's own hook has replaced it. The table is told to
 * do the same, and then leaves the rests that captum reports.
 */
async function attribution(golden: CaptumCase, x: FloatTensor): Promise<{ map: Float32Array; rests: number[] }> {
  const net = await network(captumModels[golden.model], x);
  const { graph, baseline, reference } = withReference(net.graph, net.input);
  const rescale = deepLift({ reference, ...(golden.threshold !== undefined && { threshold: golden.threshold }) });
  const rules = golden.convergenceDelta ? { ...rescale, MaxPool: standard['MaxPool'] as BackwardRule } : rescale;
  const { graph: joint, gradients } = differentiate(graph, {
    of: net.logits,
    cotangent: 'cotangent',
    wrt: [net.input],
    rules,
  });
  const [multiplier, logits] = [gradients.get(net.input) as string, reference.get(net.logits) as string];
  const references = baselinesOf(golden, x);
  const map = new Float32Array(x.data.length);
  const rests: number[] = [];
  for (const other of references) {
    const feeds = { [net.input]: x, [baseline]: other, cotangent: oneHot(net.classes, golden.target) };
    const results = await run(joint, [multiplier, net.logits, logits], feeds);
    const own = results[multiplier]?.data.map((m, i) => m * ((x.data[i] as number) - (other.data[i] as number)));
    own?.forEach((value, i) => {
      map[i] = (map[i] as number) + value / references.length;
    });
    const delta =
      (results[net.logits]?.data[golden.target] as number) - (results[logits]?.data[golden.target] as number);
    rests.push(delta - sum(own ?? []));
  }
  return { map, rests };
}

describe.each(captumCases)('$id', (golden) => {
  const x = array(`images/inputs/${golden.model}_${golden.image}.npy`);
  const expected = array(`golden-rules/captum/${golden.file}`).data;

  it('gives what upstream gives', async () => {
    if (golden.method === 'deeplift') {
      const { map, rests } = await attribution(golden, x);
      rests.forEach((rest, i) => {
        expect(Math.abs(rest + (golden.convergenceDelta?.[i] ?? 0))).toBeLessThan(2e-5);
      });
      expect(worstDifference(map, expected)).toBeLessThanOrEqual(golden.tolerance);
      return;
    }
    const net = await network(captumModels[golden.model], x);
    const lrp = golden.method === 'lrp';
    const rules = ruleTable(lrp ? { name: 'lrp-epsilon', options: { epsilon: 1e-9, stabiliser: 1e-9 } } : 'deconvnet');
    const result = await backward(net, rules, { [net.input]: x }, golden.target, [net.input, net.logits]);
    const { [net.logits]: output } = await run(net.graph, [net.logits], { [net.input]: x });
    // Relevance is linear in the cotangent: that of the logit itself is that of 1, times the logit.
    const scale = lrp ? (output?.data[golden.target] as number) : 1;
    const map = (result.get(net.input) as FloatTensor).data.map((value) => value * scale);
    expect(worstDifference(map, expected)).toBeLessThanOrEqual(golden.tolerance);
  });
});
