/*
 * `npm run bench`: what each method costs, as multiples of one bare onnxruntime forward pass of the same model, measured in
 * one run. Multiples, because the same machine is faster at one time than at another; each figure is a median of several runs
 * that alternate with bare passes.
 */

import { fork } from 'node:child_process';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { createRuntimes } from '../../src/engine/runtime';
import { cardFor } from '../../src/shared/question/card';
import { explain } from './explain';
import 'vscode-jsonrpc/node';
import { readCheckpoint } from '../../src/engine/formats';
import { methods } from '../../src/engine/methods';
import { INPUT } from '../../src/engine/model/evaluation/model';
import { classScore } from '../../src/engine/model/evaluation/score';
import { LoadedModel } from '../../src/engine/model/loaded/loadedModel';
import type { Prediction } from '../../src/shared/explanation/events';
import { type EngineCaller, ipcPort, Rpc } from '../../src/shared/protocol/rpc';
import { defaultDisplay } from '../../src/shared/rendering/display';
import { renderOverlay } from '../../src/shared/rendering/renderOverlay';
import { withModelFile } from './engine/files';
import { image, median, multiple, seconds } from './measure';
import { networks } from './networks';

const runtimes = createRuntimes();

const root = join(__dirname, '..');
const samples = join(root, 'media/sample-workspace');
const repeats = 9;

interface Subject {
  readonly name: string;
  readonly model: LoadedModel;
  /** The same model with runs of so many images. */
  inRunsOf(images: number): Promise<LoadedModel>;
  /** One bare forward pass of a batch, by onnxruntime alone, from the checkpoint as it is. */
  bare(batch: number): Promise<unknown>;
}

async function subject(name: string, path: string): Promise<Subject> {
  // Threads that go on spinning after a bare run would slow down what is measured next.
  const session = await ort.InferenceSession.create(path, { extra: { session: { force_spinning_stop: '1' } } });
  const checkpoint = await readCheckpoint(path);
  const size = { runtimes, height: 224, width: 224 };
  const model = await LoadedModel.load(checkpoint, size);
  const [input = ''] = session.inputNames;
  const [output = ''] = session.outputNames;
  return {
    name,
    model,
    inRunsOf: (images) => LoadedModel.load(checkpoint, { ...size, batchSize: images }),
    bare: (batch) => {
      const { data, dims } = pixels(model, batch);
      return session.run({ [input]: new ort.Tensor('float32', data, dims) }, [output]);
    },
  };
}

const pixels = (model: LoadedModel, batch = 1) => image(model.input.dims, batch);

const score = classScore(0);
const gradients = [{ wrt: INPUT }];
const print = (line: string): void => void process.stdout.write(`${line}\n`);
const row = (what: string, value: number, target?: number): void =>
  print(
    `  ${what.padEnd(44)} ${value.toFixed(2).padStart(8)} ×${target === undefined ? '' : `   (target ≤ ${target})`}`,
  );

async function measure({ name, model, bare, inRunsOf }: Subject, withTargets: boolean): Promise<void> {
  const layer = model.defaultLayer?.name ?? '';
  const one = () => bare(1);
  const times: number[] = [];
  for (let i = 0; i < repeats; i++) times.push(await seconds(one));
  const forward = median(times);
  print(`${name}: one bare forward pass ${(forward * 1000).toFixed(2)} ms`);
  row('forward', await multiple(one, () => model.evaluate(pixels(model), {})));
  row(
    'input gradient',
    await multiple(one, () => model.evaluate(pixels(model), { score, gradients })),
    withTargets ? 3 : undefined,
  );
  row(
    'gradient at the last spatial layer',
    await multiple(one, () =>
      model.evaluate(pixels(model), { score, activations: [layer], gradients: [{ wrt: layer }] }),
    ),
    withTargets ? 1.3 : undefined,
  );
  if (withTargets) {
    const batched = await inRunsOf(8);
    const eight = await multiple(one, () => batched.evaluate(pixels(batched, 8), { score, gradients }), 7);
    await batched.dispose();
    row('input gradient in a batch of 8, per image', eight / 8, 2.7);
  }
  const together = ['gradient', 'gradient-x-input', 'grad-cam', 'grad-cam++', 'layer-cam'];
  const alone = () => explain(model, ['gradient']);
  row('five single-pass methods ÷ gradient alone', await multiple(alone, () => explain(model, together)), 1.3);
  const slow = forward > 0.03;
  for (const { info } of methods) {
    const times = ['smoothgrad', 'integrated-gradients', 'occlusion'].includes(info.id)
      ? slow
        ? 1
        : 3
      : slow
        ? 5
        : repeats;
    row(info.id, await multiple(one, () => explain(model, [info.id]), times));
  }
  print('');
}

/** From forking the engine to the first overlay drawn from its first result. */
async function coldStart(): Promise<number> {
  const started = performance.now();
  const child = fork(join(root, 'dist/engine.cjs'), [], { serialization: 'advanced', silent: true });
  const rpc: EngineCaller = new Rpc(ipcPort(child));
  let prediction: Prediction | undefined;
  let first: number | undefined;
  rpc.on('explainEvent', (event) => {
    if (event.kind === 'prediction') prediction = event.prediction;
    if (event.kind === 'result' && prediction && first === undefined) {
      const { pixels, region } = prediction;
      renderOverlay({ image: pixels, region, map: event.attribution.map, display: defaultDisplay });
      first = (performance.now() - started) / 1000;
    }
  });
  rpc.listen();
  await rpc.request('explain', {
    id: 'bench',
    question: {
      checkpoint: join(samples, 'imagenet/mobilenet_v1_025.onnx'),
      image: { path: join(samples, 'imagenet/cat.png') },
      target: { kind: 'top1' },
    },
    cards: methods.map((method) => cardFor(method.info.id)),
  });
  rpc.dispose();
  child.kill();
  if (first === undefined) throw new Error('The engine gave no result.');
  return first;
}

async function main(): Promise<void> {
  print(
    `Costs in bare onnxruntime forward passes of the same model, medians, ${process.version} on ${process.platform}-${process.arch}.\n`,
  );
  const cold: number[] = [];
  for (let i = 0; i < 5; i++) cold.push(await coldStart());
  print(
    `Cold start of the engine to the first drawn card, MobileNetV1, all nine methods asked for: ${median(cold).toFixed(2)} s (aim below 2 s)\n`,
  );

  for (const [name, file] of [
    ['MobileNetV1 0.25, 224²', 'imagenet/mobilenet_v1_025.onnx'],
    ['shapes ResNet, 96²', 'shapes/last_e08.onnx'],
  ] as const) {
    await measure(await subject(name, join(samples, file)), false);
  }
  for (const network of networks.filter(({ id }) => id === 'resnet50')) {
    await withModelFile(network, 'dynamo', async (path) => {
      await measure(await subject(`${network.name}, seeded random weights, 224²`, path), true);
    });
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
});
