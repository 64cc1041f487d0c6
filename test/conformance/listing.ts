/** What a run of many cases gave: in short for the expectation that is kept beside the tests, and at length to be read. */
import type { Outcome } from './runCase';

/** The outcome that a set of cases is known to have. */
export interface Expectation {
  /** Number of cases. */
  readonly cases: number;
  /** Operator → number of passed cases whose file holds it. */
  readonly passed: Readonly<Record<string, number>>;
  /** Reason → cases that the engine refuses for it. */
  readonly unsupported: Readonly<Record<string, readonly string[]>>;
  /** Passed cases that agree to ONNX's own tolerance only. */
  readonly loose: readonly string[];
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

export function summarise(outcomes: readonly Outcome[]): Expectation {
  const passed = of(outcomes, 'passed');
  const pairs = passed.flatMap(({ operators }) => operators);
  const reasons = grouped(of(outcomes, 'unsupported'), ({ reason }) => reason);
  const missing = grouped(
    passed.flatMap(({ withoutGradient }) => withoutGradient),
    ([operator]) => operator,
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
    withoutGradient: Object.fromEntries(
      [...missing].map(([operator, list]) => [operator, [...new Set(list.map(([, why]) => why))].sort()]),
    ),
  };
}

/** The expectation for the cases that are there: another version of the tests may lack some. */
export function restricted(
  expected: Expectation,
  names: ReadonlySet<string>,
): Pick<Expectation, 'unsupported' | 'loose'> {
  const present = (list: readonly string[]) => list.filter((name) => names.has(name));
  const entries = Object.entries(expected.unsupported).map(([reason, list]) => [reason, present(list)] as const);
  return {
    unsupported: Object.fromEntries(entries.filter(([, list]) => list.length > 0)),
    loose: present(expected.loose),
  };
}

/** Names with how often each occurs: `Conv 3, Gemm`. */
function counted(names: readonly string[]): string {
  return [...grouped(names, (name) => name)]
    .map(([name, list]) => (list.length > 1 ? `${name} ${list.length}` : name))
    .join(', ');
}

const operatorOf = ({ operators, name }: Outcome) => (operators.length === 1 ? (operators[0] as string) : name);

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
  lines.push('  unsupported, by reason:');
  const reasons = [...grouped(unsupported, ({ reason }) => reason)].sort(([, a], [, b]) => b.length - a.length);
  for (const [reason, list] of reasons) lines.push(`    ${String(list.length).padStart(4)}  ${reason}`);
  for (const { name, reason } of failed) lines.push(`  FAILED ${name}: ${reason}`);
  return lines.join('\n');
}
