import { css } from 'lit';

export const comboboxStyles = css`
  :host {
    min-width: 0;
  }
  .combo {
    position: relative;
  }
  input {
    width: 100%;
    height: 24px;
    padding: 0 6px;
    border: 1px solid var(--vscode-settings-textInputBorder, var(--vscode-input-border, var(--wl-border)));
    border-radius: 3px;
    background: var(--vscode-input-background);
    color: var(--vscode-input-foreground, var(--vscode-foreground));
    font: inherit;
    text-overflow: ellipsis;
  }
  input::placeholder {
    color: var(--vscode-input-placeholderForeground);
    opacity: 1;
  }
  input:focus-visible {
    outline-offset: -1px;
  }
  input.invalid {
    border-color: var(--vscode-inputValidation-errorBorder, var(--vscode-errorForeground));
    outline-color: var(--vscode-inputValidation-errorBorder, var(--vscode-errorForeground));
  }
  .drop {
    position: absolute;
    z-index: 30;
    top: calc(100% + 2px);
    left: 0;
    width: max-content;
    min-width: 100%;
    max-width: min(460px, calc(100vw - 16px));
    border: 1px solid var(--vscode-focusBorder);
    border-radius: 3px;
    background: var(--vscode-dropdown-listBackground, var(--vscode-dropdown-background));
    color: var(--vscode-dropdown-foreground, var(--vscode-foreground));
    box-shadow: 0 2px 8px var(--vscode-widget-shadow, transparent);
  }
  ul {
    max-height: 280px;
    overflow-y: auto;
  }
  li {
    display: flex;
    justify-content: space-between;
    gap: 0 16px;
    padding: 3px 8px;
    cursor: pointer;
  }
  li .name {
    min-width: 0;
    overflow-wrap: anywhere;
  }
  li .detail {
    flex: none;
    font-size: var(--wl-small);
  }
  li:hover {
    background: var(--vscode-list-hoverBackground);
  }
  li.active {
    background: var(--vscode-list-activeSelectionBackground);
    color: var(--vscode-list-activeSelectionForeground);
    outline: 1px solid var(--vscode-contrastActiveBorder, transparent);
    outline-offset: -1px;
  }
  li[aria-selected='true'] .name {
    font-weight: 600;
  }
  .problem:not(:empty) {
    padding: 6px 8px;
    color: var(--vscode-errorForeground);
    max-width: 340px;
  }
  .note {
    padding: 4px 8px;
    border-top: 1px solid var(--wl-border);
    color: var(--wl-muted);
    font-size: var(--wl-small);
    max-width: 420px;
  }
  @media (forced-colors: active) {
    li.active {
      outline: 2px solid Highlight;
    }
  }
`;
