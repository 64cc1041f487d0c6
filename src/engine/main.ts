// The engine's process: answers the extension host over IPC and goes when its parent goes.
import 'vscode-jsonrpc/node';
import type { EngineNotifications } from '../shared/protocol/protocol';
import { type EngineServer, ipcPort, Rpc } from '../shared/protocol/rpc';
import { methods } from './methods';
import { endNow, watchParent } from './process/watchParent';
import { createRuntimes } from './runtime';
import { Engine } from './service/engine';

watchParent();
process.on('disconnect', endNow);

const server: EngineServer = new Rpc(ipcPort(process));
const log = (level: EngineNotifications['log']['level'], message: string): void =>
  server.notify('log', { level, message });
// The setting whylight.threads; 0 leaves it to the runtime.
const threads = Number(process.env['WHYLIGHT_THREADS'] ?? 0);
// The setting whylight.memoryBudget in MB; 0 leaves it to the engine.
const memory = Number(process.env['WHYLIGHT_MEMORY'] ?? 0);
const engine = new Engine(createRuntimes(), log, threads > 0 ? threads : undefined, memory);

server.handle('methods', () => methods.map((method) => method.info));
server.handle('versions', () => engine.versions());
server.handle('inspect', ({ checkpoint }) => engine.inspect(checkpoint));
server.handle('checkpointFacts', ({ paths, deep }, signal) => engine.checkpointFacts(paths, deep, signal));
server.handle('explain', (params, signal) =>
  engine.explain(params, (event) => server.notify('explainEvent', event), signal),
);
server.handle('prioritise', ({ id, priority }) => {
  engine.prioritise(id, priority);
  return null;
});
server.handle('checkHealth', (params, signal) => engine.checkHealth(params, signal));
server.handle('encode', (params, signal) => {
  const { id } = params;
  const tell = (done: number, total: number): void => {
    if (id !== undefined) server.notify('encodeProgress', { id, done, total });
  };
  return engine.encode(params, signal, tell);
});
server.handle('keepPreprocessing', async ({ checkpoint, preprocessing }) => ({
  path: await engine.keepPreprocessing(checkpoint, preprocessing),
}));
server.handle('keepLabels', async ({ checkpoint, labels }) => ({ path: await engine.keepLabels(checkpoint, labels) }));
server.handle('readLabels', ({ checkpoint, file }) => engine.readLabels(checkpoint, file));
server.handle('keepLogits', async ({ checkpoint, logits }) => ({ path: await engine.keepLogits(checkpoint, logits) }));
server.listen();
