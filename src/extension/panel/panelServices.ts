import type { Uri } from 'vscode';
import type { Change } from '../../shared/question/comparison';
import type { Question } from '../../shared/question/question';
import type { ChosenLabels } from '../checkpoints/chooseLabels';
import type { ComparisonAsk, ComparisonContext } from '../compare/compare';
import type { EngineClient } from '../engine/engineClient';
import type { Reporter } from '../host/report';
import type { FinishedMaps } from './finishedMaps';
import type { Stamps } from './stamps';
import type { StoredExplanations } from './storedExplanations';

/** What a panel needs from the rest of the extension. */
export interface PanelServices {
  readonly extensionUri: Uri;
  readonly engine: EngineClient;
  readonly reporter: Reporter;
  readonly maps: FinishedMaps;
  readonly stamps: Stamps;
  readonly stored: StoredExplanations;
  /** Asks the user; undefined when the user gave up. */
  chooseMethods(current: readonly string[], image: Uri): Promise<readonly string[] | undefined>;
  chooseCheckpoint(image: Uri): Promise<string | undefined>;
  /** `classes` of the model, as far as it is known. */
  chooseLabels(checkpoint: string, classes: number | undefined): Promise<ChosenLabels | undefined>;
  /** Asks the user what to compare with; undefined when the user gave up. */
  askForComparison(
    context: Omit<ComparisonContext, 'checkpoints'>,
    ask: ComparisonAsk,
  ): Promise<readonly Change[] | undefined>;
  /** Shows activations and gradients of every layer. */
  checkHealth(question: Question<string>): Promise<void>;
}
