/** What our programs cost, as multiples of onnxruntime's bare forward pass of the file as it is. */
import * as ort from 'onnxruntime-node';
import { readCheckpoint } from '../../../src/engine/formats';
import { INPUT, type Probes } from '../../../src/engine/model/evaluation/model';
import { classScore } from '../../../src/engine/model/evaluation/score';
import { LoadedModel } from '../../../src/engine/model/loaded/loadedModel';
import { createRuntimes } from '../../../src/engine/runtime';
import { image, medians } from '../measure';
import type { Network } from '../networks';
import { withModelFile } from './files';
import type { Options } from './options';
import { profileFile, profilePrograms } from './profile';
import type { Report, Section } from './section';

const runtimes = createRuntimes();

/** Issue targets: forward and layer gradient for every network, the input gradient for ResNet-50 by batch. */
const forwardTarget = 1.03;
const layerTarget = 1.15;
const resnetTargets: Readonly<Record<number, number>> = { 1: 2.4, 8: 2.2 };

interface Row {
  readonly what: string;
  readonly probes: Probes;
  target?(network: Network, batch: number): number | undefined;
}

const score = classScore(0);

const atLayer = (layer: string): Probes => ({ score, activations: [layer], gradients: [{ wrt: layer }] });

/** The last feature map; a network of tokens has its patches there, far from the logits, so its last tokens have the target instead. */
function layerRows({ layers, defaultLayer }: LoadedModel): Row[] {
  const at = (name?: string) => layers.findIndex((layer) => layer.name === name);
  const tokens = layers.findLast(({ shape }) => shape.length === 2 && (shape[0] ?? 0) > 1);
  const target = () => layerTarget;
  if (!defaultLayer) return [];
  const what = 'gradient at the last spatial layer';
  if (!tokens || at(tokens.name) < at(defaultLayer.name)) return [{ what, probes: atLayer(defaultLayer.name), target }];
  return [
    { what: 'gradient at the patches', probes: atLayer(defaultLayer.name) },
    { what: 'gradient at the last tokens', probes: atLayer(tokens.name), target },
  ];
}

function rowsOf(model: LoadedModel): Row[] {
  return [
    { what: 'forward', probes: {}, target: () => forwardTarget },
    {
      what: 'input gradient',
      probes: { score, gradients: [{ wrt: INPUT }] },
      target: ({ id }, batch) => (id === 'resnet50' ? resnetTargets[batch] : undefined),
    },
    { what: 'input gradient, guided', probes: { score, gradients: [{ wrt: INPUT, rules: 'guided' }] } },
    ...layerRows(model),
  ];
}

async function measure(network: Network, path: string, options: Options, report: Report): Promise<void> {
  const { threads, times, clock } = options;
  // Threads that go on spinning after a bare run would slow down what is measured next, and theirs the bare run.
  const bare = await ort.InferenceSession.create(path, {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    extra: { session: { force_spinning_stop: '1' } },
  });
  const checkpoint = await readCheckpoint(path);
  for (const batch of options.batches) {
    const model = await LoadedModel.load(checkpoint, { runtimes, height: 224, width: 224, threads, batchSize: batch });
    const rows = rowsOf(model);
    const works = [
      () => {
        const { data, dims } = image(model.input.dims, batch);
        return bare.run({ input: new ort.Tensor('float32', data, dims) }, ['logits']);
      },
      // One call is one run, since the model takes so many images.
      ...rows.map((row) => () => model.evaluate(image(model.input.dims, batch), row.probes)),
    ];
    const [unit = 0, ...costs] = await medians(works, { times, clock });
    report.line(`${network.name}, batch ${batch}: one bare forward pass ${(unit * 1000).toFixed(2)} ms`);
    rows.forEach((row, index) => {
      report.figure({
        section: 'speed',
        network: network.id,
        batch,
        what: row.what,
        value: (costs[index] as number) / unit,
        unit: '×',
        target: row.target?.(network, batch),
      });
    });
    await model.dispose();
    if (options.profile > 0) {
      await profileFile(path, batch, options, report);
      await profilePrograms(path, rows, batch, options, report);
    }
  }
  await bare.release();
}

export const speed: Section = {
  flag: 'speed',
  title: 'Speed, in bare onnxruntime forward passes of the original file at the same batch and threads',
  async run(options, report) {
    for (const network of options.networks) {
      await withModelFile(network, options.exporter, (path) => measure(network, path, options, report));
      report.line('');
    }
  },
};
