import { css } from 'lit';

export const toolbarStyles = css`
  .bar {
    display: flex;
    align-items: center;
    gap: 10px;
    height: 36px;
    padding: 0 12px;
    border-block: 1px solid var(--wl-border);
    background: var(--vscode-editor-background);
  }
  .bar > * {
    flex: none;
  }
  .field {
    flex-direction: row;
    align-items: center;
    gap: 6px;
  }
  .field-label {
    color: var(--wl-muted);
    white-space: nowrap;
  }
  vscode-dropdown {
    width: 124px;
    height: 24px;
  }
  .bar > .field > vscode-dropdown {
    width: 130px;
  }
  /* The words of what is chosen say what is chosen by it. */
  .bar > .field:has(> vscode-dropdown) > .field-label {
    display: none;
  }
  .range {
    grid-template-columns: 90px auto auto;
    gap: 4px;
    height: 24px;
  }
  .range:not(:has(input[type='range'])) {
    grid-template-columns: auto auto;
  }
  .range:not(:has(input[type='number'])) {
    grid-template-columns: 90px;
  }
  .range:not(:has(input[type='number'])) .unit {
    display: none;
  }
  .range input[type='number'] {
    width: 50px;
    height: 24px;
  }
  .bar > .field:has(> .layer-field) {
    flex: 1 1 90px;
    min-width: 0;
  }
  .layer-field {
    flex: 1;
    min-width: 60px;
    max-width: 240px;
  }
  .end {
    display: flex;
    align-items: center;
    gap: 4px;
    margin-left: auto;
  }
  .zoom {
    display: flex;
    align-items: center;
  }
  output {
    min-width: 46px;
    text-align: center;
  }
  .narrow {
    gap: 6px;
    padding: 0 8px;
  }
  .narrow > .field > vscode-dropdown {
    width: 104px;
    min-width: 0;
  }
  .narrow > .field > .range {
    grid-template-columns: 70px;
  }
  .narrow > .field > label {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
  }
  .folded {
    display: grid;
    gap: 10px;
    width: min(320px, calc(100vw - 40px));
    padding: 6px;
  }
  .folded .field {
    display: grid;
    grid-template-columns: 96px minmax(0, 1fr);
  }
  .folded vscode-dropdown {
    width: 100%;
  }
  .folded .range {
    grid-template-columns: minmax(0, 1fr) auto auto;
  }
  .folded .range:not(:has(input[type='range'])) {
    grid-template-columns: auto 1fr;
  }
  .folded .segments {
    justify-self: start;
  }
  .folded .layer-field {
    max-width: none;
  }
`;
