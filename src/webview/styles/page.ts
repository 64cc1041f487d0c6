import { css } from 'lit';

export const pageStyles = css`
  :host {
    min-height: 100vh;
    background: var(--vscode-editor-background);
    color-scheme: light;
  }
  :host-context(body.vscode-dark),
  :host-context(body.vscode-high-contrast:not(.vscode-high-contrast-light)) {
    color-scheme: dark;
  }
  main {
    padding: 16px 20px 32px;
  }
  .loading {
    display: flex;
    align-items: center;
    gap: 8px;
  }
  .loading vscode-progress-ring {
    width: 16px;
    height: 16px;
  }
  .columns {
    display: grid;
    grid-template-columns: 250px minmax(0, 1fr);
    gap: 24px;
    align-items: start;
    margin-top: 16px;
    padding-top: 16px;
    border-top: 1px solid var(--wl-border);
  }
  .side {
    position: sticky;
    top: 16px;
    display: grid;
    gap: 20px;
    min-width: 0;
    max-height: calc(100vh - 32px);
    margin: -4px -12px -4px -4px;
    padding: 4px 12px 4px 4px;
    overflow-y: auto;
    scrollbar-width: thin;
    scrollbar-color: var(--vscode-scrollbarSlider-background) transparent;
    --wl-frame-height: 280px;
  }
  .cards {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(215px, 100%), 1fr));
    gap: 16px;
    min-width: 0;
  }
  /* Neighbours of an open disclosure stay as tall as they need. */
  .cards:has([data-open]) {
    align-items: start;
  }
  .zoom {
    display: flex;
    align-items: center;
    justify-content: space-between;
  }
  @media (max-width: 899px) {
    .columns {
      grid-template-columns: minmax(0, 1fr);
    }
    .side {
      position: static;
      max-height: none;
      overflow: visible;
      grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
      gap: 20px 24px;
    }
    wl-layer-picker,
    wl-display-controls {
      grid-column: 1 / -1;
    }
  }
  @media (max-width: 519px) {
    main {
      padding: 12px;
    }
    .side {
      grid-template-columns: minmax(0, 1fr);
    }
  }
`;
