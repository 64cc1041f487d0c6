import { commands, EventEmitter, l10n, type TextDocumentContentProvider, Uri, workspace } from 'vscode';
import { CheckpointError, UsageError } from '../../shared/errors';
import type { Question } from '../../shared/question/question';
import { readQuestion } from '../../shared/question/readQuestion';
import type { EngineClient } from '../engine/engineClient';
import { DisposableOwner } from '../host/dispose';
import { imageSettings } from '../host/settings';
import { assertTrusted } from '../host/trust';
import { imageSource } from '../images/imageSource';
import { modelReport } from './modelReport';

const scheme = 'whylight-model';

/** Read-only documents that describe checkpoints. */
export class ModelDocuments extends DisposableOwner implements TextDocumentContentProvider {
  private readonly reports = new Map<string, string>();

  private readonly changes = this.register(new EventEmitter<Uri>());
  /** A health check was made again: its document is read anew. */
  readonly onDidChange = this.changes.event;

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
    await this.show(Uri.from({ scheme, path: `${checkpoint.path}.md` }), signal);
  }

  /** Describes a checkpoint, what its layers do with one image first. */
  async openHealth(question: Question<string>, signal?: AbortSignal): Promise<void> {
    const query = JSON.stringify(question);
    await this.show(Uri.from({ scheme, path: `${Uri.file(question.checkpoint).path}.md`, query }), signal);
  }

  async provideTextDocumentContent(uri: Uri): Promise<string> {
    // Without one it is a tab that VS Code restored: the description has to be made again.
    return this.reports.get(uri.toString()) ?? this.describe(uri);
  }

  private async show(uri: Uri, signal?: AbortSignal): Promise<void> {
    this.reports.set(uri.toString(), await this.describe(uri, signal));
    this.changes.fire(uri);
    await commands.executeCommand('markdown.showPreview', uri);
  }

  private async describe(uri: Uri, signal?: AbortSignal): Promise<string> {
    const checkpoint = uri.fsPath.replace(/\.md$/, '');
    if (uri.query === '') return modelReport(await this.engine.request('inspect', { checkpoint }, signal), l10n.t);
    assertTrusted();
    // The query says the checkpoint, too, but a link may have been written by hand: the document's own path decides.
    const asked = readQuestion({ ...JSON.parse(uri.query), checkpoint });
    if (asked === undefined) throw new UsageError(l10n.t('The address of this health check does not name an image.'));
    const image = Uri.parse(asked.image);
    const { runtime } = imageSettings(image);
    const question = { runtime, ...asked, image: await imageSource(image) };
    const health = await this.engine.request('checkHealth', question, signal);
    return modelReport(await this.engine.request('inspect', { checkpoint }, signal), l10n.t, health);
  }
}
