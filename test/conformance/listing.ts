/** What a run of many cases gave: in short for the expectation that is kept beside the tests, and at length to be read. */
import type { GradientOutcome } from './gradients';
import type { Outcome } from './runCase';

/** The outcome that a set of cases is known to have. */
export interface Expectation {
  /** Number of cases. */
  readonly cases: number;
  /** Operator → number of passed cases whose file holds it. */
  readonly passed: Readonly<Record<string, number>>;
  /** Reason → cases that are unsupported for it. */
  readonly unsupported: Readonly<Record<string, readonly string[]>>;
  /** Passed cases that agree to ONNX's own tolerance only. */
  readonly loose: readonly string[];
  /** Gradients, of one output by one input of a passed case, that agree with differences of the case. */
  readonly gradients: number;
  /** Reason → gradients that were not compared or do not agree, as `case: output by input`. */
  readonly gradientsApart: Readonly<Record<string, readonly string[]>>;
  /** Operator → what stands in the way of a gradient in some of its passed cases. */
  readonly withoutGradient: Readonly<Record<string, readonly string[]>>;
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return new Map([...groups].sort(([a], [b]) => (a < b ? -1 : 1)));
}

const of = (outcomes: readonly Outcome[], status: Outcome['status']) =>
  outcomes.filter((outcome) => outcome.status === status);

export const gradientsOf = (outcomes: readonly Outcome[]) =>
  outcomes.flatMap(({ name, gradients }) =>
    gradients.gradients.map((each) => ({ ...each, pair: `${name}: ${each.of} by ${each.by}` })),
  );

function reasonApart({ status, detail }: GradientOutcome): string {
  return status === 'constant' ? `the ${detail} counts as a constant` : 'has no slope anywhere near its values';
}

export function summarise(outcomes: readonly Outcome[]): Expectation {
  const passed = of(outcomes, 'passed');
  const pairs = passed.flatMap(({ operators }) => operators);
  const reasons = grouped(of(outcomes, 'unsupported'), ({ reason }) => reason);
  const missing = grouped(
    passed.flatMap(({ gradients }) => gradients.obstacles),
    ([operator]) => operator,
  );
  const apart = grouped(
    gradientsOf(passed).filter(({ status }) => status === 'constant' || status === 'not smooth'),
    reasonApart,
  );
  return {
    cases: outcomes.length,
    passed: Object.fromEntries([...grouped(pairs, (name) => name)].map(([name, list]) => [name, list.length])),
    unsupported: Object.fromEntries(
      [...reasons].map(([reason, list]) => [reason, list.map(({ name }) => name).sort()]),
    ),
    loose: passed
      .filter(({ loose }) => loose)
      .map(({ name }) => name)
      .sort(),
    gradients: gradientsOf(passed).filter(({ status }) => status === 'agrees').length,
    gradientsApart: Object.fromEntries(
      [...apart].map(([reason, list]) => [reason, list.map(({ pair }) => pair).sort()]),
    ),
    withoutGradient: Object.fromEntries(
      [...missing].map(([operator, list]) => [operator, [...new Set(list.map(([, why]) => why))].sort()]),
    ),
  };
}

/** The expectation for the cases that are there: another version of the tests may lack some. */
export function restricted(
  expected: Expectation,
  names: ReadonlySet<string>,
): Pick<Expectation, 'unsupported' | 'loose' | 'gradientsApart'> {
  const present = (list: readonly string[]) => list.filter((name) => names.has(name));
  const byReason = (lists: Expectation['unsupported'], keep: (list: readonly string[]) => readonly string[]) => {
    const entries = Object.entries(lists).map(([reason, list]) => [reason, keep(list)] as const);
    return Object.fromEntries(entries.filter(([, list]) => list.length > 0));
  };
  return {
    unsupported: byReason(expected.unsupported, present),
    loose: present(expected.loose),
    gradientsApart: byReason(expected.gradientsApart, (pairs) =>
      pairs.filter((pair) => names.has(pair.split(':')[0] as string)),
    ),
  };
}

/** Names with how often each occurs: `Conv 3, Gemm`. */
function counted(names: readonly string[]): string {
  return [...grouped(names, (name) => name)]
    .map(([name, list]) => (list.length > 1 ? `${name} ${list.length}` : name))
    .join(', ');
}

const operatorOf = ({ operators, name }: Outcome) => (operators.length === 1 ? (operators[0] as string) : name);

function gradientLines(passed: readonly Outcome[]): string[] {
  const all = gradientsOf(passed);
  const agree = all.filter(({ status }) => status === 'agrees');
  const count = (what: (each: GradientOutcome) => boolean) => agree.filter(what).length;
  const apart = grouped(
    all.filter(({ status }) => status === 'constant' || status === 'not smooth'),
    reasonApart,
  );
  return [
    `  gradients: ${agree.length} of ${all.length} agree with differences, ${count((each) => each.precision === 'float64')} of them in float64;`,
    `    ${count(({ moved }) => moved)} beside the case's own values, where there is no slope; ${count(({ flat }) => flat)} are 0 everywhere`,
    ...[...apart].map(([reason, list]) => `    ${String(list.length).padStart(4)}  ${reason}`),
    ...all.filter(({ status }) => status === 'wrong').map(({ pair, detail }) => `  WRONG GRADIENT ${pair}: ${detail}`),
  ];
}

/** Counts, refusals by reason, and how the cases that passed were run, as lines of text. */
export function listing(title: string, outcomes: readonly Outcome[], seconds: number): string {
  const [passed, unsupported, failed] = (['passed', 'unsupported', 'failed'] as const).map((each) =>
    of(outcomes, each),
  ) as [Outcome[], Outcome[], Outcome[]];
  const lines = [
    `${title}: ${outcomes.length} cases in ${seconds.toFixed(1)} s`,
    `  ${passed.length} passed, ${unsupported.length} unsupported, ${failed.length} failed`,
    `  ${passed.filter(({ folded }) => folded).length} passed a second time, evaluated by the engine from constants`,
  ];
  const bound = passed.filter(({ constants }) => constants.length > 0);
  lines.push(
    `  ${bound.length} passed with inputs as weights of the file, where a size or a position depends on them:`,
  );
  lines.push(`    ${counted(bound.map(operatorOf))}`);
  const loose = passed.filter((outcome) => outcome.loose);
  lines.push(`  ${loose.length} passed within 1e-3, the others within 1e-5: ${counted(loose.map(operatorOf))}`);
  lines.push(...gradientLines(passed), '  unsupported, by reason:');
  const reasons = [...grouped(unsupported, ({ reason }) => reason)].sort(([, a], [, b]) => b.length - a.length);
  for (const [reason, list] of reasons) lines.push(`    ${String(list.length).padStart(4)}  ${reason}`);
  for (const { name, reason } of failed) lines.push(`  FAILED ${name}: ${reason}`);
  return lines.join('\n');
}
