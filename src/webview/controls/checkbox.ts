import { html, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';

export interface CheckboxOptions {
  readonly label: string;
  readonly name: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}

/** A tick box with its label. */
export function checkbox({ label, name, checked, onChange }: CheckboxOptions): TemplateResult {
  return html`<vscode-checkbox
    data-field=${name}
    .checked=${live(checked)}
    @change=${(event: Event) => onChange((event.target as HTMLElement & { checked: boolean }).checked)}
    >${label}</vscode-checkbox
  >`;
}
