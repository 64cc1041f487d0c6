import { html, nothing, type TemplateResult } from 'lit';
import { doneIcon, errorIcon, infoIcon, warningIcon } from './icons';

export type NoticeKind = 'info' | 'warning' | 'error' | 'done';

const icons = { info: infoIcon, warning: warningIcon, error: errorIcon, done: doneIcon } as const;

/** A sentence with an icon, and what can be done about it. */
export function notice(
  kind: NoticeKind,
  text: TemplateResult | string,
  options: { readonly small?: boolean; readonly actions?: TemplateResult } = {},
): TemplateResult {
  return html`<div class="notice ${kind} ${options.small ? 'small' : ''}" data-notice=${kind}>
    ${icons[kind]}
    <div>
      ${text}${options.actions === undefined ? nothing : html`<div class="actions">${options.actions}</div>`}
    </div>
  </div>`;
}
