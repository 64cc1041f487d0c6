import { basename, dirname, relative, sep } from 'node:path';
import { commands, env, l10n, RelativePattern, Uri, window, workspace } from 'vscode';
import { CheckpointError } from '../../shared/errors';
import { type ForeignFormat, foreignFormat, foreignGlob } from '../../shared/formats/foreignFormats';
import type { CheckpointFacts } from '../../shared/results/checkpointFacts';
import type { EngineClient } from '../engine/engineClient';
import type { Action } from '../host/report';
import { sortCandidates } from './decide';

const searchLimit = 100;
/** Of those nearest to the image this many are looked at. */
const looked = 20;

export type AskingEngine = Pick<EngineClient, 'request'>;

/** A checkpoint that no reader takes: its sentence says what it is, its buttons lead to ONNX. */
export class ForeignCheckpointError extends CheckpointError {
  constructor(
    message: string,
    readonly path: string,
    /** Undefined for what no command turns into ONNX. */
    readonly format: ForeignFormat | undefined,
  ) {
    super(message);
  }
}

/** @throws ForeignCheckpointError for a file that is something else by its bytes; one that is missing is told later. */
export async function assertReadable(path: string, engine: AskingEngine): Promise<void> {
  const [facts] = await engine.request('checkpointFacts', { paths: [path], deep: false });
  if (facts) assertOpens(facts);
}

/** As {@link assertReadable}, of what is known already. */
export function assertOpens({ path, problem }: CheckpointFacts): void {
  if (problem === null) return;
  throw new ForeignCheckpointError(l10n.t('{0} is {1}.', basename(path), problem), path, foreignFormat(path));
}

/** The error for a folder without a checkpoint that opens; it names the one nearest to the image that does not, if there is one. */
export async function nothingFound(
  root: string,
  image: string,
  seen: readonly string[],
  engine: AskingEngine,
): Promise<CheckpointError> {
  const glob = foreignGlob();
  const found =
    glob === null
      ? []
      : await workspace.findFiles(new RelativePattern(Uri.file(root), glob), '**/{node_modules,.git}/**', searchLimit);
  const all = [...new Set([...seen, ...found.map(({ fsPath }) => fsPath)])];
  const paths = sortCandidates(all, dirname(image)).slice(0, looked);
  const facts = await engine.request('checkpointFacts', { paths, deep: false });
  const nearest = facts.find(({ isCheckpoint, problem }) => isCheckpoint && problem !== null);
  if (!nearest?.problem) {
    return new CheckpointError(
      l10n.t('No checkpoint was found in {0}; put one there or choose one from elsewhere.', basename(root)),
    );
  }
  const { path, problem } = nearest;
  const message = l10n.t(
    'No checkpoint that opens was found in {0}: {1} is {2}.',
    basename(root),
    relative(root, path),
    problem,
  );
  return new ForeignCheckpointError(message, path, foreignFormat(path));
}

/** @param help page on exporting, as part of the extension. */
export function foreignActions({ path, format }: ForeignCheckpointError, help: Uri): Action[] {
  if (format === undefined) return [];
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
