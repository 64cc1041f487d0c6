import { css } from 'lit';

export const headingStyles = css`
  header {
    display: flex;
    flex-wrap: wrap;
    align-items: flex-start;
    justify-content: space-between;
    gap: 12px 24px;
  }
  .subject {
    flex: 1 1 320px;
    min-width: 0;
  }
  h1 {
    font-size: 20px;
    font-weight: 600;
    line-height: 1.25;
    overflow-wrap: anywhere;
  }
  .target {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    gap: 0 8px;
    margin-top: 2px;
    font-size: 14px;
  }
  .target strong {
    font-weight: 600;
  }
  .buttons {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
  }
  dl {
    display: flex;
    flex-wrap: wrap;
    gap: 4px 24px;
    margin-top: 10px;
  }
  dl > div {
    display: flex;
    gap: 6px;
    min-width: 0;
  }
  dt {
    flex: none;
    color: var(--wl-muted);
  }
  dd {
    min-width: 0;
    overflow-wrap: anywhere;
  }
  @media (forced-colors: none) {
    button.link {
      color: var(--vscode-textLink-foreground);
    }
  }
  button.link {
    padding: 0 2px;
    border: 0;
    background: none;
    font: inherit;
    text-decoration: underline;
    cursor: pointer;
  }
  .status {
    display: flex;
    align-items: center;
    gap: 8px;
    min-height: 24px;
    margin-top: 8px;
  }
  .status vscode-progress-ring {
    width: 16px;
    height: 16px;
  }
  .track {
    height: 2px;
    margin-top: 6px;
    background: var(--wl-border);
  }
  .track svg {
    display: block;
    width: 100%;
    height: 100%;
  }
  .track rect {
    fill: var(--vscode-progressBar-background);
  }
  @media (forced-colors: active) {
    .track rect {
      fill: Highlight;
    }
  }
  .notices > :not(:empty) {
    margin-top: 8px;
  }
  .notes li + li {
    margin-top: 4px;
  }
`;
