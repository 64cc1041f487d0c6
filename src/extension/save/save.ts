import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import { type CancellationToken, commands, l10n, type Progress, ProgressLocation, Uri, window } from 'vscode';
import { CancelledError } from '../../shared/errors';
import type { EncodedFile, EncodeParams } from '../../shared/protocol/protocol';
import { chosenView } from '../../shared/rendering/view';
import type { EngineClient } from '../engine/engineClient';
import type { Action, Reporter } from '../host/report';
import { imageSettings } from '../host/settings';
import { elsewhere, folderOf, openPlace, openStage, type Place, usualPlace } from './place';
import { isLong, isReduced, type Sizes, sizesOf } from './sizes';
import type { Stage } from './stage';

export interface SaveServices {
  readonly engine: Pick<EngineClient, 'request' | 'onEncodeProgress'>;
  readonly reporter: Reporter;
}

/** What is saved, and how it is shown. */
export type Results = Omit<EncodeParams, 'id' | 'longestSide' | 'format'>;

/**
 * Writes an explanation's files into a folder named after the image, inside its workspace folder (beside the image when there is none), and
 * shows them in the Explorer. Asks before it touches earlier results and where nothing can be written; what is there is whole at any time.
 * @returns The folder, relative to the workspace folder where it lies in it; null when the user gave up.
 */
export async function saveResults(
  image: Uri,
  results: Results,
  services: SaveServices,
): Promise<{ folder: string } | null> {
  const { longestSide, format } = imageSettings(image);
  // What is saved is what is seen: the view that the screen chose.
  const view = chosenView(results.display, results.prediction.imageSize);
  const opened = await openPlace(usualPlace(image));
  if (opened === undefined) return null;
  const display = { ...results.display, view };
  const params = { ...results, display, format, ...(longestSide > 0 && { longestSide }) };
  const place = await write(params, opened, services);
  return place === undefined ? null : { folder: place.name };
}

/** Writes to where it was opened, or elsewhere when that fails on the way; undefined when the user gave up. */
async function write(
  params: Omit<EncodeParams, 'id'>,
  opened: { place: Place; stage: Stage },
  services: SaveServices,
): Promise<Place | undefined> {
  const sizes = sizesOf(params);
  let { place, stage } = opened;
  let files: readonly EncodedFile[] | undefined;
  for (;;) {
    try {
      files = await withProgress(sizes, place, async (report, signal) => {
        const encoded = files ?? (await encode(params, stage, services, report, signal));
        await stage.finish(encoded, (done) => report(l10n.t('writing {0} of {1}', done, encoded.length), 0), signal);
        return encoded;
      });
      await tell(params, files, sizes, place, services);
      return place;
    } catch (error) {
      if (error instanceof CancelledError) return undefined;
      const other = await elsewhere(place, error);
      const next = other && (await openPlace(other));
      if (next === undefined) return undefined;
      ({ place, stage } = next);
    }
  }
}

async function encode(
  params: Omit<EncodeParams, 'id'>,
  stage: Stage,
  { engine }: SaveServices,
  report: Report,
  signal: AbortSignal,
): Promise<readonly EncodedFile[]> {
  const id = randomUUID();
  let before = 0;
  const progress = engine.onEncodeProgress((encoding) => {
    if (encoding.id !== id) return;
    const { done, total } = encoding;
    report(l10n.t('{0} of {1} files are ready', done, total), (100 * (done - before)) / total);
    before = done;
  });
  try {
    return await engine.request('encode', { ...params, id }, signal);
  } catch (error) {
    await stage.discard();
    throw error;
  } finally {
    progress.dispose();
  }
}

/** @param increment percent of the whole that were done since the last report. */
type Report = (message: string, increment: number) => void;

/** A note with a Cancel button for what takes long, a word in the status bar for the rest. */
async function withProgress<T>(
  sizes: Sizes,
  place: Place,
  work: (report: Report, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const long = isLong(sizes);
  const { count, overlay, bytes } = sizes;
  const options = {
    location: long ? ProgressLocation.Notification : ProgressLocation.Window,
    title: l10n.t(
      'Saving {0} overlays of {1} × {2} (about {3} MB) to {4}',
      count,
      overlay.width,
      overlay.height,
      Math.max(1, Number((bytes / 1e6).toPrecision(2))),
      place.name,
    ),
    cancellable: long,
  };
  return window.withProgress(
    options,
    (progress: Progress<{ message?: string; increment?: number }>, token: CancellationToken) => {
      token.onCancellationRequested(() => controller.abort());
      return work((message, increment) => progress.report({ message, increment }), controller.signal);
    },
  );
}

/** Says what was saved, and shows it in the Explorer. */
async function tell(
  params: Omit<EncodeParams, 'id'>,
  files: readonly EncodedFile[],
  sizes: Sizes,
  place: Place,
  services: SaveServices,
): Promise<void> {
  const { reporter } = services;
  const folder = folderOf(place);
  reporter.log.info(`Saved ${files.length} files to ${folder.fsPath}.`);
  const shown = files.find(({ name }) => name === 'figure.png') ?? files[0];
  if (shown === undefined) return;
  const first = Uri.joinPath(folder, basename(shown.name));
  const show = () => commands.executeCommand(place.inWorkspace ? 'revealInExplorer' : 'revealFileInOS', first);
  if (place.inWorkspace) await show();
  const { overlay, full } = sizes;
  const reduced = isReduced(sizes);
  const saved = l10n.t('Saved {0} files to {1}.', files.length, place.name);
  const numbers = [overlay.width, overlay.height, full.width, full.height] as const;
  const size =
    params.display.view === 'model'
      ? l10n.t('Overlays are {0} × {1} (what the model saw is {2} × {3}).', ...numbers)
      : l10n.t('Overlays are {0} × {1} (the image is {2} × {3}).', ...numbers);
  const actions: Action[] = [
    { title: l10n.t('Open Figure'), run: () => commands.executeCommand('vscode.open', first) },
    ...(reduced ? [{ title: l10n.t('Save Full Size'), run: () => saveFullSize(params, place, services) }] : []),
    { title: l10n.t('Reveal'), run: show },
  ];
  const message = reduced ? `${saved} ${size}` : saved;
  void reporter.offer(window.showInformationMessage(message, ...actions.map(({ title }) => title)), actions);
}

/** The same again in the same place, the overlays as large as the image. */
async function saveFullSize(
  { longestSide: _, ...params }: Omit<EncodeParams, 'id'>,
  place: Place,
  services: SaveServices,
): Promise<void> {
  await write(params, { place, stage: await openStage(place) }, services);
}
