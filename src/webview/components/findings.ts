import { html, nothing, type TemplateResult } from 'lit';
import type { Finding, Severity } from '../../shared/health';
import type { Controller } from '../controller';
import { button } from '../controls/button';
import type { Words } from '../view/words';
import { errorIcon, infoIcon, warningIcon } from './icons';
import type { NoticeKind } from './notice';

const kinds: Readonly<Record<Severity, NoticeKind>> = { problem: 'error', warning: 'warning', note: 'info' };
const icons: Readonly<Record<Severity, TemplateResult>> = { problem: errorIcon, warning: warningIcon, note: infoIcon };

/** What the passes showed of the network's health, one line a finding, in the colour of the gravest. */
export function findingsNotice(
  findings: readonly Finding[],
  words: Words,
  controller: Controller,
): TemplateResult | typeof nothing {
  const [gravest] = findings;
  if (gravest === undefined) return nothing;
  const kind = kinds[gravest.severity];
  return html`<div class="notice list ${kind}" data-notice=${kind}>
    <ul aria-label=${words('heading.findings')} data-testid="findings">
      ${findings.map(
        ({ severity, sentence }) =>
          html`<li class=${kinds[severity]} data-severity=${severity}>
            ${icons[severity]}
            <span><span class="hidden-text">${words(`finding.${severity}`)}: </span>${sentence}</span>
          </li>`,
      )}
    </ul>
    <div class="actions">
      ${button({
        label: words('action.checkHealth'),
        action: 'check-health',
        tip: words('action.checkHealthTip'),
        onClick: () => controller.checkHealth(),
      })}
    </div>
  </div>`;
}
