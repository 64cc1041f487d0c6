import { css } from 'lit';

/** Where the cards stand, and the line that tells what is compared. */
export const cardsStyles = css`
  .cards {
    padding: 4px 12px 24px;
  }
  .grid {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(226px, 100%), 1fr));
    gap: 6px 12px;
  }
  .group {
    display: grid;
    grid-template-columns: repeat(var(--wl-columns), minmax(0, 1fr));
    gap: 0 8px;
    min-width: 0;
  }
  .pinned .group {
    grid-template-columns: minmax(0, 1fr);
  }
  .cell {
    min-width: 0;
  }
  @media (max-width: 559px) {
    .grid {
      grid-template-columns: repeat(auto-fill, minmax(min(200px, 100%), 1fr));
    }
  }
  /* Beside each other: narrow enough that two methods stand abreast in a wide window, and never so narrow that nothing can be seen. */
  .compared {
    overflow-x: auto;
  }
  .compared .grid {
    grid-template-columns: repeat(auto-fill, minmax(max(min(calc(var(--wl-columns) * 162px), 100%), calc(var(--wl-columns) * 148px)), 1fr));
    gap: 8px 28px;
  }
  .compared .cell:first-child {
    position: sticky;
    z-index: 1;
    left: 0;
    background: var(--vscode-editor-background);
  }
  .said h2 {
    overflow: hidden;
    height: 24px;
    line-height: 24px;
    font-size: var(--wl-small);
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .said li {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    gap: 1px 8px;
    padding: 2px 0;
  }
  .said .name {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .said .explained {
    font-weight: 600;
  }
  .said .bar {
    grid-column: 1 / 3;
    display: block;
    width: 100%;
    height: 3px;
    background: var(--wl-empty);
  }
  .said rect {
    fill: var(--vscode-progressBar-background);
  }
  .pinned {
    border-top: 1px solid var(--wl-border);
    padding-top: 10px;
  }
  .comparisons {
    padding: 6px 12px 0;
  }
  .comparisons .line {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 8px;
    height: 34px;
  }
  .comparisons .scrolls {
    display: flex;
    gap: 6px;
    min-width: 0;
    padding: 2px;
    overflow-x: auto;
    scrollbar-width: none;
  }
  .comparisons .scrolls li {
    flex: none;
  }
  .failures {
    display: grid;
    gap: 4px;
    padding: 4px 0;
  }
  .comparisons li {
    display: flex;
    align-items: center;
    gap: 2px;
    min-width: 0;
    max-width: 100%;
    height: 28px;
    padding: 0 2px 0 8px;
    border: 1px solid var(--wl-border);
    border-radius: 14px;
  }
  .comparisons li.own {
    padding-right: 10px;
    border-color: var(--vscode-focusBorder);
  }
  .comparisons li.failed {
    height: auto;
    min-height: 30px;
    border-color: var(--vscode-inputValidation-errorBorder, var(--wl-border));
    border-radius: 4px;
  }
  .comparisons button {
    flex: none;
  }
  .comparisons .text {
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .comparisons .failed .text {
    flex: 1;
    white-space: normal;
  }
  .comparisons .failed > svg {
    flex: none;
    margin-right: 4px;
    color: var(--vscode-editorError-foreground, currentColor);
  }
  @media (forced-colors: active) {
    .said rect {
      fill: Highlight;
    }
    .said .bar {
      outline: 1px solid CanvasText;
    }
  }
`;
