import 'vscode-jsonrpc/node';
import { fork } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { CancelledError } from '../../src/shared/errors';
import type { Prediction } from '../../src/shared/explanation/events';
import type { EncodeParams } from '../../src/shared/protocol/protocol';
import { type EngineCaller, ipcPort, Rpc } from '../../src/shared/protocol/rpc';
import { cardFor } from '../../src/shared/question/card';
import { defaultDisplay } from '../../src/shared/rendering/display';
import type { Attribution } from '../../src/shared/results/attribution';

/* Saving as the extension host asks for it: the built engine in a process of its own. */

const root = join(__dirname, '../..');
const child = fork(join(root, 'dist/engine.cjs'), { serialization: 'advanced' });
const engine: EngineCaller = new Rpc(ipcPort(child));
engine.listen();
afterAll(() => {
  engine.dispose();
  child.kill();
});

async function explained(): Promise<EncodeParams> {
  const samples = join(root, 'media/sample-workspace/imagenet');
  const image = { path: join(samples, 'cat.png') };
  const question = { checkpoint: join(samples, 'mobilenet_v1_025.onnx'), image, target: { kind: 'top1' } } as const;
  const predictions: Prediction[] = [];
  const attributions: Attribution[] = [];
  engine.on('explainEvent', (event) => {
    if (event.kind === 'prediction') predictions.push(event.prediction);
    if (event.kind === 'result') attributions.push(event.attribution);
  });
  await engine.request('explain', { id: 'run', question, cards: ['gradient', 'grad-cam'].map(cardFor) });
  return { image, prediction: predictions[0]!, attributions, display: defaultDisplay };
}

it('tells the files of a request as they are ready, and stops between two when that is cancelled', async () => {
  const params = await explained();
  const told: [string, number, number][] = [];
  let stop: AbortController | undefined;
  engine.on('encodeProgress', ({ id, done, total }) => {
    told.push([id, done, total]);
    if (id === 'stopped') stop?.abort();
  });
  const files = await engine.request('encode', { ...params, id: 'whole', longestSide: 200, format: 'jpeg' });
  expect(files.map(({ name }) => name)).toEqual([
    'gradient.jpg',
    'gradient.npy',
    'grad-cam.jpg',
    'grad-cam.npy',
    'figure.png',
    'result.json',
  ]);
  expect(told).toEqual([1, 2, 3, 4, 5, 6].map((done) => ['whole', done, 6]));

  // Enough to do for the word to arrive in time on any machine.
  const [map] = params.attributions;
  const many = Array.from({ length: 40 }, (_, i) => ({ ...map!, key: `gradient-${i}` }));
  stop = new AbortController();
  const stopped = engine.request('encode', { ...params, attributions: many, id: 'stopped' }, stop.signal);
  await expect(stopped).rejects.toThrow(CancelledError);
  expect(told.filter(([id]) => id === 'stopped').length).toBeLessThan(80);

  await engine.request('encode', params);
  expect(told.filter(([id]) => id !== 'stopped')).toHaveLength(6);
});
