import { css } from 'lit';

/** Quiet buttons: in the bar, in a card's head, in menus. */
export const toolStyles = css`
  button.tool {
    display: inline-flex;
    align-items: center;
    gap: 4px;
    min-width: 24px;
    height: 24px;
    padding: 0 6px;
    border: 1px solid transparent;
    border-radius: 3px;
    background: none;
    color: inherit;
    font: inherit;
    white-space: nowrap;
    cursor: pointer;
  }
  button.tool.bare {
    justify-content: center;
    padding: 0 3px;
  }
  button.tool .text {
    overflow: hidden;
    text-overflow: ellipsis;
  }
  button.tool:hover:not(:disabled) {
    background: var(--vscode-toolbar-hoverBackground);
    outline: 1px dashed var(--vscode-contrastActiveBorder, transparent);
    outline-offset: -1px;
  }
  button.tool[aria-pressed='true'],
  button.tool[aria-expanded='true'] {
    border-color: var(--vscode-inputOption-activeBorder, var(--vscode-focusBorder));
    background: var(--vscode-inputOption-activeBackground, transparent);
    color: var(--vscode-inputOption-activeForeground, inherit);
  }
  button.tool:disabled {
    opacity: 0.5;
    cursor: default;
  }
  button.tool:focus-visible {
    outline: 1px solid var(--vscode-focusBorder);
    outline-offset: 0;
  }
  .menu {
    display: grid;
    min-width: 150px;
  }
  .menu button.tool {
    width: 100%;
    height: 26px;
    text-align: start;
  }
  @media (forced-colors: active) {
    button.tool {
      border-color: ButtonBorder;
    }
    button.tool[aria-pressed='true'],
    button.tool[aria-expanded='true'] {
      border-color: Highlight;
    }
  }
`;
