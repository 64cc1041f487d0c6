import { dirname } from 'node:path';
import { l10n, type QuickPickItem, QuickPickItemKind, type Uri, window } from 'vscode';
import { UsageError } from '../../shared/errors';
import type { Prediction } from '../../shared/explanation/events';
import type { Change } from '../../shared/question/comparison';
import type { Question } from '../../shared/question/question';
import { percent } from '../../shared/words/summary';
import type { Checkpoints } from '../checkpoints/checkpoints';
import { checkpointsBeside } from '../checkpoints/find';
import { otherClasses } from './classes';
import { inTrainingOrder, listed, shortNames } from './epochs';
import { pickClass } from './pickClass';
import { pickEpochs } from './pickEpochs';
import { pickImage } from './pickImage';
import { otherLayers, pickLayer } from './pickLayer';

/** What the panel shows that is compared with something. */
export interface ComparisonContext {
  readonly image: Uri;
  readonly question: Question<string>;
  /** The answer that is shown; null while the model has not spoken. */
  readonly prediction: Prediction | null;
  readonly checkpoints: Pick<Checkpoints, 'askOther'>;
  /** What stands beside it already: not offered again. None when absent. */
  readonly compared?: readonly Change[];
}

/** What to ask for: one kind of change, all checkpoints of the folder in their order, or first what. */
export type ComparisonAsk = Change['kind'] | 'epochs' | null;

/**
 * Asks the user what to compare with, by quick picks; undefined when the user gave up. Other parameters are set beside their map on the
 * page, so for them nothing is asked.
 *
 * @returns what differs, one change for each comparison, in their order.
 * @throws UsageError where there is nothing to choose from, in one sentence.
 */
export async function askForComparison(
  context: ComparisonContext,
  ask: ComparisonAsk,
): Promise<readonly Change[] | undefined> {
  switch (ask) {
    case 'target':
      return one(await pickClass(spoken(context), compared(context, 'target')), (target) => ({
        kind: 'target',
        target,
      }));
    case 'layer':
      return one(
        await pickLayer(spoken(context), [
          shownLayer(context),
          ...compared(context, 'layer').map(({ layer }) => layer),
        ]),
        (layer) => ({ kind: 'layer', layer }),
      );
    case 'image':
      return one(
        await pickImage(
          context.image,
          compared(context, 'image').map(({ image }) => image),
        ),
        (image) => ({ kind: 'image', image }),
      );
    case 'checkpoint': {
      const { checkpoint } = context.question;
      const leftOut = [checkpoint, ...compared(context, 'checkpoint').map((each) => each.checkpoint)];
      return one(await context.checkpoints.askOther(context.image, leftOut), (chosen) => ({
        kind: 'checkpoint',
        checkpoint: chosen,
      }));
    }
    case 'epochs':
      return epochs(context, await inOrder(context));
    case 'parameters':
      return undefined;
    case null:
      return askForKind(context);
  }
}

async function askForKind(context: ComparisonContext): Promise<readonly Change[] | undefined> {
  const { prediction } = context;
  const beside = await inOrder(context);
  const items: (QuickPickItem & { ask?: ComparisonAsk })[] = [];
  if (remaining(context, beside).length > 0) {
    items.push(
      {
        label: `$(layers) ${l10n.t('All checkpoints in this folder, in order')}`,
        detail: listed(shortNames(beside)),
        ask: 'epochs',
      },
      { label: l10n.t('Or one thing that differs'), kind: QuickPickItemKind.Separator },
    );
  }
  const classes = prediction && otherClasses(prediction)?.slice(0, 3);
  if (prediction && prediction.classes.count > 1) {
    const likely = classes?.map(({ label, index, probability }) => `${label ?? index} ${percent(probability)}`);
    items.push({
      label: `$(tag) ${l10n.t('Class…')}`,
      ...(likely && { detail: likely.join(', ') }),
      ask: 'target',
    });
  }
  items.push({
    label: `$(file-binary) ${l10n.t('Checkpoint…')}`,
    detail: l10n.t('another network, or another state of this one'),
    ask: 'checkpoint',
  });
  if (prediction && otherLayers(prediction, [shownLayer(context)]).length > 0) {
    items.push({
      label: `$(list-tree) ${l10n.t('Layer…')}`,
      detail: l10n.t('for the methods that have one; now {0}', shownLayer(context) ?? ''),
      ask: 'layer',
    });
  }
  items.push({
    label: `$(file-media) ${l10n.t('Image…')}`,
    detail: l10n.t('another image of this folder, or any other'),
    ask: 'image',
  });
  const picked = await window.showQuickPick(items, {
    title: l10n.t('Compare with…'),
    placeHolder: l10n.t('Maps side by side with these, on the same scale'),
    matchOnDetail: true,
    ignoreFocusOut: true,
  });
  return picked?.ask === undefined ? undefined : askForComparison(context, picked.ask);
}

/** The checkpoints of the folder, the panel's own among them, in the order of their training. */
async function inOrder({ question }: ComparisonContext): Promise<string[]> {
  const beside = await checkpointsBeside(question.checkpoint);
  const folder = dirname(question.checkpoint);
  return inTrainingOrder(beside, beside.every((path) => dirname(path) === folder) ? folder : dirname(folder));
}

function remaining(context: ComparisonContext, beside: readonly string[]): string[] {
  const there = [context.question.checkpoint, ...compared(context, 'checkpoint').map(({ checkpoint }) => checkpoint)];
  return beside.filter((path) => !there.includes(path));
}

async function epochs(context: ComparisonContext, beside: readonly string[]): Promise<Change[] | undefined> {
  const others = remaining(context, beside);
  if (others.length === 0) {
    throw new UsageError(
      l10n.t('There is no other checkpoint in {0} to compare with.', dirname(context.question.checkpoint)),
    );
  }
  const chosen = await pickEpochs(others);
  return chosen?.map((checkpoint) => ({ kind: 'checkpoint', checkpoint }));
}

function spoken({ prediction }: ComparisonContext): Prediction {
  if (prediction !== null) return prediction;
  throw new UsageError(l10n.t('The classes and layers are known as soon as the model has answered; compare then.'));
}

function shownLayer({ question, prediction }: ComparisonContext): string | undefined {
  return question.layer ?? prediction?.layer?.name;
}

function compared<Kind extends Change['kind']>(
  { compared: all = [] }: ComparisonContext,
  kind: Kind,
): Extract<Change, { kind: Kind }>[] {
  return all.filter((change): change is Extract<Change, { kind: Kind }> => change.kind === kind);
}

function one<T>(chosen: T | undefined, change: (chosen: T) => Change): Change[] | undefined {
  return chosen === undefined ? undefined : [change(chosen)];
}
