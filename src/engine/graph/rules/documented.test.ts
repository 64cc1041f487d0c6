/** Every cell of the table in docs/rule-tables.md, asserted on the numbers. */

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { expectClose, graphOf, randomTensor } from '../../../../test/support/graph/gradientCheck';
import { type Fixture, fixtures, floats, range } from '../../../../test/support/graph/ruleFixtures';
import { usualRuntime } from '../../../../test/support/runtimes';
import { differentiate } from '../autodiff/differentiate';
import { bind } from '../binding/bind';
import { elementCount, float32, type Tensor } from '../ir/tensor';
import { withReference } from '../passes/withReference';
import { ruleTable } from '.';
import { deepLift } from './deepLift';
import { standard } from './standard';
import type { RuleTable } from './table';

type Values = Readonly<Record<string, number[]>>;

interface Setting {
  readonly fixture: Fixture;
  readonly x: Tensor;
  readonly baseline: Tensor;
  readonly g: Tensor;
  readonly rules: RuleTable;
  /** The values of the graph, and for the reference input. */
  readonly forward: Values;
  readonly reference: Values;
  readonly column: string;
}

async function evaluate(graph: ReturnType<typeof bind>, outputs: readonly string[], feeds: Record<string, Tensor>) {
  const program = await usualRuntime.compile(graph, [...new Set(outputs)], { dynamicBatch: true, threads: 1 });
  const results = await program.run(Object.fromEntries(program.inputs.map((name) => [name, feeds[name] as Tensor])));
  await program.dispose();
  return (name: string) => floats(results[name]);
}

/** What the rules give for each value that the fixture looks at. */
async function backward(setting: Setting, rules: RuleTable, g = setting.g): Promise<Values> {
  const { small, at = ['x'] } = setting.fixture;
  const referenced = withReference(bind(graphOf(small)), 'x');
  const { graph, gradients } = differentiate(referenced.graph, { of: 'y', cotangent: 'cotangent', wrt: at, rules });
  const feeds = { x: setting.x, [referenced.baseline]: setting.baseline, cotangent: g };
  const of = await evaluate(graph, [...gradients.values()], feeds);
  return Object.fromEntries(at.map((name) => [name, of(gradients.get(name) as string)]));
}

const like = (g: Tensor, values: readonly number[]) => float32(g.dims, Float32Array.from(values));
const scaled = (values: Values, factor: number): Values =>
  Object.fromEntries(Object.entries(values).map(([name, list]) => [name, list.map((value) => value * factor)]));

function stabilised({ g, forward, column }: Setting): number[] {
  const epsilon = column === 'LRP' ? 1e-6 : 1e-9;
  return floats(g).map((r, i) => {
    const y = forward['y']?.[i] as number;
    return r / (y + (y < 0 ? -epsilon : epsilon));
  });
}

async function inProportion(setting: Setting): Promise<Values> {
  const gradients = await backward(setting, standard, like(setting.g, stabilised(setting)));
  return Object.fromEntries(
    Object.entries(gradients).map(([name, list]) => [
      name,
      list.map((v, i) => v * (setting.forward[name]?.[i] as number)),
    ]),
  );
}

function close(actual: Values, expected: Values, tolerance = 2e-5): void {
  for (const [name, values] of Object.entries(expected)) expectClose(actual[name] ?? [], values, tolerance, name);
}

function differs(actual: Values, other: Values): void {
  const distance = Object.entries(other).flatMap(([name, values]) =>
    values.map((v, i) => Math.abs(v - (actual[name]?.[i] ?? 0))),
  );
  expect(Math.max(...distance)).toBeGreaterThan(1e-3);
}

const positivePart = (g: Tensor) =>
  like(
    g,
    floats(g).map((value) => Math.max(value, 0)),
  );
const changeOf = ({ forward, reference }: Setting, name: string) =>
  (forward[name] ?? []).map((value, i) => value - (reference[name]?.[i] as number));

/** x ⊙ Jᵀ(R/y) of a normalisation whose deviation is a number: γ·s/σ less its mean over the elements that are normalised together. */
function deviationFixed(setting: Setting): Values {
  const { groups = [], gamma: slopes = [] } = setting.fixture;
  const [x, s] = [setting.forward['x'] as number[], stabilised(setting)];
  const result = x.map(() => 0);
  const size = slopes.length;
  for (const item of range(x.length / size)) {
    for (const group of groups) {
      const places = group.map((i) => item * size + i);
      const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
      const centre = mean(places.map((i) => x[i] as number));
      const sigma = Math.sqrt(mean(places.map((i) => ((x[i] as number) - centre) ** 2)) + 1e-5);
      const u = places.map((i) => ((s[i] as number) * (slopes[i % size] as number)) / sigma);
      places.forEach((i, at) => {
        result[i] = (x[i] as number) * ((u[at] as number) - mean(u));
      });
    }
  }
  return { x: result };
}

