import { css } from 'lit';

export const detailStyles = css`
  dialog {
    display: flex;
    flex-direction: column;
    width: calc(100vw - 32px);
    max-width: 1500px;
    height: calc(100vh - 32px);
    max-height: none;
    padding: 8px 12px 12px;
    overflow: hidden;
    border: 1px solid var(--vscode-contrastBorder, var(--vscode-widget-border, var(--wl-border)));
    border-radius: 6px;
    background: var(--vscode-editor-background);
    color: var(--vscode-foreground);
    box-shadow: 0 4px 24px var(--vscode-widget-shadow, transparent);
  }
  dialog::backdrop {
    background: color-mix(in srgb, var(--vscode-editor-background) 55%, transparent);
  }
  header {
    flex: none;
    gap: 8px;
    height: 30px;
  }
  header h2 {
    font-size: 14px;
  }
  .parts {
    display: grid;
    flex: 1;
    grid-template-columns: minmax(0, 1fr) min(360px, 36%);
    gap: 20px;
    min-height: 0;
    padding-top: 6px;
  }
  .map {
    min-width: 0;
    overflow-y: auto;
    --wl-frame-height: calc(100vh - 240px);
  }
  .map wl-colour-bar {
    max-width: 640px;
    margin: 10px auto 0;
  }
  .map > p,
  .map > ul {
    max-width: 640px;
    margin-inline: auto;
  }
  .notes {
    display: grid;
    gap: 4px;
    margin-top: 8px;
  }
  .notes li {
    display: grid;
    grid-template-columns: 16px 1fr;
    gap: 6px;
  }
  .notes svg.icon {
    margin-top: 1px;
    color: var(--vscode-editorWarning-foreground, currentColor);
  }
  .drawer {
    display: grid;
    align-content: start;
    gap: 20px;
    padding: 0 8px 8px 12px;
    overflow-y: auto;
    border-left: 1px solid var(--wl-border);
  }
  h3 {
    margin-bottom: 8px;
    font-size: 13px;
  }
  .about p {
    margin-bottom: 8px;
  }
  .about dl {
    display: grid;
    grid-template-columns: auto 1fr;
    gap: 4px 12px;
    font-size: var(--wl-small);
  }
  .about dt {
    color: var(--wl-muted);
  }
  .about dd {
    min-width: 0;
    overflow-wrap: anywhere;
  }
  @media (max-width: 699px) {
    dialog {
      width: calc(100vw - 12px);
      height: calc(100vh - 12px);
    }
    .parts {
      display: block;
      overflow-y: auto;
    }
    .map {
      overflow: visible;
      --wl-frame-height: calc(100vh - 160px);
    }
    .drawer {
      margin-top: 16px;
      padding: 12px 8px 8px 12px;
      overflow: visible;
      border-top: 1px solid var(--wl-border);
      border-left: 0;
    }
  }
`;
