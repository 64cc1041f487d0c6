/** The rows of *Choose Checkpoint…*, from what is known so far; without vscode, so that it is tested alone. */
import { dirname, relative, sep } from 'node:path';
import type { CheckpointFacts } from '../../shared/results/checkpointFacts';
import { checkpointTitle, groupCheckpoints } from '../../shared/words/checkpointGroups';
import { sortCandidates } from './decide';

export interface CheckpointItem {
  readonly kind: 'checkpoint';
  readonly path: string;
  readonly label: string;
  readonly description: string;
  readonly detail: string;
}

export type ListItem = CheckpointItem | { readonly kind: 'heading'; readonly label: string };

export interface ListOptions {
  /** Paths are shown relative to it. */
  readonly root: string;
  /** The folder whose checkpoints come first. */
  readonly near: string;
  readonly chosenBefore: readonly string[];
  /** What was found out, by path; of the others only the path is shown. */
  readonly facts: ReadonlyMap<string, CheckpointFacts>;
  readonly translate: (message: string, ...values: (string | number)[]) => string;
}

const sizeOf = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(bytes < 2 ** 20 ? 2 : 1)} MiB`;

function describe(facts: CheckpointFacts, { translate: t }: ListOptions): string {
  const { format, architecture, classes } = facts;
  const named = architecture && (architecture.guessed ? t('{0} (guessed)', architecture.name) : architecture.name);
  return [format, named, classes === null ? null : classes === 1 ? t('1 class') : t('{0} classes', classes)]
    .filter((each) => each)
    .join(' · ');
}

function itemOf(path: string, options: ListOptions): CheckpointItem {
  const { facts: all, chosenBefore, translate: t } = options;
  const facts = all.get(path);
  const details = [
    ...(facts ? [sizeOf(facts.bytes), new Date(facts.modified).toLocaleString()] : [t('reading…')]),
    ...(chosenBefore.includes(path) ? [t('chosen before')] : []),
  ];
  return {
    kind: 'checkpoint',
    path,
    label: checkpointTitle(path),
    description: facts ? describe(facts, options) : '',
    detail: details.join(' · '),
  };
}

/**
 * Headings and checkpoints: folder by folder, the nearest first, the states of a training newest first; at the end what looks like a checkpoint
 * and cannot be opened. What turned out to be none is left out.
 */
export function listItems(paths: readonly string[], options: ListOptions): ListItem[] {
  const { root, near, facts, translate: t } = options;
  const shown = sortCandidates(paths, near).filter((path) => facts.get(path)?.isCheckpoint ?? true);
  const refused = shown.filter((path) => (facts.get(path)?.problem ?? null) !== null);
  const groups = groupCheckpoints(shown.filter((path) => !refused.includes(path)));
  const items: ListItem[] = groups.flatMap((group): ListItem[] => {
    const place = relative(root, group.folder).split(sep).join('/') || '.';
    const heading = group.training
      ? t('{0}: {1} states of a training, newest first', place, group.paths.length)
      : place;
    return [{ kind: 'heading', label: heading }, ...group.paths.map((path) => itemOf(path, options))];
  });
  if (refused.length === 0) return items;
  return [
    ...items,
    { kind: 'heading', label: t('cannot be opened') },
    ...refused.map((path): CheckpointItem => {
      const place = relative(root, dirname(path)).split(sep).join('/');
      return {
        kind: 'checkpoint',
        path,
        label: checkpointTitle(path),
        description: place,
        detail: facts.get(path)?.problem ?? '',
      };
    }),
  ];
}
