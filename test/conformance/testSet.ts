import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Runtime } from '../../src/engine/runtime/runtime';
import { eachRuntime, usualRuntime } from '../support/runtimes';
import { casesIn } from './cases';
import { type Expectation, gradientsOf, listing, restricted, summarise } from './listing';
import { CaseRunner, type Outcome } from './runCase';

/** Set to write down what the run gave instead of comparing with what is written down. */
const updating = process.env['WHYLIGHT_UPDATE'] === '1';

const hint = '`npm run docs:operators` writes down what is new';

/** @param runtime the id of another than the usual one, whose outcomes are its own. */
export function expectationFile(name: string, runtime = usualRuntime.id): string {
  const suffix = runtime === usualRuntime.id ? '' : `.${runtime}`;
  return join(import.meta.dirname, '../data/conformance', `${name}${suffix}.json`);
}

function readExpectation(name: string, runtime: Runtime): Expectation {
  return JSON.parse(readFileSync(expectationFile(name, runtime.id), 'utf8'));
}

async function runAll(runtime: Runtime, folders: readonly string[]): Promise<Outcome[]> {
  const scratch = mkdtempSync(join(tmpdir(), 'whylight-conformance-'));
  try {
    const runner = new CaseRunner(runtime, scratch);
    const outcomes: Outcome[] = [];
    for (const each of folders.flatMap(casesIn)) outcomes.push(await runner.run(each));
    return outcomes;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/**
 * Declares the tests of a set of cases. Each case runs on one thread; what the set is known to give stands in `test/data/conformance/<name>.json`.
 *
 * @param folders that hold the cases; asked when the tests run.
 */
export function testSet(name: string, title: string, folders: () => readonly string[]): void {
  describe.each(eachRuntime)(`${title}, on $id`, ({ runtime }) => {
    let outcomes: readonly Outcome[] = [];
    let names: ReadonlySet<string> = new Set();

    beforeAll(async () => {
      const started = performance.now();
      outcomes = await runAll(runtime, folders());
      names = new Set(outcomes.map((outcome) => outcome.name));
      console.log(listing(`${title}, on ${runtime.id}`, outcomes, (performance.now() - started) / 1000));
      if (!updating) return;
      const file = expectationFile(name, runtime.id);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, `${JSON.stringify(summarise(outcomes), null, 2)}\n`);
    });

    afterAll(() => {
      outcomes = [];
    });

    it('computes every case that the engine supports', () => {
      const failed = outcomes.filter(({ status }) => status === 'failed');
      expect(failed.map((outcome) => `${outcome.name}: ${outcome.reason}`)).toEqual([]);
      expect(outcomes.some(({ status }) => status === 'passed')).toBe(true);
    });

    it('names the cases that it is known not to support, each for its reason, and no others', () => {
      expect(summarise(outcomes).unsupported, hint).toEqual(
        restricted(readExpectation(name, runtime), names).unsupported,
      );
    });

    it('agrees to 1e-5, but for the cases that are known not to', () => {
      expect(summarise(outcomes).loose, hint).toEqual(restricted(readExpectation(name, runtime), names).loose);
    });

    it('has the gradients that differences of the cases give', () => {
      const wrong = gradientsOf(outcomes).filter(({ status }) => status === 'wrong');
      expect(wrong.map(({ pair, detail }) => `${pair}: ${detail}`)).toEqual([]);
    });

    it('has gradients apart from differences where it is known to, each for its reason', () => {
      expect(summarise(outcomes).gradientsApart, hint).toEqual(
        restricted(readExpectation(name, runtime), names).gradientsApart,
      );
    });

    it('passes as many cases of each operator as are written down, with the gradients that are', (context) => {
      const expected = readExpectation(name, runtime);
      if (expected.cases !== outcomes.length) {
        context.skip(`These are ${outcomes.length} cases; the counts are written down for ${expected.cases}.`);
      }
      const { passed, gradients, withoutGradient } = summarise(outcomes);
      expect(passed, hint).toEqual(expected.passed);
      expect(gradients, hint).toBe(expected.gradients);
      expect(withoutGradient, hint).toEqual(expected.withoutGradient);
    });
  });
}
