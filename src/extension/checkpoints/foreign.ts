import { basename, dirname, relative, sep } from 'node:path';
import { commands, env, l10n, RelativePattern, Uri, window, workspace } from 'vscode';
import { CheckpointError } from '../../shared/errors';
import { checkpointFormats } from '../../shared/formats/checkpointNames';
import { type ForeignFormat, foreignFormat, foreignGlob } from '../../shared/formats/foreignFormats';
import type { Action } from '../host/report';
import { sortCandidates } from './decide';

const searchLimit = 100;

/** A checkpoint of a format that cannot be read: its sentence says what it is, its buttons lead to ONNX. */
export class ForeignCheckpointError extends CheckpointError {
  constructor(
    message: string,
    readonly path: string,
    readonly format: ForeignFormat,
  ) {
    super(message);
  }
}

/** @throws ForeignCheckpointError for a file whose name says that it is a checkpoint of another format. */
export function assertReadable(path: string): void {
  const format = foreignFormat(path);
  if (format === undefined) return;
  const readable = checkpointFormats.map(({ title }) => title).join(', ');
  const message = l10n.t(
    '{0} looks like a {1} checkpoint, and this version of Whylight reads only {2}; export it first.',
    basename(path),
    format.title,
    readable,
  );
  throw new ForeignCheckpointError(message, path, format);
}

/** The error for a folder without a checkpoint that can be read; it names the one nearest to the image that cannot be, if there is one. */
export async function nothingFound(
  root: string,
  image: string,
  extensions: readonly string[],
): Promise<CheckpointError> {
  const found = await workspace.findFiles(
    new RelativePattern(Uri.file(root), foreignGlob()),
    '**/{node_modules,.git}/**',
    searchLimit,
  );
  const [nearest] = sortCandidates(
    found.map(({ fsPath }) => fsPath),
    dirname(image),
  );
  const format = nearest === undefined ? undefined : foreignFormat(nearest);
  const known = extensions.join(', ');
  if (nearest === undefined || format === undefined) {
    return new CheckpointError(
      l10n.t(
        'No checkpoint ({0}) was found in {1}; put one there or choose one from elsewhere.',
        known,
        basename(root),
      ),
    );
  }
  const message = l10n.t(
    'No checkpoint that this version of Whylight reads ({0}) was found in {1}, but {2} looks like a {3} checkpoint; export it first.',
    known,
    basename(root),
    relative(root, nearest),
    format.title,
  );
  return new ForeignCheckpointError(message, nearest, format);
}

/** @param help page on exporting, as part of the extension. */
export function foreignActions({ path, format }: ForeignCheckpointError, help: Uri): Action[] {
  return [
    { title: l10n.t('Copy Command'), run: () => copyCommand(path, format) },
    { title: l10n.t('How to Export'), run: () => commands.executeCommand('markdown.showPreview', help) },
  ];
}

async function copyCommand(path: string, format: ForeignFormat): Promise<void> {
  const folder = workspace.getWorkspaceFolder(Uri.file(path))?.uri.fsPath;
  const shown = folder === undefined ? path : relative(folder, path);
  await env.clipboard.writeText(format.command(shown.split(sep).join('/')));
  const openTerminal = l10n.t('Open Terminal');
  const pressed = await window.showInformationMessage(
    l10n.t(
      'The command is in the clipboard. Paste it into a terminal where the Python of the model’s training is in use.',
    ),
    openTerminal,
  );
  if (pressed === openTerminal) window.createTerminal(folder === undefined ? {} : { cwd: folder }).show();
}
