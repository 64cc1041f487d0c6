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
    --wl-accent: var(--vscode-progressBar-background, var(--vscode-focusBorder));
    width: 100%;
    min-width: 0;
    margin: 0;
    cursor: pointer;
  }
  /* Chromium picks the track's lightness by the accent colour, not by the theme, so both are drawn here. */
  @media not (forced-colors: active) {
    input[type='range'] {
      height: 18px;
      appearance: none;
      background: none;
    }
    input[type='range']::-webkit-slider-runnable-track {
      height: 4px;
      border-radius: 2px;
      background: linear-gradient(
        to right,
        var(--wl-accent) var(--wl-fill, 0%),
        color-mix(in srgb, var(--vscode-foreground) 28%, transparent) var(--wl-fill, 0%)
      );
    }
    input[type='range']::-webkit-slider-thumb {
      width: 14px;
      height: 14px;
      margin-top: -5px;
      appearance: none;
      border: 2px solid var(--vscode-editor-background);
      border-radius: 50%;
      background: var(--wl-accent);
    }
    input[type='range']::-moz-range-track {
      height: 4px;
      border-radius: 2px;
      background: color-mix(in srgb, var(--vscode-foreground) 28%, transparent);
    }
    input[type='range']::-moz-range-progress {
      height: 4px;
      border-radius: 2px;
      background: var(--wl-accent);
    }
    input[type='range']::-moz-range-thumb {
      width: 10px;
      height: 10px;
      border: 2px solid var(--vscode-editor-background);
      border-radius: 50%;
      background: var(--wl-accent);
    }
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
