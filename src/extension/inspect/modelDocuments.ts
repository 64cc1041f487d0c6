import { commands, l10n, type TextDocumentContentProvider, Uri, workspace } from 'vscode';
import { CheckpointError } from '../../shared/errors';
import { DisposableOwner } from '../dispose';
import type { EngineClient } from '../engine/engineClient';
import { modelReport } from './modelReport';

const scheme = 'whylight-model';

/** Read-only documents that describe checkpoints. */
export class ModelDocuments extends DisposableOwner implements TextDocumentContentProvider {
  private readonly reports = new Map<string, string>();

  constructor(private readonly engine: EngineClient) {
    super();
    this.register(workspace.registerTextDocumentContentProvider(scheme, this));
    this.register(
      workspace.onDidCloseTextDocument(({ uri }) => {
        if (uri.scheme === scheme) this.reports.delete(uri.toString());
      }),
    );
  }

  /** Describes a checkpoint in a Markdown preview. */
  async open(checkpoint: Uri, signal?: AbortSignal): Promise<void> {
    if (checkpoint.scheme !== 'file') {
      throw new CheckpointError(l10n.t('The checkpoint {0} is not a file on this disk.', checkpoint.toString(true)));
    }
    const summary = await this.engine.request('inspect', { checkpoint: checkpoint.fsPath }, signal);
    const uri = Uri.from({ scheme, path: `${checkpoint.path}.md` });
    this.reports.set(uri.toString(), modelReport(summary, l10n.t));
    await commands.executeCommand('markdown.showPreview', uri);
  }

  async provideTextDocumentContent(uri: Uri): Promise<string> {
    const ready = this.reports.get(uri.toString());
    if (ready !== undefined) return ready;
    // A tab that VS Code restored: the description has to be made again.
    const checkpoint = Uri.file(uri.fsPath.replace(/\.md$/, ''));
    return modelReport(await this.engine.request('inspect', { checkpoint: checkpoint.fsPath }), l10n.t);
  }
}