const claims: Readonly<Record<string, (setting: Setting, actual: Values) => Promise<void> | void>> = {
  gradient: async (setting, actual) => close(actual, await backward(setting, standard)),
  'g⁺': ({ g }, actual) => close(actual, { x: floats(positivePart(g)) }),
  'gradient of g⁺': async (setting, actual) =>
    close(actual, await backward(setting, standard, positivePart(setting.g))),
  'as rectifier': async (setting, actual) => {
    const clip = setting.rules['Clip'] as RuleTable[string];
    close(actual, await backward(setting, { ...standard, Clip: clip }));
    differs(actual, await backward(setting, standard));
  },
  pass: ({ g }, actual) => close(actual, { x: floats(g) }),
  'in proportion': async (setting, actual) => close(actual, await inProportion(setting)),
  'layer rule': async (setting, actual) => {
    const proportion = await inProportion(setting);
    close(actual, proportion);
    for (const rule of ['lrp-gamma', 'lrp-alpha-beta', 'lrp-z-plus', 'lrp-w-square', 'lrp-flat'] as const) {
      differs(await backward(setting, ruleTable(rule)), proportion);
    }
  },
  half: ({ g, fixture: { at = [] } }, actual) =>
    close(actual, Object.fromEntries(at.map((name) => [name, floats(g).map((value) => value / 2)]))),
  'half in proportion': async (setting, actual) => close(actual, scaled(await inProportion(setting), 0.5)),
  'values only': async (setting, actual) => {
    const { b, turned } = await inProportion(setting);
    close(actual, { b: b as number[], turned: (turned as number[]).map(() => 0) });
  },
  'numerator only': ({ g }, actual) => close(actual, { a: floats(g), e: floats(g).map(() => 0) }),
  expansion: ({ g, forward }, actual) => {
    const [x, y, r] = [forward['x'] as number[], forward['y'] as number[], floats(g)];
    const row = (i: number) => range(4).map((k) => Math.floor(i / 4) * 4 + k);
    const total = (i: number) => row(i).reduce((sum, k) => sum + (r[k] as number), 0);
    close(actual, { x: x.map((value, i) => value * ((r[i] as number) - (y[i] as number) * total(i))) });
  },
  'σ fixed': (setting, actual) => close(actual, deviationFixed(setting), 1e-4),
  rescale: (setting, actual) => {
    const [dx, dy, g] = [changeOf(setting, 'x'), changeOf(setting, 'y'), floats(setting.g)];
    close(actual, { x: g.map((value, i) => (value * (dy[i] as number)) / (dx[i] as number)) });
  },
  'sums to Δ': async (setting, actual) => {
    const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, v, i) => sum + v * (b[i] as number), 0);
    const shared = Object.entries(actual).reduce((sum, [name, m]) => sum + dot(m, changeOf(setting, name)), 0);
    expect(shared).toBeCloseTo(dot(floats(setting.g), changeOf(setting, 'y')), 4);
    differs(actual, await backward(setting, standard));
  },
};

const tables: Readonly<Record<string, (reference: ReadonlyMap<string, string>) => RuleTable>> = {
  standard: () => ruleTable('standard'),
  guided: () => ruleTable('guided'),
  deconvnet: () => ruleTable('deconvnet'),
  LRP: () => ruleTable('lrp-epsilon'),
  AttnLRP: () => ruleTable('attn-lrp'),
  'CP-LRP': () => ruleTable('cp-lrp'),
  DeepLIFT: (reference) => deepLift({ reference }),
};

const page = readFileSync(new URL('../../../../docs/rule-tables.md', import.meta.url), 'utf8');
const cellsOf = (line: string) =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
const lines = page.split('\n');
const head = lines.findIndex((line) => line.startsWith('| operator |'));
const columns = cellsOf(lines[head] as string).slice(1);
const end = lines.findIndex((line, index) => index > head && !line.startsWith('|'));
const rows = lines.slice(head + 2, end).map((line) => cellsOf(line) as [string, ...string[]]);

async function settingOf(operator: string, column: string): Promise<Setting> {
  const own = fixtures[operator] as Fixture;
  const dims = [2, ...(own.small.inputs['x'] as number[])];
  const [x, baseline] = [randomTensor(dims, 21), randomTensor(dims, 22)];
  const bound = bind(graphOf(own.small));
  const { graph, baseline: name, reference } = withReference(bound, 'x');
  const output = (bound.types.get('y')?.dims ?? []).slice(1) as number[];
  const names = [...new Set(['x', 'y', ...(own.at ?? [])])];
  const others = names.map((value) => reference.get(value) as string);
  const of = await evaluate(graph, [...names.slice(1), ...others.slice(1)], { x, [name]: baseline });
  const values = (which: readonly string[], first: Tensor): Values =>
    Object.fromEntries(names.map((value, i) => [value, value === 'x' ? floats(first) : of(which[i] as string)]));
  return {
    fixture: own,
    x,
    baseline,
    g: float32([2, ...output], randomTensor([2 * elementCount(output)], 23).data as Float32Array),
    rules: (tables[column] as (map: ReadonlyMap<string, string>) => RuleTable)(reference),
    forward: values(names, x),
    reference: values(others, baseline),
    column,
  };
}

describe('docs/rule-tables.md', () => {
  it('has a column for every table and a row for every fixture', () => {
    expect(columns).toEqual(Object.keys(tables));
    expect(rows.map(([operator]) => operator).sort()).toEqual(Object.keys(fixtures).sort());
  });

  it.each(rows)('%s', async (operator, ...cells) => {
    for (const [index, word] of cells.entries()) {
      const column = columns[index] as string;
      const setting = await settingOf(operator, column);
      const claim = claims[word];
      if (!claim) throw new Error(`“${word}” is explained nowhere.`);
      try {
        await claim(setting, await backward(setting, setting.rules));
      } catch (error) {
        throw new Error(`${operator} is said to be “${word}” under ${column}: ${(error as Error).message}`);
      }
    }
  });

  it('names every table', async () => {
    const { ruleTables } = await import('.');
    for (const name of Object.keys(ruleTables)) expect(page).toContain(`\`${name}\``);
  });
});
