import { ruleKey } from '../../graph/rules';
import type { GradientProbe, Probes } from './model';

/** A gradient probe as a map key. */
export function gradientKey(probe: GradientProbe): string {
  return `${ruleKey(probe.rules)} ${probe.of} ${probe.wrt}`;
}

/** What several callers want of one input, each thing once, in a fixed order so that equal wishes have equal keys. */
export function unionOfProbes(all: readonly Probes[]): Required<Probes> {
  const activations = new Set(all.flatMap((probes) => probes.activations ?? []));
  const gradients = new Map(
    all.flatMap((probes) => probes.gradients ?? []).map((probe) => [gradientKey(probe), probe] as const),
  );
  return {
    activations: [...activations].sort(),
    gradients: [...gradients].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, probe]) => probe),
  };
}

/** Equal for probes that one program serves. */
export function probesKey(probes: Probes): string {
  const { activations, gradients } = unionOfProbes([probes]);
  return JSON.stringify([activations, gradients.map(gradientKey)]);
}
