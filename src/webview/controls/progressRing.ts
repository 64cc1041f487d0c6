import { html, type TemplateResult } from 'lit';

/** A turning ring; hidden from assistive technology, as the text beside it says what goes on. */
export function progressRing(): TemplateResult {
  return html`<vscode-progress-ring aria-hidden="true"></vscode-progress-ring>`;
}
