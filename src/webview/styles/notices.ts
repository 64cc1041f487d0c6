import { css } from 'lit';

/** Boxes with an icon and a sentence: hints, warnings, failures. */
export const noticeStyles = css`
  .notice {
    display: grid;
    grid-template-columns: 16px 1fr;
    gap: 8px;
    padding: 8px 10px;
    border: 1px solid var(--wl-border);
    border-radius: 4px;
    overflow-wrap: anywhere;
  }
  .notice.small {
    padding: 6px 8px;
  }
  .notice .actions {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
    margin-top: 8px;
  }
  .notice.warning {
    border-color: var(--vscode-inputValidation-warningBorder, var(--wl-border));
    background: var(--vscode-inputValidation-warningBackground);
    color: var(--vscode-inputValidation-warningForeground, var(--vscode-foreground));
  }
  .notice.error {
    border-color: var(--vscode-inputValidation-errorBorder, var(--wl-border));
    background: var(--vscode-inputValidation-errorBackground);
    color: var(--vscode-inputValidation-errorForeground, var(--vscode-foreground));
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
`;
