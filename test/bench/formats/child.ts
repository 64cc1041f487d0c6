/** What a process of its own does for one row of the table; see {@link answerAsChild}. */
import { readFileSync, statSync } from 'node:fs';
import { type Checkpoint, readCheckpoint } from '../../../src/engine/formats';
import { LazyTensor } from '../../../src/engine/graph/ir/lazyTensor';
import { MemoryBudget } from '../../../src/engine/model/programs/memoryBudget';
import { createRuntimes } from '../../../src/engine/runtime';
import { CheckpointCache } from '../../../src/engine/service/checkpoints';
import { WhylightError } from '../../../src/shared/errors';
import { type Clock, image } from '../measure';
import { peakMegabytes } from '../resources/resident';
import { channelsLast } from './channelsLast';

/** Times in milliseconds, memory in MB. */
export interface Reading {
  readonly bytes: number;
  /** From the path to the graph. */
  readonly graph: number;
  /** From the path until every weight was there once, as the graph has it. */
  readonly weights: number;
  /** Elements of all weights. */
  readonly elements: number;
  /** The same files read into memory, each from one end to the other. */
  readonly plain: number;
  /** Most resident memory beyond what there was before the checkpoint was opened. */
  readonly memory: number;
}

export interface FirstLogits {
  readonly milliseconds: number;
  readonly memory: number;
  readonly logits: readonly number[];
}

/** One that a child could not give, with the sentence that says why. */
export interface Refused {
  readonly refused: string;
}

export type Case = 'reading' | 'logits';

/** Elapsed milliseconds, or those that processors worked for this process. */
function clockOf(kind: Clock): () => number {
  if (kind === 'wall') return () => performance.now();
  return () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  };
}

/** Every weight once; gives how many elements they have. */
function readWeights({ graph }: Checkpoint): number {
  let elements = 0;
  for (const tensor of graph.constants.values()) elements += LazyTensor.passing(tensor).length;
  return elements;
}

async function reading(path: string, now: () => number): Promise<Reading> {
  const before = process.memoryUsage.rss() / 1024 ** 2;
  const started = now();
  const checkpoint = await readCheckpoint(path);
  const graph = now() - started;
  const elements = readWeights(checkpoint);
  const weights = now() - started;
  const memory = peakMegabytes() - before;
  const paths = checkpoint.files.map((file) => file.path);
  const bytes = paths.reduce((sum, each) => sum + statSync(each).size, 0);
  const plainStarted = now();
  for (const each of paths) readFileSync(each);
  const plain = now() - plainStarted;
  return { bytes, graph, weights, elements, plain, memory };
}

async function firstLogits(path: string, now: () => number, threads: number): Promise<FirstLogits> {
  const runtimes = createRuntimes();
  // The native library is loaded before the clock starts.
  await runtimes.choose('auto');
  const pixels = (channels: number, height: number, width: number) => image([channels, height, width]);
  const before = process.memoryUsage.rss() / 1024 ** 2;
  const started = now();
  const cache = new CheckpointCache(runtimes, () => {}, threads, new MemoryBudget(0));
  const { model } = await cache.get(path, {});
  const { layout, channels, height, width } = model.input;
  const input = pixels(channels, height, width);
  const { logits } = await model.evaluate(layout === 'NCHW' ? input : channelsLast(input), {});
  return {
    milliseconds: now() - started,
    memory: peakMegabytes() - before,
    logits: [...logits.data],
  };
}

async function write(writerId: string, network: string, folder: string, asHeld: boolean): Promise<void> {
  // Only here: the writers load the HDF5 library, which a reading must pay for itself.
  const { writers } = await import('./writers');
  const { networks } = await import('./network/networks');
  const writer = writers.find(({ id }) => id === writerId);
  const made = networks[network]?.();
  if (!writer || !made) throw new TypeError(`There is no writer ${writerId} or no network ${network}.`);
  if (asHeld) await writers[0]?.write(writer.holds?.(made) ?? made, folder);
  else await writer.write(made, folder);
}

async function answer(
  what: Case,
  path: string,
  clock: Clock,
  threads: number,
): Promise<Reading | FirstLogits | Refused> {
  try {
    return await (what === 'reading' ? reading(path, clockOf(clock)) : firstLogits(path, clockOf(clock), threads));
  } catch (error) {
    if (error instanceof WhylightError) return { refused: error.message };
    throw error;
  }
}

/**
 * Is this process one that the benchmark started? Then it does its work: `--write WRITER NETWORK FOLDER` writes a network, `--reference`
 * with the same arguments writes what that file holds as ONNX, `--case reading|logits PATH wall|cpu THREADS` prints figures as JSON.
 */
export async function answerAsChild([option, ...args]: readonly string[]): Promise<boolean> {
  const [first = '', second = '', third = '', fourth = ''] = args;
  if (option === '--write' || option === '--reference') await write(first, second, third, option === '--reference');
  else if (option === '--case')
    process.stdout.write(JSON.stringify(await answer(first as Case, second, third as Clock, Number(fourth))));
  else return false;
  return true;
}
