import { css } from 'lit';

export const subjectStyles = css`
  header {
    display: flex;
    align-items: center;
    gap: 10px;
    height: 38px;
    padding: 0 12px;
    white-space: nowrap;
  }
  header.narrow {
    gap: 6px;
    padding: 0 8px;
  }
  h1 {
    flex: 0 1 auto;
    min-width: 40px;
    overflow: hidden;
    font-size: 14px;
    font-weight: 600;
    text-overflow: ellipsis;
  }
  .target {
    flex: 0 2 auto;
    min-width: 0;
    overflow: hidden;
    font-size: 14px;
    text-overflow: ellipsis;
  }
  .target strong {
    font-weight: 600;
  }
  .model {
    flex: 0 3 auto;
  }
  .narrow .model {
    flex: none;
  }
  .buttons {
    display: flex;
    flex: none;
    align-items: center;
    gap: 6px;
    margin-left: auto;
  }
  .facts {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr);
    gap: 6px 14px;
    width: min(460px, calc(100vw - 40px));
    padding: 6px;
    white-space: normal;
  }
  dt {
    color: var(--wl-muted);
  }
  dd {
    overflow-wrap: anywhere;
  }
  dd button.tool {
    height: 20px;
    padding: 0 4px;
    color: var(--vscode-textLink-foreground);
    text-decoration: underline;
  }
  @media (forced-colors: active) {
    dd button.tool {
      color: LinkText;
    }
  }
`;
