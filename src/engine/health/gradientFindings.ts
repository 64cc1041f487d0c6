/** What the gradients say: where they end, fade or grow out of proportion. */
import type { Finding, LayerHealth } from '../../shared/results/health';
import { formatValue } from '../../shared/words/summary';
import type { LayerContext } from './layerFindings';
import { thresholds } from './thresholds';
import { quote } from './words';

const norm = (layer: LayerHealth): number => layer.gradient?.norm ?? Number.NaN;

/** The step between neighbours with the largest change of `norm` in the wanted direction, from the output towards the input. */
function steepest(
  path: readonly LayerHealth[],
  direction: 'fall' | 'rise',
): { from: LayerHealth; to: LayerHealth } | null {
  let best: { from: LayerHealth; to: LayerHealth } | null = null;
  let largest = 0;
  for (let i = path.length - 1; i > 0; i--) {
    const [from, to] = [path[i] as LayerHealth, path[i - 1] as LayerHealth];
    const change = Math.log(norm(from) / norm(to)) * (direction === 'fall' ? 1 : -1);
    if (change > largest) {
      best = { from, to };
      largest = change;
    }
  }
  return best;
}

function place(path: readonly LayerHealth[], direction: 'fall' | 'rise', total: number): string {
  const step = steepest(path, direction);
  const word = direction === 'fall' ? 'falls' : 'grows';
  if (!step) return `it ${word} gradually`;
  const part = Math.abs(Math.log(norm(step.to) / norm(step.from))) / Math.abs(Math.log(total));
  return part >= thresholds.steepShare
    ? `it ${word} between ${quote(step.from.name)} and ${quote(step.to.name)}`
    : `it ${word} gradually, most between ${quote(step.from.name)} and ${quote(step.to.name)}`;
}

/** The gradient is 0 from some layer of the trunk down to the input. */
function ended(path: readonly LayerHealth[]): Finding[] {
  const last = path.findIndex((layer) => norm(layer) > 0);
  const after = path[last];
  const before = path[last - 1];
  const where =
    before && after
      ? `it ends between ${quote(after.name)} and ${quote(before.name)}, where every unit is dead or saturated, or nothing depends on the image`
      : 'nothing that it comes through depends on the image, or every unit is dead or saturated';
  return [
    {
      severity: 'problem',
      sentence: `The gradient of the logit is exactly 0 at the input: ${where}; gradient maps are blank, Occlusion needs no gradient.`,
      ...(after ? { layer: after.name } : {}),
    },
  ];
}

/**
 * Findings about finite gradients.
 *
 * @param path the input and the layers of the trunk, in the order of computation.
 */
export function gradientFindings(path: readonly LayerHealth[]): Finding[] {
  const [input] = path;
  const last = path.at(-1);
  if (!input?.gradient || !last || path.some(({ gradient }) => gradient && gradient.nan + gradient.infinite > 0))
    return [];
  if (norm(input) === 0) return ended(path);
  const largest = path.reduce((best, layer) => (norm(layer) > norm(best) ? layer : best), input);
  const share = norm(input) / norm(largest);
  if (share < thresholds.vanishing) {
    const between = path.slice(0, path.indexOf(largest) + 1);
    return [
      {
        severity: 'warning',
        sentence: `The gradient vanishes: its norm at the input is ${formatValue(share)} of that at ${quote(largest.name)}; ${place(between, 'fall', share)}. A map is scaled by itself and looks as clear as ever, so do not judge by its look; class activation maps at a later layer are safer.`,
        layer: largest.name,
      },
    ];
  }
  const growth = norm(input) / norm(last);
  if (growth > thresholds.exploding) {
    return [
      {
        severity: 'warning',
        sentence: `The gradient explodes: its norm at the input is ${formatValue(growth)} times that at ${quote(last.name)}; ${place(path, 'rise', growth)}. Maps of the input then show noise more than the network’s reasons; SmoothGrad or a class activation map is safer.`,
        layer: last.name,
      },
    ];
  }
  return [];
}

/** The class activation layer gets no gradient: its maps are blank whatever the other layers do. */
export function camFindings(layers: readonly LayerHealth[], { camLayer }: LayerContext): Finding[] {
  const layer = layers.find(({ name }) => name === camLayer);
  if (!layer?.gradient || layer.gradient.nan + layer.gradient.infinite > 0 || layer.gradient.norm > 0) return [];
  return [
    {
      severity: 'problem',
      sentence: `The gradient of the logit is exactly 0 at ${quote(layer.name)}, the layer of the class activation maps, so they are blank; choose another layer.`,
      layer: layer.name,
    },
  ];
}
