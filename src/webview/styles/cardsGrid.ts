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
    grid-template-columns: repeat(auto-fill, minmax(max(min(calc(var(--wl-columns) * 176px), 100%), calc(var(--wl-columns) * 148px)), 1fr));
    gap: 8px 28px;
  }
  .compared .cell:first-child {
    position: sticky;
    z-index: 1;
    left: 0;
    background: var(--vscode-editor-background);
  }
  .compared .image {
    --wl-frame-height: 190px;
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
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 8px;
    padding: 6px 12px 2px;
  }
  .comparisons ul {
    display: flex;
    flex-wrap: wrap;
    gap: 6px;
    min-width: 0;
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
    border-color: var(--vscode-inputValidation-errorBorder, var(--wl-border));
  }
  .comparisons .text {
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .comparisons .failed .text {
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
