import { html, type TemplateResult } from 'lit';
import type { MethodInfo, ParameterValue } from '../../shared/results/attribution';
import type { Words } from '../view/words';

/** What a method is: description, formula, paper, cost, the layer it used and the parameters that it was run with. */
export function aboutMethod(
  info: MethodInfo,
  layer: string | null,
  used: readonly (readonly [name: string, value: ParameterValue])[],
  words: Words,
  openSource: (url: string) => void,
): TemplateResult {
  const open = (event: Event) => {
    event.preventDefault();
    openSource(info.source.url);
  };
  return html`<p>${info.description}</p>
    <dl>
      <dt>${words('card.formula')}</dt>
      <dd class="mono">${info.formula}</dd>
      <dt>${words('card.source')}</dt>
      <dd><a href=${info.source.url} data-action="open-source" @click=${open}>${info.source.paper}</a></dd>
      <dt>${words('card.costWords')}</dt>
      <dd>${info.cost}</dd>
      ${
        layer === null
          ? ''
          : html`<dt>${words('card.layer')}</dt>
            <dd class="mono">${layer}</dd>`
      }
      ${used.map(
        ([name, value]) => html`<dt>${info.parameters.find((each) => each.name === name)?.title ?? name}</dt>
          <dd>${String(value)}</dd>`,
      )}
    </dl>`;
}
