import { css } from 'lit';

export const imageFrameStyles = css`
  .stage {
    position: relative;
    display: grid;
    place-items: center;
    width: min(100%, calc(var(--wl-frame-height, 4000px) * var(--wl-stage, 1)));
    aspect-ratio: var(--wl-stage, 1);
    margin-inline: auto;
    background: var(--wl-empty);
  }
  .frame {
    position: relative;
    overflow: hidden;
    width: var(--wl-frame-width, 100%);
    aspect-ratio: var(--wl-ratio, 1);
    cursor: crosshair;
    touch-action: pan-y;
  }
  .frame:focus-visible {
    outline: 2px solid var(--vscode-focusBorder);
    outline-offset: 1px;
  }
  canvas {
    position: absolute;
    display: block;
  }
  :host([dimmed]) canvas {
    opacity: 0.4;
    filter: saturate(0.5);
  }
  .cross {
    position: absolute;
    pointer-events: none;
    background: var(--vscode-editor-foreground);
    box-shadow: 0 0 0 1px var(--vscode-editor-background);
    opacity: 0.75;
  }
  .vertical {
    top: 0;
    bottom: 0;
    left: var(--wl-x);
    width: 1px;
  }
  .horizontal {
    left: 0;
    right: 0;
    top: var(--wl-y);
    height: 1px;
  }
  .over {
    position: absolute;
    inset: 0;
    display: flex;
    flex-direction: column;
    justify-content: end;
    pointer-events: none;
  }
  ::slotted(*) {
    pointer-events: auto;
  }
  @media (forced-colors: active) {
    .stage {
      outline: 1px solid CanvasText;
    }
    .cross {
      background: CanvasText;
      box-shadow: 0 0 0 1px Canvas;
      forced-color-adjust: none;
    }
  }
`;
