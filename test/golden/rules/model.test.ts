/** A relevance table asked for by a probe: the same numbers through the loaded model as through the graph. */

import { expect, it } from 'vitest';
import { readCheckpoint } from '../../../src/engine/formats';
import { type GradientProbe, INPUT } from '../../../src/engine/model/evaluation/model';
import { classScore } from '../../../src/engine/model/evaluation/score';
import { LoadedModel } from '../../../src/engine/model/loaded/loadedModel';
import { runtimes } from '../../support/runtimes';
import { array, dataFile, difference } from './network';

it('evaluates several tables at once', async () => {
  const checkpoint = await readCheckpoint(dataFile('models/tiny/resnet_bottleneck/model.onnx'));
  const model = await LoadedModel.load(checkpoint, { runtimes, height: 64, width: 64, threads: 1 });
  const x = array('golden/tiny_resnet_bottleneck/input.npy');
  const probes: readonly GradientProbe[] = [
    { rules: 'epsilon-plus', wrt: INPUT },
    { rules: { name: 'lrp-epsilon', options: { epsilon: 0.1 } }, wrt: INPUT },
    { rules: 'standard', wrt: INPUT },
  ];
  const files = ['epsilon-plus', 'lrp-epsilon.0.1'].map((name) => `golden-rules/resnet_bottleneck.${name}.npy.gz`);
  const expected = [...files, 'golden/tiny_resnet_bottleneck/grad_input.npy'].map((file) => array(file).data);
  const logits = array('golden/tiny_resnet_bottleneck/output.npy').data;
  const evaluation = await model.evaluate(x, {
    score: classScore(logits.indexOf(Math.max(...logits))),
    gradients: probes,
  });
  probes.forEach((probe, i) => {
    expect(difference(evaluation.gradient(probe).data, expected[i] as Float32Array)).toBeLessThan(5e-5);
  });
  await model.dispose();
});
