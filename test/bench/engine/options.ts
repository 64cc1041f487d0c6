import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import type { Clock } from '../measure';
import type { Network } from '../networks';
import { networks } from '../networks';
import type { Exporter } from '../networks/networkBuilder';

export interface Options {
  readonly networks: readonly Network[];
  readonly exporter: Exporter;
  readonly batches: readonly number[];
  readonly threads: number;
  readonly times: number;
  readonly clock: Clock;
  /** Rows of the profile's table for each program; 0 leaves the profile out. */
  readonly profile: number;
  /** Folder for what onnxruntime made of each program, or null. */
  readonly keep: string | null;
  /** Where the figures go as JSON: a file, `-` for standard output, or null. */
  readonly json: string | null;
  /** Flags of the sections to run; empty for all. */
  readonly sections: readonly string[];
}

export const help = `npm run bench:engine -- [options]

  --only <ids>       networks, by commas: ${networks.map(({ id }) => id).join(', ')}
  --exporter <form>  dynamo (default, opset 20) or torchscript (opset 13: BatchNormalization, LayerNormalization and GELU in pieces)
  --batch <sizes>    default 1,8
  --threads <n>      of every session; default one for each processor
  --times <n>        runs of each program at least, default 7
  --cpu              compare processor time instead of elapsed time; with --threads 1 steady on a busy machine
  --profile          also time by kind of operator, from onnxruntime's profiler
  --keep <folder>    leave there the models as onnxruntime optimised them (needs --profile)
  --json <file>      the figures as JSON; - for standard output, where they are the only thing then
  --<section>        run only these sections`;

/** Reads the command line. Throws a TypeError for an unknown option or network. */
export function readOptions(args: readonly string[], sections: readonly string[]): Options {
  const string = { type: 'string' } as const;
  const boolean = { type: 'boolean' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: string,
      exporter: string,
      batch: string,
      threads: string,
      times: string,
      keep: string,
      json: string,
      cpu: boolean,
      profile: boolean,
      ...Object.fromEntries(sections.map((flag) => [flag, boolean])),
    },
  });
  const chosen = values.only?.split(',').map((id) => {
    const network = networks.find((each) => each.id === id);
    if (!network) throw new TypeError(`There is no network "${id}".`);
    return network;
  });
  if (values.exporter !== undefined && values.exporter !== 'dynamo' && values.exporter !== 'torchscript') {
    throw new TypeError(`There is no exporter "${values.exporter}".`);
  }
  return {
    networks: chosen ?? networks,
    exporter: values.exporter ?? 'dynamo',
    batches: (values.batch ?? '1,8').split(',').map(Number),
    threads: Number(values.threads ?? availableParallelism()),
    times: Number(values.times ?? 7),
    clock: values.cpu ? 'cpu' : 'wall',
    profile: values.profile ? 12 : 0,
    keep: values.keep ?? null,
    json: values.json ?? null,
    sections: sections.filter((flag) => (values as Record<string, unknown>)[flag] === true),
  };
}
