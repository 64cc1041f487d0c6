// Makes the real VS Code and the browser ready that the integration and browser tests use, and says where they are.
import { ensureChromium } from './vscode/chromium.mjs';
import { ensureVSCode } from './vscode/install.mjs';

const [chromium, { node, serverMain }] = await Promise.all([ensureChromium(), ensureVSCode()]);
console.log(`Chromium        ${chromium}\nNode            ${node}\nVS Code server  ${serverMain}`);
