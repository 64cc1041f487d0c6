/** What a process of its own does for one figure; see {@link answerAsChild}. */
import { writeFileSync } from 'node:fs';
import * as ort from 'onnxruntime-node';
import { methods } from '../../../src/engine/methods';
import { INPUT, type Probes } from '../../../src/engine/model/evaluation/model';
import { classScore } from '../../../src/engine/model/evaluation/score';
import type { LoadedModel } from '../../../src/engine/model/loaded/loadedModel';
import { MemoryBudget } from '../../../src/engine/model/programs/memoryBudget';
import { createRuntimes } from '../../../src/engine/runtime';
import { CheckpointCache } from '../../../src/engine/service/checkpoints';
import { explain } from '../explain';
import { image } from '../measure';
import { networks } from '../networks';
import type { Exporter } from '../networks/networkBuilder';
import { peakMegabytes, residentMegabytes } from './resident';

const runtimes = createRuntimes();

export interface Figures {
  /** Wall time and processor time from opening the file to the end of the last step, in milliseconds. */
  readonly wall: number;
  readonly cpu: number;
  /** Peak of the resident memory over the whole life of the process, in MB. */
  readonly peak: number;
  /** At the end, in MB: memory of the process alone and pages of files; null where the system does not tell. */
  readonly own: number | null;
  readonly files: number | null;
}

const pixels = () => image([3, 224, 224]);

/** onnxruntime alone: one session of the file, one run. */
async function bare(file: string, threads: number): Promise<void> {
  const session = await ort.InferenceSession.create(file, { intraOpNumThreads: threads, interOpNumThreads: 1 });
  const { data, dims } = pixels();
  await session.run({ [session.inputNames[0] ?? '']: new ort.Tensor('float32', data, dims) });
}

/** The engine as it opens a checkpoint for an explanation: reading, hashing, preprocessing, labels. `budget` is in MB, 0 for the usual one. */
async function evaluating(file: string, threads: number, wishes: readonly Probes[], budget = 0): Promise<LoadedModel> {
  const { model, sha256 } = await new CheckpointCache(runtimes, () => {}, threads, new MemoryBudget(budget)).get(
    file,
    {},
  );
  for (const probes of wishes) await model.evaluate(pixels(), probes);
  // The prediction that is shown carries the hash.
  await sha256;
  return model;
}

const gradient: Probes = { score: classScore(0), gradients: [{ wrt: INPUT }] };

async function nineMethods(file: string, threads: number, budget: number): Promise<void> {
  const model = await evaluating(file, threads, [{}], budget);
  await explain(
    model,
    methods.map((method) => method.info.id),
  );
}

export const cases = {
  'library alone': async () => {},
  'bare onnxruntime': bare,
  forward: async (file: string, threads: number) => void (await evaluating(file, threads, [{}])),
  gradient: async (file: string, threads: number) => void (await evaluating(file, threads, [gradient])),
  'forward and gradient': async (file: string, threads: number) =>
    void (await evaluating(file, threads, [{}, gradient])),
  'nine methods': (file: string, threads: number) => nineMethods(file, threads, 0),
  'nine methods, budget 400': (file: string, threads: number) => nineMethods(file, threads, 400),
  'nine methods, budget 200': (file: string, threads: number) => nineMethods(file, threads, 200),
} as const;

export type CaseName = keyof typeof cases;

/** Does one case in this process, with the native library loaded before the clock starts. */
async function runCase(name: CaseName, file: string, threads: number): Promise<Figures> {
  await runtimes.choose('auto');
  const cpu = process.cpuUsage();
  const started = performance.now();
  await cases[name](file, threads);
  const wall = performance.now() - started;
  const { user, system } = process.cpuUsage(cpu);
  const resident = residentMegabytes();
  return {
    wall,
    cpu: (user + system) / 1000,
    peak: peakMegabytes(),
    own: resident?.own ?? null,
    files: resident?.files ?? null,
  };
}

/**
 * Is this process one that one of the sections in sections.ts started? Then it does its work: `--write NETWORK EXPORTER FILE` writes a network's
 * file, `--case NAME FILE THREADS` prints the figures of one case as JSON.
 */
export async function answerAsChild([option, ...args]: readonly string[]): Promise<boolean> {
  const [first = '', second = '', third = ''] = args;
  if (option === '--write') {
    const network = networks.find(({ id }) => id === first);
    if (network) writeFileSync(third, network.build(second as Exporter));
    return true;
  }
  if (option !== '--case') return false;
  process.stdout.write(JSON.stringify(await runCase(first as CaseName, second, Number(third))));
  return true;
}
