/** What an explanation's own evaluations tell about the network's health: no pass is made for it while all numbers are finite. */
import type { ClassScore } from '../../shared/results/attribution';
import { type Finding, type LayerHealth, ranked } from '../../shared/results/health';
import { pathTo, trunk } from '../graph/inference/paths';
import type { Graph } from '../graph/ir/graph';
import type { FloatTensor } from '../graph/ir/tensor';
import { LOGITS } from '../model/analysis/head';
import { type Evaluation, INPUT, type Model, type Probes } from '../model/evaluation/model';
import type { LoadedModel } from '../model/loaded/loadedModel';
import type { ClassScores } from '../model/target/target';
import { differentiable } from './differentiable';
import { findingsOf } from './findings';
import { walkBackward, walkForward } from './nonFinite';
import { outputHealth } from './output';
import { Passes } from './passes';
import { type Saturation, saturations } from './saturation';
import { allFinite, arrayHealth } from './statistics';
import { unitHealth } from './units';
import { weightHealth } from './weights';

interface GraphFacts {
  readonly saturations: ReadonlyMap<string, Saturation>;
  readonly trunk: ReadonlySet<string>;
}

/** Found once for a graph, however many images are explained. */
const known = new WeakMap<Graph, GraphFacts>();

function factsOf(graph: Graph): GraphFacts {
  const facts = known.get(graph) ?? { saturations: saturations(graph), trunk: trunk(pathTo(graph, LOGITS)) };
  known.set(graph, facts);
  return facts;
}

/** Stands between the methods and the model, and looks at what they get for the explained image itself. */
export class Observer {
  /** The model for the methods. */
  readonly model: Model;
  private readonly seen = new Map<string, LayerHealth>();

  constructor(
    private readonly loaded: LoadedModel,
    private readonly image: FloatTensor,
  ) {
    this.model = {
      input: loaded.input,
      classes: loaded.classes,
      layers: loaded.layers,
      defaultLayer: loaded.defaultLayer,
      get batchSize() {
        return loaded.batchSize;
      },
      evaluate: async (input, probes, signal) => {
        const evaluation = await loaded.evaluate(input, probes, signal);
        if (input === image && isPlain(probes)) this.look(evaluation, probes);
        return evaluation;
      },
    };
  }

  /**
   * The findings so far, the gravest first. Where numbers are not finite, the graph is walked to find the node.
   *
   * @param scores of all classes. @param camLayer the layer of the class activation maps.
   */
  async findings(
    scores: ClassScores,
    target: ClassScore,
    camLayer: string | null,
    signal?: AbortSignal,
  ): Promise<readonly Finding[]> {
    const output = outputHealth(scores, target);
    const context = { trunk: factsOf(this.loaded.graph).trunk, camLayer };
    const layers = [...this.seen.values()].filter(({ name }) => name !== INPUT);
    const input = this.seen.get(INPUT);
    const cam = layers.filter(({ name, gradient }) => name === camLayer && gradient !== null);
    const finite = allFinite(output.logits) && [...this.seen.values()].every(finiteNumbers);
    return ranked([
      ...(finite ? [] : await this.origin(target, allFinite(output.logits), signal)),
      ...findingsOf({ output, layers, path: input?.gradient ? [input, ...cam] : [] }, context),
    ]);
  }

  private async origin(target: ClassScore, finiteLogits: boolean, signal?: AbortSignal): Promise<readonly Finding[]> {
    const { graph } = this.loaded;
    const passes = new Passes(this.loaded, this.image, target.index, signal);
    const forward = await walkForward(passes, this.image, weightHealth(graph).found);
    if (forward.origin || !finiteLogits) return forward.findings;
    return (await walkBackward(passes, (wrt) => differentiable(graph, wrt).values)).findings;
  }

  private look(evaluation: Evaluation, { score, activations = [], gradients = [] }: Probes): void {
    for (const name of activations) this.note(name, { activation: evaluation.activation(name).data });
    if (!isLogit(score)) return;
    for (const probe of gradients) {
      if (probe.rules !== undefined && probe.rules !== 'standard') continue;
      this.note(probe.wrt, { gradient: evaluation.gradient(probe).data });
    }
  }

  private note(name: string, data: { readonly activation?: Float32Array; readonly gradient?: Float32Array }): void {
    const { graph, layers, input } = this.loaded;
    const layer = layers.find((each) => each.name === name) ?? {
      name: graph.inputs[0]?.name ?? INPUT,
      operator: 'Input',
      shape: input.dims,
      spatial: false,
    };
    const before = this.seen.get(name) ?? {
      name: layer.name,
      operator: layer.operator,
      shape: layer.shape,
      activation: nothing,
      units: null,
      gradient: null,
      relativeGradient: null,
    };
    const saturation = factsOf(graph).saturations.get(name);
    this.seen.set(name, {
      ...before,
      ...(data.activation && before.activation === nothing
        ? {
            activation: arrayHealth(data.activation),
            units: saturation ? unitHealth(layer, data.activation, saturation) : null,
          }
        : {}),
      ...(data.gradient && !before.gradient ? { gradient: arrayHealth(data.gradient) } : {}),
    });
  }
}

/** True when the image goes through the network as it is, once. */
function isPlain({ score, replace }: Probes): boolean {
  return !replace?.size && !(Array.isArray(score) && score.length > 1);
}

const isLogit = (score: Probes['score']): boolean =>
  score !== undefined && 'kind' in score && score.kind === 'classes' && score.of === 'logit';

const nothing = arrayHealth(new Float32Array());

function finiteNumbers({ activation, gradient }: LayerHealth): boolean {
  return allFinite(activation) && (gradient === null || allFinite(gradient));
}
