import { css } from 'lit';

/** What a method's card has beyond other cards: buttons, and strips over its map that tell of progress and failures. */
export const methodCardStyles = css`
  .tools {
    display: flex;
    flex: none;
  }
  /* They give their room to the title until the card is looked at; keys reach them all the same. */
  @media (hover: hover) {
    article:not(:hover):not(:focus-within) .tools.quiet {
      position: absolute;
      right: 0;
      opacity: 0;
    }
    /* A pinned card's own button stands where these would lie. */
    article:not(:hover):not(:focus-within) .tools.quiet:not(:last-child) {
      pointer-events: none;
    }
  }
  .warn {
    flex: none;
    color: var(--vscode-editorWarning-foreground, currentColor);
  }
  .strip {
    display: flex;
    align-items: center;
    gap: 6px;
    min-height: 26px;
    padding: 2px 6px;
    background: color-mix(in srgb, var(--vscode-editor-background) 88%, transparent);
    color: var(--vscode-editor-foreground);
    font-size: var(--wl-small);
  }
  .strip vscode-progress-ring {
    flex: none;
    width: 14px;
    height: 14px;
  }
  .strip .text {
    flex: 1;
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .track {
    height: 2px;
    background: var(--wl-empty);
  }
  .track svg {
    display: block;
    width: 100%;
    height: 100%;
  }
  .track rect {
    fill: var(--vscode-progressBar-background);
  }
  .failure {
    display: grid;
    grid-template-columns: 16px 1fr;
    align-content: start;
    gap: 4px 6px;
    max-height: 100%;
    padding: 6px;
    overflow-y: auto;
    background: color-mix(in srgb, var(--vscode-editor-background) 92%, transparent);
    color: var(--vscode-editor-foreground);
    font-size: var(--wl-small);
    overflow-wrap: anywhere;
  }
  .failure.alone {
    flex: 1;
    align-content: center;
  }
  .failure .actions {
    grid-column: 2;
  }
  .failure .error {
    color: var(--vscode-editorError-foreground, var(--vscode-errorForeground, currentColor));
  }
  @media (forced-colors: active) {
    .track rect {
      fill: Highlight;
    }
    .strip,
    .failure {
      border-top: 1px solid CanvasText;
      background: Canvas;
    }
  }
`;
