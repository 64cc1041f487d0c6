// npm run demo:vscode: opens the sample workspace in a real VS Code, in a browser, with the packaged extension installed.
// The address stays open until Ctrl+C. $WHYLIGHT_VSCODE names a desktop VS Code's executable to use instead.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { root } from './lib/paths.mjs';
import { mustRun } from './lib/processes.mjs';
import { setup } from './setup.mjs';
import { startServer } from './vscode/server.mjs';

await setup();
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'whylight-demo-'));
process.once('exit', () => fs.rmSync(folder, { recursive: true, force: true }));
const vsix = path.join(folder, 'whylight.vsix');
console.log('Packaging the extension …');
await mustRun(process.execPath, [path.join(root, 'scripts/package.mjs'), '--out', vsix]);
// A copy, so that saving from the panel does not write into the repository.
const workspace = path.join(folder, 'sample-workspace');
fs.cpSync(path.join(root, 'media/sample-workspace'), workspace, { recursive: true });
const hint =
  'The page that opens leads to the first explanation: click its image, then the eye in the title of its tab.';
const settings = { 'workbench.startupEditor': 'readme' };

if (process.env.WHYLIGHT_VSCODE) {
  const profile = ['--user-data-dir', path.join(folder, 'user'), '--extensions-dir', path.join(folder, 'extensions')];
  await mustRun(process.env.WHYLIGHT_VSCODE, [...profile, '--install-extension', vsix]);
  fs.mkdirSync(path.join(folder, 'user', 'User'), { recursive: true });
  fs.writeFileSync(path.join(folder, 'user', 'User', 'settings.json'), JSON.stringify(settings));
  console.log(hint);
  await mustRun(process.env.WHYLIGHT_VSCODE, [...profile, '--new-window', '--wait', workspace]);
} else {
  const server = await startServer({ vsix, settings, data: path.join(folder, 'server') });
  const url = server.url(workspace);
  console.log(`\n  ${url}\n\n${hint} Ctrl+C ends everything.`);
  openBrowser(url);
  // Ctrl+C ends the server with this script.
  await server.ended;
}

/** Shows the address where there is a display; without one it has been printed. */
function openBrowser(url) {
  const opener = process.platform === 'darwin' ? 'open' : 'xdg-open';
  if (process.platform !== 'darwin' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return;
  spawn(opener, [url], { stdio: 'ignore', detached: true })
    .on('error', () => console.log('No browser could be opened; open the address above.'))
    .unref();
}
