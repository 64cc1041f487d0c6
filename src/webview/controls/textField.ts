import type { TextField } from '@vscode/webview-ui-toolkit';
import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';

export interface TextFieldOptions {
  readonly label: string;
  readonly name: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly onEnter?: () => void;
  readonly placeholder?: string;
  /** True draws the field as wrong; the caller shows the reason beside it. */
  readonly invalid?: boolean;
  /** Keeps the label for assistive technology only. */
  readonly hideLabel?: boolean;
}

/** A one-line text field with its label above. */
export function textField(options: TextFieldOptions): TemplateResult {
  const { label, name, value, onInput, onEnter, placeholder, invalid = false, hideLabel = false } = options;
  return html`<vscode-text-field
    class=${invalid ? 'invalid' : ''}
    data-field=${name}
    aria-label=${hideLabel ? label : nothing}
    aria-invalid=${invalid ? 'true' : nothing}
    placeholder=${placeholder ?? nothing}
    .value=${live(value)}
    @input=${(event: Event) => onInput((event.target as TextField).value)}
    @keydown=${(event: KeyboardEvent) => {
      if (event.key === 'Enter') onEnter?.();
    }}
    >${hideLabel ? nothing : label}</vscode-text-field
  >`;
}
