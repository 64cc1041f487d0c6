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
export const chevronIcon = icon(svg`<path d="m6 4 4 4-4 4" />`);
export const downIcon = icon(svg`<path d="m4 6 4 4 4-4" />`);
export const targetIcon = icon(
  svg`<circle cx="8" cy="8" r="5.2" /><circle cx="8" cy="8" r="1.6" fill="currentColor" />`,
);
export const stopIcon = icon(svg`<rect x="4" y="4" width="8" height="8" rx="1" />`);
