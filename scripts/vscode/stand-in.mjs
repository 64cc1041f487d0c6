#!/usr/bin/env node
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
// Takes the place of the desktop VS Code's executable for @vscode/test-electron: accepts the flags that it passes, opens
// the same workbench in a headless browser, passes the tests' output through and ends with their exit code.
import { format, parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { chromiumArguments, ensureChromium } from './chromium.mjs';
import { startServer } from './server.mjs';

/** What the workbench itself prints and what says nothing about the tests. */
const noise = new RegExp(
  [
    ...['vsda', 'manifest\\.json', 'serviceWorker', 'open-vsx', 'authentication provider', '^%c', '^ *ERR '],
    ...[
      'Resolv(ing|ed) connection',
      'Creating a socket',
      '^\\[(reconnection|AgentHost|AccountPolicy)',
      'builtin extensions cache',
    ],
    ...[
      'Creation of workbench contribution',
      'Extension host with pid',
      'Started (local|initializing)',
      '/static/out/vs/',
    ],
  ].join('|'),
);

const { values, positionals } = parseArgs({
  args: process.argv.slice(2),
  strict: false,
  allowPositionals: true,
  options: {
    extensionDevelopmentPath: { type: 'string', multiple: true },
    extensionTestsPath: { type: 'string' },
    'extensions-dir': { type: 'string' },
    'user-data-dir': { type: 'string' },
    'disable-workspace-trust': { type: 'boolean' },
  },
});
const limitMs = Number(process.env.WHYLIGHT_INTEGRATION_TIMEOUT_MS ?? 10 * 60_000);

const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'whylight-chromium-'));
const server = await startServer({ trust: Boolean(values['disable-workspace-trust']), testDriver: true });
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: await ensureChromium(),
  headless: true,
  args: chromiumArguments,
});
let code = 1;
try {
  const page = browser.pages()[0] ?? (await browser.newPage());
  const finished = new Promise((resolve, reject) => {
    page.once('crash', () => reject(new Error('the browser page crashed')));
    void page.exposeFunction('codeAutomationExit', resolve);
    setTimeout(() => reject(new Error(`the tests did not end within ${limitMs / 1000} s`)), limitMs).unref();
  });
  finished.catch(() => {});
  await page.exposeFunction('codeAutomationLog', (type, args) => {
    const line = format(...args);
    if (!noise.test(line)) (type === 'error' ? process.stderr : process.stdout).write(`${line}\n`);
  });
  await page.goto(
    server.url(positionals[0], { development: values.extensionDevelopmentPath, tests: values.extensionTestsPath }),
  );
  code = Number(await finished);
} catch (error) {
  console.error(`VS Code stand-in: ${error.message}`);
} finally {
  await browser.close();
  await server.stop();
  fs.rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}
process.exit(code);
