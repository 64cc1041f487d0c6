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
  .loading {
    display: flex;
    align-items: center;
    gap: 8px;
    padding: 16px;
  }
  .loading vscode-progress-ring {
    width: 16px;
    height: 16px;
  }
  .classes {
    display: flex;
    align-items: center;
    gap: 8px;
    min-height: 34px;
    padding: 0 12px 0 9px;
  }
  .class-field {
    flex: 0 1 150px;
    min-width: 110px;
  }
  wl-class-list {
    flex: 0 1 auto;
  }
  wl-answer-choice {
    flex: none;
    margin-left: auto;
  }
  wl-toolbar {
    position: sticky;
    z-index: 10;
    top: 0;
  }
  @media (max-width: 619px) {
    .classes {
      padding: 0 8px 0 5px;
    }
  }
`;
