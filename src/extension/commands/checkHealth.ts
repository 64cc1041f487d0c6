import { l10n, ProgressLocation, window } from 'vscode';
import type { Question } from '../../shared/question/question';
import type { ModelDocuments } from '../inspect/modelDocuments';
import { type ExplainServices, imagesToExplain } from './explainImage';

/** Shows activations and gradients of every layer, with a progress note that can be cancelled. */
export async function showHealth(documents: ModelDocuments, question: Question<string>): Promise<void> {
  const title = l10n.t('Checking activations and gradients');
  await window.withProgress({ location: ProgressLocation.Notification, title, cancellable: true }, (_, token) => {
    const controller = new AbortController();
    token.onCancellationRequested(() => controller.abort());
    return documents.openHealth(question, controller.signal);
  });
}

/** Image, checkpoint and class of the active panel; else the image in the active tab, or the one that the user picks. */
export async function healthQuestion(services: ExplainServices): Promise<Question<string> | null> {
  const panel = services.panels.current;
  if (panel !== undefined) return panel.question;
  const [image] = await imagesToExplain(services.panels, undefined, undefined);
  if (image === undefined) return null;
  return {
    image: image.toString(),
    checkpoint: await services.checkpoints.forImage(image),
    target: { kind: 'top1' },
  };
}
