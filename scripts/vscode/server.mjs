import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { end, mustRun, start } from '../lib/processes.mjs';
import { ensureVSCode } from './install.mjs';

/** Settings that keep VS Code quiet: no welcome page, no assistants, no look-ups on the network. */
const quietSettings = {
  'chat.disableAIFeatures': true,
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'telemetry.telemetryLevel': 'off',
  'git.enabled': false,
};

/**
 * Starts VS Code's server on a free port of the loopback interface, with a profile of its own.
 *
 * @param {object} [options]
 * @param {boolean} [options.trust] `false` leaves Workspace Trust on (default: everything is trusted).
 * @param {object} [options.settings] User settings.
 * @param {string} [options.vsix] A packaged extension to install.
 * @param {boolean} [options.testDriver] Lets the address name an extension under development and its tests. VS Code then
 *   shows no notifications by itself.
 * @param {string} [options.data] Profile folder to use and keep; without it a temporary one is made and removed.
 * @param {NodeJS.ProcessEnv} [options.env] More environment variables for the extension host.
 * @param {(line: string) => void} [options.log] Receives the server's output, line by line.
 * @returns {Promise<{port: number, origin: string, data: string, pid: number, ended: Promise<unknown>, url: (workspace?: string, more?: {development?: string[], tests?: string}) => string, stop: () => Promise<void>}>}
 */
export async function startServer(options = {}) {
  const { trust = true, settings = {}, vsix, testDriver = false, env = {}, log = () => {} } = options;
  const { node, serverMain } = await ensureVSCode();
  const data = options.data ?? fs.mkdtempSync(path.join(os.tmpdir(), 'whylight-vscode-'));
  const extensions = path.join(data, 'extensions');
  fs.mkdirSync(path.join(data, 'data/User'), { recursive: true });
  fs.mkdirSync(extensions, { recursive: true });
  writeSettings(data, settings);
  const common = ['--extensions-dir', extensions, '--server-data-dir', data, '--accept-server-license-terms'];
  if (vsix) {
    await mustRun(node, [serverMain, '--install-extension', vsix, '--force', ...common], { timeoutMs: 120_000 });
  }
  const server = start(
    node,
    [
      serverMain,
      ...['--host', '127.0.0.1', '--port', '0', '--without-connection-token', '--disable-telemetry'],
      ...(testDriver ? ['--enable-smoke-test-driver'] : []),
      ...(trust ? ['--disable-workspace-trust'] : []),
      ...common,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } },
  );
  const ended = new Promise((resolve) => server.once('exit', resolve));
  const port = await listening(server, log);
  const origin = `http://127.0.0.1:${port}`;
  return {
    port,
    origin,
    data,
    pid: server.pid,
    ended,
    url: (workspace, more) => workbenchUrl(port, workspace, more),
    async stop() {
      await end(server);
      if (!options.data) fs.rmSync(data, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}

function writeSettings(data, settings) {
  fs.writeFileSync(
    path.join(data, 'data/User/settings.json'),
    JSON.stringify({ ...quietSettings, ...settings }, null, 2),
  );
}

/**
 * Address of a workbench.
 *
 * @param {string | undefined} workspace Folder, `.code-workspace` file, or nothing for an empty window.
 * @param {{development?: string[], tests?: string}} [more] Folders of extensions under development; file with their tests.
 *   Heard with the test driver only.
 */
function workbenchUrl(port, workspace, { development = [], tests } = {}) {
  const remote = (file) => `vscode-remote://127.0.0.1:${port}${path.resolve(file)}`;
  const payload = development.map((folder) => ['extensionDevelopmentPath', remote(folder)]);
  if (tests) payload.push(['extensionTestsPath', remote(tests)], ['skipWelcome', 'true']);
  const query = new URLSearchParams();
  if (!workspace) query.set('ew', 'true');
  else query.set(workspace.endsWith('.code-workspace') ? 'workspace' : 'folder', path.resolve(workspace));
  if (payload.length > 0) query.set('payload', JSON.stringify(payload));
  return `http://127.0.0.1:${port}/?${query}`;
}

function listening(server, log) {
  return new Promise((resolve, reject) => {
    let said = '';
    const timer = setTimeout(() => fail('did not listen within 60 s'), 60_000);
    const fail = (why) => {
      clearTimeout(timer);
      void end(server);
      reject(new Error(`VS Code's server ${why}:\n${said.slice(-4000)}`));
    };
    for (const stream of [server.stdout, server.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        if (said.length < 20_000) said += text;
        for (const line of text.split('\n')) if (line.trim()) log(line);
        const port = /agent listening on (\d+)/.exec(said);
        if (!port) return;
        clearTimeout(timer);
        resolve(Number(port[1]));
      });
    }
    server.once('error', (error) => fail(`could not start (${error.message})`));
    server.once('exit', (code) => fail(`ended with code ${code}`));
  });
}
