import { css } from 'lit';

/** Labels, dropdowns, sliders and text fields. */
export const fieldStyles = css`
  .field {
    display: flex;
    flex-direction: column;
    gap: 4px;
    min-width: 0;
  }
  .field-label {
    font-size: var(--wl-small);
    color: var(--vscode-foreground);
  }
  vscode-dropdown,
  vscode-text-field {
    width: 100%;
    min-width: 0;
  }
  vscode-text-field.invalid::part(root) {
    border-color: var(--vscode-inputValidation-errorBorder);
  }
  vscode-dropdown::part(listbox) {
    max-height: 300px;
  }
  .range {
    display: grid;
    grid-template-columns: 1fr 58px 14px;
    align-items: center;
    gap: 8px;
    height: 26px;
  }
  input[type='range'] {
    width: 100%;
    min-width: 0;
    margin: 0;
    accent-color: var(--vscode-button-background, var(--vscode-focusBorder));
    cursor: pointer;
  }
  input[type='number'] {
    width: 100%;
    height: 26px;
    padding: 2px 4px 2px 6px;
    border: 1px solid var(--vscode-settings-textInputBorder, var(--vscode-input-border, var(--wl-border)));
    border-radius: 2px;
    background: var(--vscode-input-background);
    color: var(--vscode-input-foreground);
    font: inherit;
    font-variant-numeric: tabular-nums;
  }
  input:disabled {
    opacity: 0.5;
    cursor: default;
  }
  input[type='number']:focus-visible {
    outline-offset: -1px;
  }
  .unit {
    color: var(--wl-muted);
  }
  .hint {
    color: var(--wl-muted);
    font-size: var(--wl-small);
  }
  .error-text {
    color: var(--vscode-errorForeground);
    font-size: var(--wl-small);
  }
`;
