// npm test: sets the clone up and runs every test; `npm test -- unit page` runs those parts, and what follows a second
// `--` goes to vitest (`npm test -- e2e -- -t keyboard`).
import { suites } from './lib/suites.mjs';
import { ensureOnnxTestData } from './onnxTestData.mjs';
import { setup } from './setup.mjs';
import { ensureChromium } from './vscode/chromium.mjs';
import { ensureVSCode } from './vscode/install.mjs';

const given = process.argv.slice(2);
const end = given.includes('--') ? given.indexOf('--') : given.length;
const [names, more] = [given.slice(0, end), given.slice(end + 1)];
const unknown = names.filter((name) => !suites.some((suite) => suite.name === name));
if (unknown.length > 0) {
  console.error(`There is no part ${unknown.join(', ')}; the parts are: ${suites.map(({ name }) => name).join(', ')}.`);
  process.exit(2);
}
const chosen = names.length === 0 ? suites : suites.filter(({ name }) => names.includes(name));

await setup();
if (chosen.some(({ needs }) => needs?.includes('onnx-testdata'))) await ensureOnnxTestData();
if (chosen.some(({ needs }) => needs?.includes('chromium'))) process.env.WHYLIGHT_CHROMIUM = await ensureChromium();
if (chosen.some(({ needs }) => needs?.includes('vscode')) && !process.env.WHYLIGHT_VSCODE) await ensureVSCode();

const done = [];
for (const suite of chosen) {
  console.log(`\n=== ${suite.title} (npm test -- ${suite.name})`);
  const began = performance.now();
  const result = await suite.run(more);
  done.push({ ...suite, ...result, seconds: (performance.now() - began) / 1000 });
}

console.log('\n=== All tests');
for (const { title, passed, failed, skipped, seconds } of done) {
  const counts = `${String(passed).padStart(5)} passed ${String(failed).padStart(4)} failed`;
  const left = skipped > 0 ? `, ${skipped} skipped` : '';
  console.log(`${title.padEnd(38)} ${counts} ${seconds.toFixed(0).padStart(5)} s${left}`);
}
const total = (key) => done.reduce((sum, each) => sum + each[key], 0);
console.log(`${total('passed')} passed, ${total('failed')} failed`);
process.exit(total('failed') === 0 ? 0 : 1);
