import { relative, sep } from 'node:path';
import { CheckpointError } from '../../shared/errors';
import type { CheckpointFacts } from '../../shared/results/checkpointFacts';
import { checkpointTitle, groupCheckpoints } from '../../shared/words/checkpointGroups';
import type { Engine } from '../service/engine';
import { discover } from '../service/listing/discover';
import { table } from './table';

/** The checkpoints below a folder, by their folders. */
export interface Listing {
  /** Absolute. */
  readonly folder: string;
  readonly groups: readonly {
    /** Relative to the folder; empty for itself. */
    readonly folder: string;
    /** True for several states of one training, the best and newest first. */
    readonly training: boolean;
    readonly checkpoints: readonly CheckpointFacts[];
  }[];
  /** What looks like a checkpoint and cannot be opened, and why. */
  readonly refused: readonly CheckpointFacts[];
  /** True when the folder has more files than are looked at. */
  readonly cut: boolean;
}

/** @throws CheckpointError when the folder cannot be read. */
export async function listCheckpoints(engine: Engine, folder: string): Promise<Listing> {
  const { paths, cut } = await discover(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === undefined) throw error;
    throw new CheckpointError(`${folder} is no folder that can be read.`, { cause: error });
  });
  const all = await engine.checkpointFacts(paths, true, new AbortController().signal);
  const byPath = new Map(all.filter(({ isCheckpoint }) => isCheckpoint).map((facts) => [facts.path, facts]));
  const readable = [...byPath.values()].filter(({ problem }) => problem === null);
  return {
    folder,
    groups: groupCheckpoints(readable.map(({ path }) => path)).map((group) => ({
      folder: relative(folder, group.folder),
      training: group.training,
      checkpoints: group.paths.map((path) => byPath.get(path)!),
    })),
    refused: [...byPath.values()].filter(({ problem }) => problem !== null),
    cut,
  };
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 2 : 1)} MB`;

function architectureOf({ architecture }: CheckpointFacts): string {
  if (!architecture) return '–';
  return architecture.guessed ? `${architecture.name} (guessed)` : architecture.name;
}

const dateOf = ({ modified }: CheckpointFacts): string =>
  new Date(modified).toISOString().slice(0, 16).replace('T', ' ');

function nameOf({ path }: CheckpointFacts): string {
  return checkpointTitle(path);
}

/** A listing as text for a terminal. */
export function describeListing({ folder, groups, refused, cut }: Listing): string {
  const lines = groups.flatMap((group) => {
    const place = group.folder === '' ? '.' : group.folder.split(sep).join('/');
    const count = group.checkpoints.length;
    const rows = group.checkpoints.map((each) => [
      nameOf(each),
      each.format ?? '',
      architectureOf(each),
      each.classes === null ? '–' : `${each.classes} class${each.classes === 1 ? '' : 'es'}`,
      megabytes(each.bytes),
      dateOf(each),
    ]);
    return [
      `${place}${group.training ? ` (${count} states of a training, newest first)` : ''}`,
      table(rows, '  ', [4]),
    ];
  });
  if (refused.length > 0) {
    const rows = refused.map((each) => [relative(folder, each.path), each.problem ?? '']);
    lines.push('cannot be opened', table(rows, '  '));
  }
  if (lines.length === 0) lines.push(`There is no checkpoint in ${folder}.`);
  if (cut) lines.push('note: The folder has more files than are looked at; name one further down.');
  return lines.join('\n');
}
