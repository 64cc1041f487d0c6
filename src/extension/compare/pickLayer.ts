import { l10n, window } from 'vscode';
import type { Prediction } from '../../shared/explanation/events';
import type { LayerInfo } from '../../shared/results/layers';

/** The layers that a map can be drawn from, without those named; the last ones, which say most of the class, first. */
export function otherLayers(
  { model }: Pick<Prediction, 'model'>,
  leftOut: readonly (string | undefined)[],
): LayerInfo[] {
  return model.layers.filter(({ spatial, name }) => spatial && !leftOut.includes(name)).reverse();
}

/** Lets the user choose another layer; undefined when the user gave up. */
export async function pickLayer(
  prediction: Prediction,
  leftOut: readonly (string | undefined)[],
): Promise<string | undefined> {
  const items = otherLayers(prediction, leftOut).map(({ name, operator, shape }) => ({
    label: name,
    description: `${operator} · ${shape.join(' × ')}`,
  }));
  const picked = await window.showQuickPick(items, {
    title: l10n.t('Compare with Another Layer'),
    placeHolder: l10n.t('The layers that class activation maps can be drawn from, the last one first'),
    matchOnDescription: true,
    ignoreFocusOut: true,
  });
  return picked?.label;
}
