import { css } from 'lit';

/**
 * What every element of the page starts from. Colours are VS Code's variables only; `--wl-*` are names for a choice among
 * them, so that a border drawn for high contrast and one drawn for other themes are the same rule.
 */
export const baseStyles = css`
  :host {
    --wl-border: var(--vscode-contrastBorder, var(--vscode-panel-border, var(--vscode-widget-border)));
    --wl-muted: var(--vscode-descriptionForeground, var(--vscode-foreground));
    --wl-mono: var(--vscode-editor-font-family, monospace);
    --wl-small: calc(var(--vscode-font-size, 13px) - 1px);
    --wl-empty: color-mix(in srgb, var(--vscode-foreground) 7%, transparent);
    display: block;
    box-sizing: border-box;
    color: var(--vscode-foreground);
    font-family: var(--vscode-font-family);
    font-size: var(--vscode-font-size, 13px);
    line-height: 1.45;
  }
  :host([hidden]) {
    display: none;
  }
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  h1,
  h2,
  h3,
  p,
  ul,
  ol,
  dl,
  dd,
  figure {
    margin: 0;
    padding: 0;
  }
  ul,
  ol {
    list-style: none;
  }
  h2 {
    font-size: var(--vscode-font-size, 13px);
    font-weight: 600;
    line-height: 1.4;
  }
  a {
    color: var(--vscode-textLink-foreground);
    text-decoration: underline;
  }
  a:hover {
    color: var(--vscode-textLink-activeForeground);
  }
  @media (forced-colors: active) {
    a,
    a:hover,
    button.link {
      color: LinkText;
    }
  }
  svg.icon {
    display: block;
    flex: none;
    width: 16px;
    height: 16px;
  }
  .muted {
    color: var(--wl-muted);
  }
  .small {
    font-size: var(--wl-small);
  }
  .number {
    font-variant-numeric: tabular-nums;
  }
  .mono {
    font-family: var(--wl-mono);
    font-size: var(--wl-small);
  }
  .hidden-text {
    position: absolute;
    width: 1px;
    height: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  :focus-visible {
    outline: 1px solid var(--vscode-focusBorder);
    outline-offset: 2px;
  }
  @media (prefers-reduced-motion: reduce) {
    * {
      animation: none !important;
      transition: none !important;
    }
  }
`;
