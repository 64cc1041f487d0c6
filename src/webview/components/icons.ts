import { html, svg, type TemplateResult } from 'lit';

/** Icons of 16×16 units in the colour of the text around them. They say nothing that a word beside them does not. */
function icon(paths: TemplateResult): TemplateResult {
  return html`<svg
    class="icon"
    viewBox="0 0 16 16"
    fill="none"
    stroke="currentColor"
    stroke-width="1.2"
    stroke-linecap="round"
    stroke-linejoin="round"
    aria-hidden="true"
  >
    ${paths}
  </svg>`;
}

export const warningIcon = icon(svg`<path d="M8 2.2 14.4 13.4H1.6Z" /><path d="M8 6.4v3.2M8 11.4v.1" />`);
export const errorIcon = icon(svg`<circle cx="8" cy="8" r="6" /><path d="m5.8 5.8 4.4 4.4M10.2 5.8l-4.4 4.4" />`);
export const infoIcon = icon(svg`<circle cx="8" cy="8" r="6" /><path d="M8 7.4v3.4M8 5.1v.1" />`);
export const doneIcon = icon(svg`<path d="m3.4 8.4 3 3 6.2-6.6" />`);
export const saveIcon = icon(svg`<path d="M8 2.4v7.2M5 7l3 3 3-3M2.8 10.4v3h10.4v-3" />`);
export const downIcon = icon(svg`<path d="m4 6 4 4 4-4" />`);
export const stopIcon = icon(svg`<rect x="4" y="4" width="8" height="8" rx="1" />`);
export const moreIcon = icon(svg`<path d="M3.5 8v.1M8 8v.1M12.5 8v.1" stroke-width="2" />`);
export const closeIcon = icon(svg`<path d="m4 4 8 8M12 4l-8 8" />`);
export const enlargeIcon = icon(svg`<path d="M9.5 2.8h3.7v3.7M6.5 13.2H2.8V9.5M13 3 9 7M3 13l4-4" />`);
export const pinIcon = icon(svg`<path d="M5.6 2.6h4.8M6.4 2.6v4L4 9h8L9.6 6.6v-4M8 9v4.6" />`);
export const compareIcon = icon(
  svg`<rect x="2" y="3.5" width="5" height="9" /><rect x="9" y="3.5" width="5" height="9" />`,
);
export const plusIcon = icon(svg`<path d="M8 3.5v9M3.5 8h9" />`);
export const minusIcon = icon(svg`<path d="M3.5 8h9" />`);
export const fitIcon = icon(svg`<path d="M2.8 5.6V2.8h2.8M10.4 2.8h2.8v2.8M13.2 10.4v2.8h-2.8M5.6 13.2H2.8v-2.8" />`);
export const differenceIcon = icon(svg`<circle cx="6" cy="8" r="4" /><circle cx="10" cy="8" r="4" />`);
