import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { root } from './paths.mjs';
import { run } from './processes.mjs';

const vitest = path.join(root, 'node_modules/vitest/vitest.mjs');
const minutes = 60_000;

/**
 * The kinds of tests in the order in which they run, the quickest to fail first. `run` gives how many tests passed,
 * were skipped and failed; a runner that breaks down or tests nothing counts as one failure.
 */
export const suites = [
  { name: 'unit', title: 'Unit and golden tests', run: (more) => vitestSuite([], 20 * minutes, more) },
  {
    name: 'conformance',
    title: 'Public ONNX node tests',
    needs: ['onnx-testdata'],
    run: (more) => vitestSuite(['--config', 'test/conformance/vitest.config.ts'], 5 * minutes, more),
  },
  {
    name: 'page',
    title: "The panel's page in a browser",
    needs: ['chromium'],
    run: (more) => vitestSuite(['--config', 'test/page/vitest.config.ts'], 10 * minutes, more),
  },
  {
    name: 'integration',
    title: 'The extension inside a real VS Code',
    needs: ['chromium', 'vscode'],
    run: () => scriptSuite('scripts/integration.mjs', 12 * minutes),
  },
  {
    name: 'e2e',
    title: 'A browser drives VS Code',
    needs: ['chromium', 'vscode'],
    run: (more) => vitestSuite(['--config', 'test/e2e/vitest.config.ts'], 20 * minutes, more),
  },
];

async function vitestSuite(args, timeoutMs, more) {
  return withResults(async (file) => {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
    const { code, timedOut } = await run(process.execPath, [vitest, 'run', ...args, ...reporters, ...more], {
      timeoutMs,
    });
    return { code, timedOut };
  }, readVitest);
}

async function scriptSuite(script, timeoutMs) {
  return withResults(
    (file) =>
      run(process.execPath, [path.join(root, script)], {
        timeoutMs,
        env: { ...process.env, WHYLIGHT_TEST_RESULTS: file },
      }),
    (results) => results,
  );
}

async function withResults(runTests, read) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'whylight-results-'));
  try {
    const file = path.join(folder, 'results.json');
    const { code, timedOut } = await runTests(file);
    if (timedOut) console.error('The tests did not end in time and were stopped.');
    const written = fs.existsSync(file) ? read(JSON.parse(fs.readFileSync(file, 'utf8'))) : { passed: 0, failed: 0 };
    const unexplained = written.failed === 0 && (code !== 0 || written.passed === 0);
    const { passed, skipped = 0 } = written;
    return { passed, skipped, failed: written.failed + (unexplained ? 1 : 0) };
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** A file that fails as a whole (it cannot be loaded, or its set-up fails) has failed even where none of its tests has. */
function readVitest(results) {
  const broken = results.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  );
  return {
    passed: results.numPassedTests,
    skipped: results.numPendingTests,
    failed: results.numFailedTests + broken.length,
  };
}
