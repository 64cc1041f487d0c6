import { html, type TemplateResult } from 'lit';
import type { MethodInfo } from '../../shared/results/attribution';
import type { Words } from '../view/words';

/** What a method is: description, formula, paper, cost, and the layer it used. */
export function aboutMethod(
  info: MethodInfo,
  layer: string | null,
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
    </dl>`;
}
