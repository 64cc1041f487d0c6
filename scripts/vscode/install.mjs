// A real VS Code without a desktop: the npm package code-server carries VS Code's own server, and node-<os>-<arch>
// carries the Node that this server needs. Both go to the cache folder, once per machine.
import fs from 'node:fs';
import path from 'node:path';
import { withLock } from '../lib/lock.mjs';
import { cache } from '../lib/paths.mjs';
import { mustRun } from '../lib/processes.mjs';

const versions = { codeServer: '4.139.1', node: '24.21.0' };

/**
 * @returns {Promise<{node: string, serverMain: string}>} Absolute paths of the Node to run VS Code's server with and of
 *   the server's main file; installs them first when they are missing.
 */
export async function ensureVSCode() {
  const folder = path.join(
    cache,
    `vscode-server-${versions.codeServer}-node-${versions.node}-${process.platform}-${process.arch}`,
  );
  const paths = located(folder);
  const stamp = path.join(folder, 'complete');
  if (!fs.existsSync(stamp)) {
    await withLock(`${folder}.lock`, async () => {
      if (fs.existsSync(stamp)) return;
      console.log(`Installing VS Code's server into ${folder} (once, about two minutes, 800 MB) …`);
      fs.rmSync(folder, { recursive: true, force: true });
      await install(folder);
      fs.writeFileSync(stamp, `${new Date().toISOString()}\n`);
    });
  }
  return paths;
}

function nodePackage() {
  const system = process.platform === 'win32' ? 'win' : process.platform;
  return `node-${system}-${process.arch}`;
}

function located(folder) {
  const modules = path.join(folder, 'node_modules');
  return {
    node: path.join(modules, nodePackage(), 'bin', process.platform === 'win32' ? 'node.exe' : 'node'),
    serverMain: path.join(modules, 'code-server/lib/vscode/out/server-main.js'),
  };
}

async function install(folder) {
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, 'package.json'), '{ "private": true }\n');
  const npm = (cwd, args, env) =>
    mustRun('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd,
      env: { ...environment(), ...env },
      timeoutMs: 15 * 60_000,
    });
  // Install scripts stay off: they would build parts that are not used here, against headers that may be missing.
  await npm(folder, [
    'install',
    '--ignore-scripts',
    '--engine-strict=false',
    `${nodePackage()}@${versions.node}`,
    `code-server@${versions.codeServer}`,
  ]);
  const { node, serverMain } = located(folder);
  const server = path.dirname(path.dirname(serverMain));
  const withNode24 = { PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH}` };
  await npm(server, ['install', '--omit=dev', '--ignore-scripts', '--engine-strict=false'], withNode24);
  await buildAddons(server, npm, withNode24);
}

/**
 * Builds the two addons that the server's log files and its watchdog want. The server also runs without them (each log
 * line then costs a complaint), so a machine without a compiler goes on with a warning.
 */
async function buildAddons(server, npm, env) {
  const headers = [path.dirname(path.dirname(process.execPath)), '/usr', '/usr/local'].find((prefix) =>
    fs.existsSync(path.join(prefix, 'include/node/node_api.h')),
  );
  const local = headers ? { npm_config_nodedir: headers } : {};
  try {
    await npm(server, ['rebuild', '--ignore-scripts=false', '@vscode/spdlog', '@vscode/native-watchdog'], {
      ...env,
      ...local,
    });
  } catch (error) {
    console.warn(`VS Code's server will run without its two native addons: ${String(error.message).split('\n')[0]}`);
  }
}

/** The environment without what `npm run` adds for this repository: it would point the installation back here. */
function environment() {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^npm_(package|lifecycle|config_(local_prefix|ignore_scripts|omit))/i.test(name),
    ),
  );
}
