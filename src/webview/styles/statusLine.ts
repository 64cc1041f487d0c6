import { css } from 'lit';

export const statusStyles = css`
  :host {
    padding: 0 12px;
  }
  .line {
    display: flex;
    align-items: center;
    gap: 16px;
    height: 28px;
    white-space: nowrap;
  }
  .run,
  .gravest,
  .message:not(:empty) {
    position: relative;
    display: flex;
    align-items: center;
    gap: 6px;
    min-width: 0;
    height: 26px;
  }
  .run {
    flex: 0 1 auto;
  }
  .gravest,
  .message:not(:empty) {
    flex: 1 2 0;
  }
  .gravest button,
  .run button {
    flex: none;
  }
  .text {
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .run > .text {
    min-width: 90px;
  }
  vscode-progress-ring {
    flex: none;
    width: 14px;
    height: 14px;
  }
  .track {
    position: absolute;
    right: 0;
    bottom: 0;
    left: 0;
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
  .warning > svg.icon {
    color: var(--vscode-editorWarning-foreground, currentColor);
  }
  .error > svg.icon {
    color: var(--vscode-editorError-foreground, var(--vscode-errorForeground, currentColor));
  }
  .info > svg.icon {
    color: var(--vscode-editorInfo-foreground, currentColor);
  }
  .notices {
    display: grid;
    gap: 4px;
    padding-bottom: 8px;
  }
  .notice {
    display: grid;
    grid-template-columns: 16px minmax(0, 1fr) auto;
    gap: 8px;
    padding: 6px 10px;
    border: 1px solid var(--wl-border);
    border-radius: 4px;
    overflow-wrap: anywhere;
  }
  .notice > svg.icon {
    margin-top: 2px;
  }
  .notice vscode-button {
    margin-top: 6px;
  }
  .notice .actions {
    display: flex;
    flex-wrap: wrap;
    gap: 0 8px;
  }
  .notice.warning {
    border-color: var(--vscode-inputValidation-warningBorder, var(--wl-border));
    background: var(--vscode-inputValidation-warningBackground);
    color: var(--vscode-inputValidation-warningForeground, var(--vscode-foreground));
  }
  .notice.error {
    margin-bottom: 8px;
    border-color: var(--vscode-inputValidation-errorBorder, var(--wl-border));
    background: var(--vscode-inputValidation-errorBackground);
    color: var(--vscode-inputValidation-errorForeground, var(--vscode-foreground));
  }
  .notices .notice.error {
    margin-bottom: 0;
  }
  @media (max-width: 619px) {
    :host {
      padding: 0 8px;
    }
    .line {
      gap: 8px;
    }
  }
  @media (forced-colors: active) {
    .track rect {
      fill: Highlight;
    }
  }
`;
