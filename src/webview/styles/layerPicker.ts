import { css } from 'lit';

export const layerPickerStyles = css`
  h2 {
    margin-bottom: 6px;
  }
  .combo {
    position: relative;
    margin-bottom: 4px;
  }
  input {
    width: 100%;
    height: 26px;
    padding: 2px 26px 2px 8px;
    border: 1px solid var(--vscode-dropdown-border, var(--wl-border));
    border-radius: 2px;
    background: var(--vscode-dropdown-background);
    color: var(--vscode-dropdown-foreground, var(--vscode-foreground));
    font: inherit;
    text-overflow: ellipsis;
  }
  input:focus-visible {
    outline-offset: -1px;
  }
  .arrow {
    position: absolute;
    top: 5px;
    right: 6px;
    pointer-events: none;
  }
  ul {
    position: absolute;
    z-index: 2;
    right: 0;
    left: 0;
    max-height: 280px;
    overflow-y: auto;
    border: 1px solid var(--vscode-focusBorder);
    border-radius: 2px;
    background: var(--vscode-dropdown-listBackground, var(--vscode-dropdown-background));
    color: var(--vscode-dropdown-foreground, var(--vscode-foreground));
  }
  li {
    display: flex;
    flex-wrap: wrap;
    justify-content: space-between;
    gap: 0 12px;
    padding: 3px 8px;
    cursor: pointer;
  }
  li .name {
    min-width: 0;
    overflow-wrap: anywhere;
  }
  li .detail {
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
  .none {
    padding: 4px 2px;
  }
  p + p,
  vscode-button {
    margin-top: 4px;
  }
  @media (forced-colors: active) {
    li.active {
      outline: 2px solid Highlight;
    }
  }
`;
