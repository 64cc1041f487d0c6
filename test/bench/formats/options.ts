import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import type { Clock } from '../measure';

export interface Options {
  /** Ids of writers; all when empty. */
  readonly only: readonly string[];
  readonly network: string;
  readonly times: number;
  readonly threads: number;
  readonly clock: Clock;
  /** Measures the checkpoints in this folder instead of writing some. */
  readonly folder: string | null;
  /** Writes the files there, and uses those that are there already. */
  readonly keep: string | null;
  readonly json: string | null;
}

export const help = `npm run bench:formats -- [options]

Writes one network in each format and prints what reading it costs, each figure in a process of its own, files in the page cache.

  --only <ids>       formats, comma-separated
  --large            VGG-16 (553 MB of weights) instead of ResNet-50 (102 MB)
  --times <n>        processes for each figure, default 5
  --threads <n>      threads of the run that gives the first logits, default one for each processor
  --cpu              processor time instead of elapsed time: steadier on a busy machine
  --folder <folder>  measures the checkpoints in a folder, such as those that the original tools wrote
  --keep <folder>    leaves the files there, and measures those that are there
  --json <file>      the figures as JSON`;

/** Reads the command line. Throws a TypeError for an unknown option. */
export function readOptions(args: readonly string[]): Options {
  const string = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: string,
      times: string,
      threads: string,
      folder: string,
      keep: string,
      json: string,
      large: { type: 'boolean' },
      cpu: { type: 'boolean' },
    },
  });
  return {
    only: values.only?.split(',') ?? [],
    network: values.large ? 'vgg16' : 'resnet50',
    times: Number(values.times ?? 5),
    threads: Number(values.threads ?? availableParallelism()),
    clock: values.cpu ? 'cpu' : 'wall',
    folder: values.folder ?? null,
    keep: values.keep ?? null,
    json: values.json ?? null,
  };
}
