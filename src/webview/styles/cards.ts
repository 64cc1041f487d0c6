import { css } from 'lit';

/** The look of a method's card. */
export const cardStyles = css`
  :host {
    min-width: 0;
  }
  article {
    display: flex;
    flex-direction: column;
    height: 100%;
    padding: 10px 10px 8px;
    border: 1px solid var(--wl-border);
    border-radius: 4px;
    background: var(--vscode-editor-background);
  }
  header {
    display: flex;
    align-items: center;
    gap: 4px;
    min-height: 26px;
    margin: 0 -4px 6px 0;
  }
  h2 {
    flex: 1;
    min-width: 0;
    overflow: hidden;
    font-size: calc(var(--vscode-font-size, 13px) * 0.93);
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  header vscode-progress-ring {
    width: 16px;
    height: 16px;
  }
  .blank {
    display: grid;
    place-content: center;
    justify-items: center;
    gap: 8px;
    width: min(100%, calc(420px * var(--wl-ratio, 1)));
    aspect-ratio: var(--wl-ratio, 1);
    margin-inline: auto;
    padding: 12px;
    border: 1px dashed var(--wl-border);
    color: var(--wl-muted);
    text-align: center;
  }
  wl-colour-bar {
    margin-top: 8px;
  }
  .reading {
    display: flex;
    justify-content: space-between;
    gap: 8px;
    min-height: 20px;
    white-space: nowrap;
  }
  .reading .value {
    overflow: hidden;
    font-weight: 600;
    text-overflow: ellipsis;
  }
  .facts {
    margin-top: 4px;
    padding-top: 6px;
    border-top: 1px solid var(--wl-border);
  }
  .findings {
    display: grid;
    gap: 4px;
    margin-top: 6px;
  }
  .findings li {
    display: grid;
    grid-template-columns: 16px 1fr;
    gap: 6px;
    font-size: var(--wl-small);
    overflow-wrap: anywhere;
  }
  .findings svg.icon {
    margin-top: 1px;
  }
  .notice {
    margin-top: 6px;
  }
  .disclosures {
    display: flex;
    gap: 16px;
    margin-top: 6px;
  }
  .disclosures button {
    display: flex;
    align-items: center;
    gap: 2px;
    min-height: 26px;
    margin: 0 0 0 -4px;
    padding: 0 6px 0 0;
    border: 0;
    border-radius: 2px;
    background: none;
    color: var(--vscode-foreground);
    font: inherit;
    cursor: pointer;
  }
  .disclosures button:hover {
    background: var(--vscode-toolbar-hoverBackground);
  }
  .disclosures button[aria-expanded='true'] svg {
    transform: rotate(90deg);
  }
  .panel {
    margin-top: 4px;
    padding: 8px 0 6px;
    border-top: 1px solid var(--wl-border);
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
`;
