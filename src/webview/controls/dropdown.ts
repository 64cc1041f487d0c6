import type { Dropdown } from '@vscode/webview-ui-toolkit';
import { html, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { afterUpdate } from './afterUpdate';

export interface DropdownOptions {
  readonly label: string;
  readonly name: string;
  readonly value: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly onChange: (value: string) => void;
}

/** A list to choose one value from, with its label above. */
export function dropdown({ label, name, value, options, onChange }: DropdownOptions): TemplateResult {
  return html`<div class="field">
    <span class="field-label" aria-hidden="true">${label}</span>
    <vscode-dropdown
      aria-label=${label}
      data-field=${name}
      @change=${(event: Event) => onChange((event.target as Dropdown).value)}
      ${afterUpdate((element) => select(element as Dropdown, value))}
    >
      ${repeat(
        options,
        (option) => option.value,
        (option) =>
          html`<vscode-option value=${option.value} ?selected=${option.value === value}>${option.label}</vscode-option>`,
      )}
    </vscode-dropdown>
  </div>`;
}

/** The dropdown learns of its options in a later task and forgets a value set before that. */
function select(element: Dropdown, value: string): void {
  if (element.value === value) return;
  if (element.options.some((option) => option.value === value)) element.value = value;
}
