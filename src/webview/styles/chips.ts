import { css } from 'lit';

export const chipStyles = css`
  :host {
    min-width: 0;
  }
  ol {
    display: flex;
    gap: 6px;
    padding: 3px;
    overflow-x: auto;
    scrollbar-width: none;
  }
  li {
    position: relative;
    flex: none;
  }
  .chip {
    position: relative;
    display: flex;
    align-items: center;
    gap: 6px;
    max-width: 220px;
    height: 26px;
    padding: 0 9px;
    overflow: hidden;
    border: 1px solid var(--wl-border);
    border-radius: 13px;
    background: none;
    color: var(--vscode-foreground);
    font: inherit;
    white-space: nowrap;
    cursor: pointer;
  }
  .chip:hover {
    background: var(--vscode-list-hoverBackground);
    outline: 1px dashed var(--vscode-contrastActiveBorder, transparent);
    outline-offset: -1px;
  }
  .chip[aria-pressed='true'] {
    border-color: var(--vscode-focusBorder);
    font-weight: 600;
    cursor: default;
  }
  .chip:focus-visible {
    outline: 1px solid var(--vscode-focusBorder);
    outline-offset: 1px;
  }
  .name {
    position: relative;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .chip .number {
    position: relative;
  }
  .bar {
    position: absolute;
    inset: auto 0 0;
    width: 100%;
    height: 3px;
  }
  rect {
    fill: var(--vscode-progressBar-background);
  }
  .compare {
    position: absolute;
    top: 1px;
    right: 1px;
    border-radius: 12px;
    background: var(--vscode-editor-background);
  }
  button.tool.compare:hover:not(:disabled) {
    background: var(--vscode-editor-background);
    outline: 1px solid var(--vscode-focusBorder);
  }
  @media (hover: hover) {
    li:not(:hover):not(:focus-within) .compare {
      opacity: 0;
    }
  }
  @media (forced-colors: active) {
    rect {
      fill: LinkText;
    }
    .chip {
      border-color: ButtonBorder;
    }
    .chip[aria-pressed='true'] {
      border-color: Highlight;
    }
  }
`;
