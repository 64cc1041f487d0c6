import { html, nothing, type TemplateResult } from 'lit';
import type { Prediction } from '../../shared/explanation/events';
import type { Controller } from '../controller';
import { toolButton } from '../controls/toolButton';
import type { Words } from '../view/words';

/** What is known of the model that gave these results, and where it comes from. @param checkpoint path of the one that is asked. */
export function modelFacts(
  prediction: Prediction | null,
  checkpoint: string,
  words: Words,
  controller: Controller,
): TemplateResult {
  const fact = (term: string, text: string, more: TemplateResult | typeof nothing = nothing) =>
    html`<dt>${term}</dt>
      <dd>${text} ${more}</dd>`;
  const change = toolButton({
    label: words('action.chooseCheckpoint'),
    action: 'choose-checkpoint',
    closes: true,
    onClick: () => controller.chooseCheckpoint(),
  });
  if (prediction === null) return html`<dl class="facts">${fact(words('model.checkpoint'), checkpoint, change)}</dl>`;
  const { input, runtime, model, labelsHow } = prediction;
  const edit = toolButton({
    label: words('preprocessing.edit'),
    name: `${words('preprocessing.edit')}: ${words('model.preprocessing')}`,
    action: 'edit-preprocessing',
    tip: words('preprocessing.editTip'),
    closes: true,
    onClick: () => controller.editPreprocessing(),
  });
  const labels = toolButton({
    label: words('action.chooseLabels'),
    action: 'choose-labels-file',
    closes: true,
    onClick: () => controller.chooseLabels(),
  });
  return html`<dl class="facts">
    ${fact(words('model.checkpoint'), model.path, change)}
    ${fact(words('model.runtime'), `${runtime.id}: ${runtime.why}`)}
    ${fact(words('model.input'), input.size.join(' × '))}
    ${fact(words('model.preprocessing'), `${input.preprocessing?.preset ?? words('model.preprocessingNone')}, ${input.how}`, edit)}
    ${fact(words('model.labels'), labelsHow ?? words('model.labelsNone'), labels)}
  </dl>`;
}
