// Runs test/integration inside a real VS Code: bundles the tests, opens a fresh multi-root workspace, and lets
// @vscode/test-electron start the extension host. $WHYLIGHT_VSCODE names a desktop VS Code's executable to use instead of
// the stand-in.
import fs from 'node:fs';
import path from 'node:path';
import { runTests } from '@vscode/test-electron';
import { build } from 'esbuild';
import { root } from './lib/paths.mjs';
import { makeWorkspace } from './lib/testWorkspace.mjs';

const source = path.join(root, 'test/integration');
const out = path.join(root, 'out/integration');

fs.rmSync(out, { recursive: true, force: true });
await build({
  entryPoints: ['index.ts', ...fs.readdirSync(source).filter((name) => name.endsWith('.test.ts'))].map((name) =>
    path.join(source, name),
  ),
  outdir: out,
  outExtension: { '.js': '.cjs' },
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  sourcemap: 'inline',
  external: ['vscode', 'mocha'],
  logLevel: 'warning',
});

const workspace = makeWorkspace();
try {
  await runTests({
    vscodeExecutablePath: process.env.WHYLIGHT_VSCODE || path.join(root, 'scripts/vscode/stand-in.mjs'),
    extensionDevelopmentPath: root,
    extensionTestsPath: path.join(out, 'index.cjs'),
    launchArgs: [workspace.multiRoot],
    extensionTestsEnv: {
      WHYLIGHT_TEST_RESULTS: process.env.WHYLIGHT_TEST_RESULTS,
      WHYLIGHT_TEST_GREP: process.env.WHYLIGHT_TEST_GREP,
    },
  });
} catch (error) {
  // A failed test has been reported by its runner; anything else is said here.
  if (error.code !== 1) console.error(error.message);
  process.exitCode = 1;
} finally {
  workspace.remove();
}
