import { css } from 'lit';

/** The look of a card: a head, the map, its scale, what is known of it; each of a height that never changes. */
export const cardStyles = css`
  :host {
    min-width: 0;
  }
  article {
    position: relative;
    display: flex;
    flex-direction: column;
  }
  header {
    display: flex;
    align-items: center;
    gap: 2px;
    height: 24px;
  }
  h2 {
    flex: 1;
    min-width: 0;
    overflow: hidden;
    font-size: calc(var(--vscode-font-size, 13px) - 1px);
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  h2 .muted {
    font-weight: normal;
  }
  .scale {
    height: 36px;
    padding-top: 4px;
  }
  .facts {
    display: flex;
    justify-content: space-between;
    gap: 8px;
    height: 17px;
    overflow: hidden;
    font-size: 11px;
    line-height: 17px;
    white-space: nowrap;
  }
  .facts .text {
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .facts .value {
    flex: none;
    font-weight: 600;
  }
`;
