import { basename } from 'node:path';
import {
  l10n,
  type TabInputCustom,
  type TabInputText,
  type TabInputTextDiff,
  type Uri,
  window,
  workspace,
} from 'vscode';
import { CancelledError, ImageError } from '../../shared/errors';
import { cardFor } from '../../shared/question/card';
import type { Checkpoints } from '../checkpoints/checkpoints';
import type { EngineClient } from '../engine/engineClient';
import { imageSettings } from '../host/settings';
import { imageExtensions, imagesOf, isImagePath } from '../images/images';
import { chosenMethods } from '../methods/chosenMethods';
import type { ExplanationPanel } from '../panel/explanationPanel';
import { columnForPanels, imageOfActivePanel, type Panels } from '../panel/panels';

export interface ExplainServices {
  readonly engine: EngineClient;
  readonly panels: Panels;
  readonly checkpoints: Checkpoints;
}

/** Opens a panel for every image that is meant: the selection, else the active tab, else what the user picks. */
export async function explainImages(
  services: ExplainServices,
  clicked: Uri | undefined,
  selection: readonly Uri[] | undefined,
): Promise<void> {
  const images = await imagesToExplain(services.panels, clicked, selection);
  // All questions first, so that none of them interrupts looking at the first result.
  const answered: { image: Uri; checkpoint: string }[] = [];
  for (const image of images) answered.push({ image, checkpoint: await services.checkpoints.forImage(image) });
  if (answered.length === 0) return;
  const column = columnForPanels();
  const opened: ExplanationPanel[] = [];
  for (const { image, checkpoint } of answered) {
    const { methods, display } = imageSettings(image);
    const ids = await methodsToRun(services.engine, methods);
    opened.push(
      services.panels.show(
        {
          question: { image: image.toString(), checkpoint, target: { kind: 'top1' } },
          cards: ids.map(cardFor),
          comparisons: [],
          pinned: [],
          display,
        },
        column,
      ),
    );
  }
  if (opened.length > 1) opened[0]?.view.reveal();
}

/** Does not wait for the engine when the settings say enough: the page can load while it starts. */
async function methodsToRun(engine: EngineClient, configured: readonly string[]): Promise<readonly string[]> {
  if (engine.knownMethods === undefined && configured.length > 0) return configured;
  return chosenMethods(configured, await engine.methods());
}

export async function imagesToExplain(
  panels: Panels,
  clicked: Uri | undefined,
  selection: readonly Uri[] | undefined,
): Promise<Uri[]> {
  const images = imagesOf(clicked, selection);
  if (images.length > 0) return images;
  if (clicked !== undefined) {
    throw new ImageError(
      l10n.t('{0} is not an image that Whylight reads ({1}).', basename(clicked.path), imageExtensions.join(', ')),
    );
  }
  const active = imagesOf(imageOfActivePanel(panels) ?? imageOfActiveTab(), undefined);
  return active.length > 0 ? active : browse();
}

/** The image that is open in the active tab. */
export function imageOfActiveTab(): Uri | undefined {
  const input = window.tabGroups.activeTabGroup.activeTab?.input as
    | Partial<TabInputCustom & TabInputText & TabInputTextDiff>
    | undefined;
  const uri = input?.uri ?? input?.modified;
  return uri !== undefined && isImagePath(uri.path) ? uri : undefined;
}

async function browse(): Promise<Uri[]> {
  const folder = workspace.workspaceFolders?.[0]?.uri;
  const picked = await window.showOpenDialog({
    title: l10n.t('Explain Image'),
    openLabel: l10n.t('Explain'),
    canSelectMany: true,
    ...(folder === undefined ? {} : { defaultUri: folder }),
    filters: { [l10n.t('Images')]: [...imageExtensions] },
  });
  if (picked === undefined) throw new CancelledError();
  return imagesOf<Uri>(undefined, picked);
}
