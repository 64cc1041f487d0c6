import { css, html, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';

export interface SegmentsOptions {
  readonly label: string;
  readonly name: string;
  readonly value: string;
  readonly options: readonly { readonly value: string; readonly label: string; readonly tip: string }[];
  readonly onChange: (value: string) => void;
}

/** A choice of one out of few, side by side: radio buttons that look like one control. */
export function segments({ label, name, value, options, onChange }: SegmentsOptions): TemplateResult {
  return html`<div class="segments" role="radiogroup" aria-label=${label} data-field=${name}>
    ${options.map(
      (option) => html`<label title=${option.tip}>
        <input
          type="radio"
          name=${name}
          value=${option.value}
          .checked=${live(option.value === value)}
          @change=${() => onChange(option.value)}
        />
        <span>${option.label}</span>
      </label>`,
    )}
  </div>`;
}

export const segmentStyles = css`
  .segments {
    display: inline-flex;
    flex: none;
    height: 24px;
    border: 1px solid var(--vscode-dropdown-border, var(--wl-border));
    border-radius: 3px;
    overflow: hidden;
  }
  .segments label {
    position: relative;
    display: flex;
    cursor: pointer;
  }
  .segments input {
    position: absolute;
    inset: 0;
    margin: 0;
    opacity: 0;
    cursor: pointer;
  }
  .segments span {
    display: flex;
    align-items: center;
    padding: 0 8px;
  }
  .segments label:hover span {
    background: var(--vscode-toolbar-hoverBackground);
  }
  .segments input:checked + span {
    background: var(--vscode-inputOption-activeBackground, var(--vscode-list-activeSelectionBackground));
    color: var(--vscode-inputOption-activeForeground, var(--vscode-foreground));
    box-shadow: inset 0 0 0 1px var(--vscode-inputOption-activeBorder, var(--vscode-contrastActiveBorder, transparent));
  }
  .segments input:focus-visible + span {
    outline: 1px solid var(--vscode-focusBorder);
    outline-offset: -2px;
  }
  @media (forced-colors: active) {
    .segments input:checked + span {
      background: Highlight;
      color: HighlightText;
      forced-color-adjust: none;
    }
  }
`;
