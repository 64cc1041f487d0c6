// Collects the words that the host shows, so that translators find them in one file: l10n/bundle.l10n.json. `--check` only
// tells whether that file is up to date.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { transform } from 'esbuild';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
export const bundlePath = path.join(root, 'l10n', 'bundle.l10n.json');

/** All messages, sorted. A message is the literal first argument of `l10n.t(…)`, `t(…)` or `translate(…)`. */
export async function collectMessages() {
  const messages = new Set(Object.values((await importTypeScript('src/shared/words/panelStrings.ts')).panelStrings));
  const host = path.join(root, 'src', 'extension');
  for (const name of fs.readdirSync(host, { recursive: true })) {
    if (!name.endsWith('.ts') || name.endsWith('.test.ts')) continue;
    const source = fs.readFileSync(path.join(host, name), 'utf8');
    for (const match of source.matchAll(
      /(?<![\w.])(?:l10n\.t|t|translate)\(\s*('(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")/g,
    )) {
      messages.add(unquote(match[1]));
    }
  }
  return [...messages].sort();
}

function unquote(literal) {
  return literal.slice(1, -1).replace(/\\(.)/g, '$1');
}

async function importTypeScript(name) {
  const { code } = await transform(fs.readFileSync(path.join(root, name), 'utf8'), { loader: 'ts', format: 'esm' });
  return import(`data:text/javascript;base64,${Buffer.from(code).toString('base64')}`);
}

export async function bundleText() {
  const messages = await collectMessages();
  return `${JSON.stringify(Object.fromEntries(messages.map((message) => [message, message])), null, 2)}\n`;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const text = await bundleText();
  if (process.argv.includes('--check')) {
    const fresh = fs.existsSync(bundlePath) && fs.readFileSync(bundlePath, 'utf8') === text;
    if (!fresh) console.error('l10n/bundle.l10n.json is out of date; run node scripts/l10n.mjs');
    process.exitCode = fresh ? 0 : 1;
  } else {
    fs.mkdirSync(path.dirname(bundlePath), { recursive: true });
    fs.writeFileSync(bundlePath, text);
  }
}
