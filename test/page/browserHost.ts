import 'vscode-jsonrpc/browser';
import type { PanelHostNotifications, PanelRequests, PanelSetup } from '../../src/shared/protocol/panel';
import { type PanelServer, Rpc } from '../../src/shared/protocol/rpc';

/*
 * Runs in the browser before the page's own script and stands where VS Code and the extension host stand: it sets the theme's
 * variables, answers the page's requests and keeps them for the test to look at.
 */

export interface HarnessSettings {
  readonly kind: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly setup: PanelSetup;
}

export interface HarnessHost {
  /** Requests and notifications of the page, oldest first. */
  readonly calls: { readonly name: string; readonly params: unknown }[];
  /** What the page kept with VS Code's `setState`. */
  readonly states: unknown[];
  /** Sends a notification to the page; `{ float32 }` and `{ uint8 }` stand for typed arrays in base 64. */
  send(name: keyof PanelHostNotifications, params: unknown): void;
  /** Makes the next request of this name fail with a message. */
  fail(name: keyof PanelRequests, message: string): void;
}

declare global {
  interface Window {
    harness: HarnessHost;
    acquireVsCodeApi(): unknown;
  }
}

const settings = JSON.parse(document.getElementById('harness')!.textContent!) as HarnessSettings;
for (const [name, value] of Object.entries(settings.variables)) {
  document.documentElement.style.setProperty(`--vscode-${name}`, value);
}
document.body.className = settings.kind;
document.body.dataset['vscodeThemeKind'] = settings.kind;

const calls: HarnessHost['calls'] = [];
const states: unknown[] = [];
const failures = new Map<string, string>();
const listeners = new Set<(message: unknown) => void>();

window.acquireVsCodeApi = () => ({
  // What leaves a webview is JSON: typed arrays would not survive, and must not be sent.
  postMessage: (message: unknown) => {
    const copy: unknown = JSON.parse(JSON.stringify(message));
    queueMicrotask(() => {
      for (const listener of listeners) listener(copy);
    });
  },
  setState: (state: unknown) => states.push(structuredClone(state)),
  getState: () => states.at(-1),
});

const host: PanelServer = new Rpc({
  post: (message) => window.postMessage(message, '*'),
  onMessage: (listener) => {
    listeners.add(listener);
    return { dispose: () => listeners.delete(listener) };
  },
});

const answers: { [K in keyof PanelRequests]: PanelRequests[K][1] } = {
  ready: revive(settings.setup) as PanelSetup,
  explain: null,
  compare: null,
  endComparison: null,
  pin: null,
  unpin: null,
  cancel: null,
  save: { folder: 'whylight/star_0' },
  chooseMethods: null,
  chooseCheckpoint: null,
  keepPreprocessing: null,
  editPreprocessing: null,
  keepLogits: null,
  chooseLabels: null,
  checkHealth: null,
  showLog: null,
  openSource: null,
};
for (const name of Object.keys(answers) as (keyof PanelRequests)[]) {
  host.handle(name, (params) => {
    calls.push({ name, params });
    const message = failures.get(name);
    failures.delete(name);
    if (message !== undefined) throw new Error(message);
    return answers[name];
  });
}
host.on('stateChanged', (params) => {
  calls.push({ name: 'stateChanged', params });
});
host.listen();

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

function revive(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revive);
  if (typeof value !== 'object' || value === null) return value;
  const packed = value as { float32?: string; uint8?: string };
  if (packed.float32 !== undefined) return new Float32Array(bytesOf(packed.float32).buffer);
  if (packed.uint8 !== undefined) return bytesOf(packed.uint8);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, revive(each)]));
}

window.harness = {
  calls,
  states,
  send: (name, params) => host.notify(name, revive(params) as never),
  fail: (name, message) => failures.set(name, message),
};
