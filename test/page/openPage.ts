import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { build } from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright-core';
import { renderPage } from '../../src/extension/panel/page';
import type { PanelHostNotifications } from '../../src/shared/protocol/panel';
import type { HarnessSettings } from './browserHost';
import type { Recording } from './recording';
import { type ThemeKind, themes } from './themes';

const origin = 'http://whylight.test';

export async function launch(): Promise<Browser> {
  const executablePath = process.env['WHYLIGHT_CHROMIUM'] ?? '/usr/bin/chromium';
  if (!existsSync(executablePath)) {
    throw new Error(`There is no browser at ${executablePath}: install chromium or set WHYLIGHT_CHROMIUM.`);
  }
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
}

/** The page's script and the stand-in for its host, bundled as for the extension. */
export async function bundle(): Promise<{ readonly page: string; readonly host: string }> {
  const { outputFiles } = await build({
    entryPoints: { page: 'src/webview/main.ts', host: 'test/page/browserHost.ts' },
    bundle: true,
    write: false,
    outdir: 'out',
    format: 'iife',
    target: 'es2022',
    minifySyntax: true,
  });
  const text = (name: string) => outputFiles.find((file) => file.path.endsWith(`${name}.js`))!.text;
  return { page: text('page'), host: text('host') };
}

export interface OpenOptions {
  readonly theme?: ThemeKind;
  readonly width?: number;
  readonly height?: number;
  readonly forcedColours?: boolean;
}

/** A page in a browser tab, with everything that went wrong in it. */
export interface OpenedPage {
  readonly page: Page;
  /** Uncaught errors, console errors and violations of the content security policy. */
  readonly problems: string[];
  send<K extends keyof PanelHostNotifications>(name: K, params: PanelHostNotifications[K]): Promise<void>;
  /** Sends a whole explanation. */
  play(recording: Recording): Promise<void>;
  /** Axe's violations, one line each. */
  accessibility(): Promise<readonly string[]>;
}

export async function openPage(
  browser: Browser,
  scripts: { readonly page: string; readonly host: string },
  recording: Recording,
  options: OpenOptions = {},
): Promise<OpenedPage> {
  const { theme = 'vscode-dark', width = 1280, height = 900, forcedColours = false } = options;
  const page = await browser.newPage({ viewport: { width, height }, forcedColors: forcedColours ? 'active' : 'none' });
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error')
      problems.push(`${message.text()} (${message.location().url}:${message.location().lineNumber})`);
  });
  const nonce = 'bm9uY2U';
  const skeleton = renderPage({
    nonce,
    cspSource: origin,
    scriptUrl: `${origin}/page.js`,
    language: 'en',
    title: 'Explanation',
  });
  const settings: HarnessSettings = {
    kind: theme,
    variables: themes[theme],
    setup: pack(recording.setup) as HarnessSettings['setup'],
  };
  const data = `<script type="application/json" id="harness">${JSON.stringify(settings).replaceAll('<', '\\u003c')}</script>`;
  const document = skeleton.replace(
    '<script',
    `${data}<script nonce="${nonce}" src="${origin}/host.js"></script><script`,
  );
  const files: Record<string, [string, string]> = {
    '/': ['text/html', document],
    '/page.js': ['text/javascript', scripts.page],
    '/host.js': ['text/javascript', scripts.host],
  };
  await page.route(`${origin}/**`, async (route) => {
    const file = files[new URL(route.request().url()).pathname];
    if (file === undefined) await route.fulfill({ status: 404 });
    else await route.fulfill({ contentType: file[0], body: file[1] });
  });
  await page.goto(origin);

  const send: OpenedPage['send'] = (name, params) =>
    page.evaluate(([key, value]) => window.harness.send(key as never, value), [name, pack(params)] as const);
  return {
    page,
    problems,
    send,
    play: async ({ setup, prediction, attributions }) => {
      const id = 'run-1';
      const { question, cards } = setup.state;
      const keys = cards.map(({ key }) => key);
      await send('event', { kind: 'run', id, question, cards, keys });
      await send('event', { id, kind: 'prediction', cards: keys, prediction });
      for (const attribution of attributions) await send('event', { id, kind: 'result', attribution });
    },
    accessibility: () => runAxe(page),
  };
}

/** Typed arrays in the form that the harness in the browser turns back. */
function pack(value: unknown): unknown {
  if (value instanceof Float32Array) {
    return { float32: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') };
  }
  if (value instanceof Uint8Array) return { uint8: Buffer.from(value).toString('base64') };
  if (Array.isArray(value)) return value.map(pack);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, pack(each)]));
}

const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

async function runAxe(page: Page): Promise<readonly string[]> {
  await page.evaluate(await readFile(axePath, 'utf8'));
  return page.evaluate(async () => {
    const { axe } = window as unknown as { axe: typeof import('axe-core') };
    const { violations } = await axe.run(document);
    return violations.flatMap((violation) =>
      violation.nodes.map((node) => `${violation.id}: ${node.target.join(' ')}: ${node.failureSummary}`),
    );
  });
}
