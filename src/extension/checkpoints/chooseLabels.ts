import { basename, dirname, join } from 'node:path';
import { FileType, l10n, type QuickPickItem, QuickPickItemKind, Uri, window, workspace } from 'vscode';
import { PreprocessingError, WhylightError } from '../../shared/errors';
import type { EngineClient } from '../engine/engineClient';
import { labelsToOffer, mayHoldLabels, sampleOf } from './labelFiles';

/** Files beside the checkpoint that are read to see what they hold. */
const mostRead = 50;

/** What whylight.json is to say: the name of a file in the checkpoint's folder, or the names of the classes in class order. */
export type ChosenLabels = string | readonly string[];

interface Read {
  readonly name: string;
  readonly labels: readonly string[];
  readonly chosen: ChosenLabels;
}

/**
 * Lets the user choose the labels of a checkpoint: a file beside it, or any other; undefined when the user gave up.
 * @param classes of the model; undefined while that is not known.
 * @throws PreprocessingError when the file holds no labels, or not one for each class.
 */
export async function chooseLabels(
  checkpoint: string,
  classes: number | undefined,
  engine: Pick<EngineClient, 'request'>,
): Promise<ChosenLabels | undefined> {
  const folder = dirname(checkpoint);
  const offered = labelsToOffer(await readBeside(checkpoint, engine), classes);
  const items: (QuickPickItem & { readonly read?: Read })[] = offered.map((read) => ({
    label: read.name,
    description: read.fits ? l10n.t('{0} labels', read.labels.length) : mismatch(read.labels.length, classes ?? 0),
    detail: sampleOf(read.labels),
    read,
  }));
  if (items.length > 0) items.push({ label: '', kind: QuickPickItemKind.Separator });
  items.push({ label: `$(folder-opened) ${l10n.t('Browse…')}`, alwaysShow: true });
  const picked = await window.showQuickPick(items, {
    title: l10n.t('Choose Labels'),
    placeHolder:
      classes === undefined
        ? l10n.t('The names of the classes of {0}', basename(checkpoint))
        : l10n.t('The names of the {0} classes of {1}', classes, basename(checkpoint)),
    ignoreFocusOut: true,
  });
  if (picked === undefined) return undefined;
  const read = picked.read ?? (await browse(checkpoint, folder, engine));
  if (read === undefined) return undefined;
  const { name, labels, chosen } = read;
  if (classes !== undefined && labels.length !== classes)
    throw new PreprocessingError(`${name}: ${mismatch(labels.length, classes)}`);
  return chosen;
}

function mismatch(labels: number, classes: number): string {
  return l10n.t('{0} labels, but the model has {1} classes; one for each is needed.', labels, classes);
}

/** The files beside the checkpoint that hold labels; those that hold none are not told of. */
async function readBeside(checkpoint: string, engine: Pick<EngineClient, 'request'>) {
  const folder = dirname(checkpoint);
  const names = (await workspace.fs.readDirectory(Uri.file(folder)))
    .filter(([name, type]) => !(type & FileType.Directory) && mayHoldLabels(name))
    .slice(0, mostRead)
    .map(([name]) => name);
  const reads = await Promise.all(
    names.map((name) =>
      read(checkpoint, join(folder, name), engine).catch((error: unknown) => {
        if (error instanceof WhylightError && error.kind === 'preprocessing') return undefined;
        throw error;
      }),
    ),
  );
  return reads.filter((each) => each !== undefined);
}

async function read(checkpoint: string, file: string, engine: Pick<EngineClient, 'request'>): Promise<Read> {
  const { names, named } = await engine.request('readLabels', { checkpoint, file });
  return { name: basename(file), labels: names, chosen: named ? basename(file) : names };
}

async function browse(
  checkpoint: string,
  folder: string,
  engine: Pick<EngineClient, 'request'>,
): Promise<Read | undefined> {
  const picked = await window.showOpenDialog({
    title: l10n.t('Choose Labels'),
    openLabel: l10n.t('Use Labels'),
    defaultUri: Uri.file(folder),
    filters: { [l10n.t('Labels')]: ['txt', 'json', 'csv', 'tsv', 'names', 'labels'], [l10n.t('All files')]: ['*'] },
  });
  const file = picked?.[0]?.fsPath;
  return file === undefined ? undefined : read(checkpoint, file, engine);
}
