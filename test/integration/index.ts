// The file that VS Code loads to run the tests in its extension host.
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Mocha from 'mocha';

export function run(): Promise<void> {
  const { WHYLIGHT_TEST_GREP: grep, WHYLIGHT_TEST_RESULTS: results } = process.env;
  const mocha = new Mocha({ ui: 'bdd', color: false, timeout: 90_000, ...(grep ? { grep } : {}) });
  for (const name of readdirSync(__dirname).sort())
    if (name.endsWith('.test.cjs')) mocha.addFile(join(__dirname, name));
  return new Promise((resolve, reject) => {
    const runner = mocha.run((failures) => {
      const passed = runner.stats?.passes ?? 0;
      if (results) writeFileSync(results, JSON.stringify({ passed, failed: failures }));
      if (failures > 0) reject(new Error(`${failures} of the tests inside VS Code failed.`));
      else if (passed === 0) reject(new Error('No test ran inside VS Code.'));
      else resolve();
    });
  });
}
