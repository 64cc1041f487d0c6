import type { Question } from '../../shared/question/question';
import type { Finding, HealthReport, LayerHealth } from '../../shared/results/health';
import { ranked } from '../../shared/results/health';
import { pathTo, trunk } from '../graph/inference/paths';
import type { FloatTensor } from '../graph/ir/tensor';
import { LOGITS } from '../model/analysis/head';
import type { LoadedModel } from '../model/loaded/loadedModel';
import { chooseTarget, classScores } from '../model/target/target';
import { differentiable, obstacleFindings } from './differentiable';
import { findingsOf } from './findings';
import { measureLayers } from './measure';
import { type NonFiniteResult, walkBackward, walkForward } from './nonFinite';
import { outputHealth } from './output';
import { Passes } from './passes';
import { allFinite } from './statistics';
import { weightFindings, weightHealth } from './weights';

export interface HealthSubject extends Pick<Question, 'target'> {
  readonly model: LoadedModel;
  readonly labels: readonly string[] | null;
  /** The model's input, [1, …]. */
  readonly image: FloatTensor;
  /** The layer of the class activation maps. */
  readonly camLayer: string | null;
  /** Bytes of activations and gradients that one pass may give; more passes are made where they would be more. */
  readonly passBytes?: number;
}

/**
 * Looks at the activations of all layers and at the gradients of the explained class's logit, for one image.
 *
 * @throws UsageError when there is no such target; RuntimeFailure when the model does not run.
 */
export async function checkModel(
  { model, labels, image, target: wanted, camLayer, passBytes }: HealthSubject,
  signal?: AbortSignal,
): Promise<Omit<HealthReport, 'checkpoint' | 'image' | 'camLayer' | 'answer'>> {
  const started = performance.now();
  const { graph } = model;
  const { logits, probabilities } = await model.evaluate(image, {}, signal);
  const scores = classScores(logits, probabilities, labels);
  const target = chooseTarget(scores, wanted);
  const output = outputHealth(scores, target);
  const weights = weightHealth(graph);
  const passes = new Passes(model, image, target.index, signal, passBytes);
  const inputName = graph.inputs[0]?.name ?? '';
  const reachable = differentiable(graph, [inputName, ...model.layers.map(({ name }) => name)]);
  const { input, layers } = await measureLayers(passes, image, reachable.values);

  const all = [input, ...layers];
  const main = trunk(pathTo(graph, LOGITS));
  const context = { trunk: main, camLayer };
  const finiteForward = allFinite(output.logits) && all.every(({ activation }) => allFinite(activation));
  const finiteBackward = all.every(({ gradient }) => gradient === null || allFinite(gradient));
  let broken: NonFiniteResult = { origin: null, findings: [] };
  if (!finiteForward) broken = await walkForward(passes, image, weights.found);
  if (!broken.origin && !finiteBackward) {
    broken = await walkBackward(passes, (wrt) => differentiable(graph, wrt).values);
  }
  const path: LayerHealth[] = [input, ...layers.filter(({ name }) => main.has(name))];
  const findings: Finding[] = [
    ...broken.findings,
    ...(broken.origin?.of === 'weight' ? [] : weightFindings(graph, weights.found)),
    ...obstacleFindings(reachable),
    ...findingsOf({ output, layers, path }, context),
  ];
  return {
    output,
    input,
    layers,
    weights: weights.health,
    firstNonFinite: broken.origin,
    findings: ranked(findings),
    cost: { passes: passes.count + 1, peakBytes: passes.peakBytes, seconds: (performance.now() - started) / 1000 },
  };
}
