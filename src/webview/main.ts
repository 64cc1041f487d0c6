import 'vscode-jsonrpc/browser';
import type { PanelState } from '../shared/protocol/panel';
import { type PanelCaller, type Port, Rpc } from '../shared/protocol/rpc';
import { Page } from './components/page';
import { Controller } from './controller';
import { registerControls } from './controls/toolkit';
import { Store } from './state/store';
import { PaintQueue } from './view/paintQueue';

declare function acquireVsCodeApi(): { postMessage(message: unknown): void; setState(state: PanelState): void };

const vscode = acquireVsCodeApi();

const port: Port = {
  post: (message) => vscode.postMessage(message),
  onMessage: (listener) => {
    const received = (event: MessageEvent) => listener(event.data);
    window.addEventListener('message', received);
    return { dispose: () => window.removeEventListener('message', received) };
  },
};

registerControls();
const store = new Store();
const host: PanelCaller = new Rpc(port);
const controller = new Controller(store, host, (state) => vscode.setState(state));
host.listen();

const page = new Page();
page.store = store;
page.controller = controller;
page.paints = new PaintQueue(
  (callback) => requestAnimationFrame(callback),
  () => performance.now(),
);
// VS Code pads the body of every webview; the page has its own margins.
document.body.style.margin = document.body.style.padding = '0';
document.body.append(page);

void controller.start();
