/** What the activations of the layers say: units that are dead or saturated, values out of proportion. */
import type { Finding, LayerHealth, Severity, UnitHealth } from '../../shared/results/health';
import { formatValue } from '../../shared/words/summary';
import { elementCount } from '../graph/ir/tensor';
import { thresholds } from './thresholds';
import { list, quote } from './words';

export interface LayerContext {
  /** Layers through which everything goes on its way to the output. */
  readonly trunk: ReadonlySet<string>;
  /** The layer that class activation maps are drawn from. */
  readonly camLayer: string | null;
}

/** How many units are at their floor (dead) or at their ceiling (saturated; `stuck` in the report). */
const deadOrSaturated = ({ dead, stuck }: UnitHealth): number => dead + stuck;

function isFlatAtZero({ activation }: UnitHealth): boolean {
  return /ReLU|swish|SiLU|GELU|Mish|Softplus/.test(activation);
}

function state(units: UnitHealth): string {
  if (units.stuck === 0)
    return isFlatAtZero(units) ? '0 at every position' : 'at the lower end of the activation everywhere';
  if (units.dead === 0) return 'at the upper end of the activation everywhere';
  return 'at one end of the activation everywhere';
}

/** True where nothing at all comes through at a floor or ceiling; elsewhere there is a slope of 1 % or less. */
function isFlat({ activation }: UnitHealth): boolean {
  return /ReLU|Clip|hard sigmoid/.test(activation);
}

function severityOf({ name, shape }: LayerHealth, units: UnitHealth, { trunk }: LayerContext): Severity | null {
  const share = deadOrSaturated(units) / units.count;
  if (share === 1) return trunk.has(name) && isFlat(units) ? 'problem' : 'warning';
  if (elementCount(shape) < thresholds.positions * units.count) return null;
  if (share >= thresholds.deadWarning) return 'warning';
  return share >= thresholds.deadNote ? 'note' : null;
}

const causes = 'look for biases of a wrong size and for a preprocessing that the model was not trained with';

function consequence(
  { name }: LayerHealth,
  units: UnitHealth,
  { camLayer, trunk }: LayerContext,
  severity: Severity,
): string {
  const left = units.count - deadOrSaturated(units);
  if (left === 0) {
    if (!trunk.has(name)) return ': this branch of the network adds nothing to the answer';
    return severity === 'problem'
      ? `: the output does not depend on the image, and every map is blank; ${causes}`
      : `: next to nothing of the image comes through; ${causes}`;
  }
  if (name === camLayer) return `: class activation maps at this layer are made of the other ${left}`;
  return severity === 'warning' ? `: all that the later layers see comes through the other ${left}` : '';
}

/** Layers with dead or saturated units: each grave one by itself, the others together. */
function deadUnits(layers: readonly LayerHealth[], context: LayerContext): Finding[] {
  const found = layers.flatMap((layer) => {
    const severity = layer.units && severityOf(layer, layer.units, context);
    return layer.units && severity ? [{ layer, units: layer.units, severity }] : [];
  });
  return (['problem', 'warning', 'note'] as const).flatMap((severity) => {
    const all = found.filter((each) => each.severity === severity);
    const [worst] = [...all].sort(
      (a, b) =>
        Number(b.layer.name === context.camLayer) - Number(a.layer.name === context.camLayer) ||
        deadOrSaturated(b.units) / b.units.count - deadOrSaturated(a.units) / a.units.count,
    );
    if (!worst) return [];
    const { layer, units } = worst;
    const others = all.filter((each) => each !== worst).map((each) => quote(each.layer.name));
    const share =
      deadOrSaturated(units) === units.count ? `All ${units.count}` : `${deadOrSaturated(units)} of the ${units.count}`;
    const rest = others.length === 0 ? '' : ` The same holds, to a like degree, for ${list(others)}.`;
    const sentence = `${share} units of ${quote(layer.name)} (${units.activation}) are ${state(units)} for this image${consequence(layer, units, context, severity)}.${rest}`;
    return [{ severity, sentence, layer: layer.name }];
  });
}

function outOfProportion(layers: readonly LayerHealth[]): Finding[] {
  const magnitude = ({ activation: { min, max } }: LayerHealth): number => Math.max(Math.abs(min), Math.abs(max));
  const first = layers.find((layer) => magnitude(layer) > thresholds.activation);
  if (!first) return [];
  return [
    {
      severity: 'note',
      sentence: `Activations reach ${formatValue(magnitude(first))} at ${quote(first.name)}, more than float16 holds (${thresholds.activation}): look for a missing normalisation or a preprocessing on another scale.`,
      layer: first.name,
    },
  ];
}

export function layerFindings(layers: readonly LayerHealth[], context: LayerContext): Finding[] {
  return [...deadUnits(layers, context), ...outOfProportion(layers)];
}
