import { html, nothing, type TemplateResult } from 'lit';

export interface ToolOptions {
  readonly label: string;
  /** Stable name for tests and styling: `data-action`. */
  readonly action: string;
  readonly onClick: (event: MouseEvent) => void;
  readonly icon?: TemplateResult;
  /** Shows the icon alone; the label stays as the accessible name. */
  readonly bare?: boolean;
  readonly tip?: string;
  readonly disabled?: boolean;
  /** Of a button that switches something on and off. */
  readonly pressed?: boolean;
  /** Of a button that shows and hides something. */
  readonly expanded?: boolean;
  /** Closes the box that it stands in. */
  readonly closes?: boolean;
  /** Where the words of the button alone do not say which thing it is about. */
  readonly name?: string;
}

/** A quiet button for bars, heads of cards and menus; its looks are in `toolStyles`. */
export function toolButton(options: ToolOptions): TemplateResult {
  const {
    label,
    action,
    onClick,
    icon,
    bare = false,
    tip,
    disabled = false,
    pressed,
    expanded,
    closes = false,
  } = options;
  return html`<button
    type="button"
    class="tool ${bare ? 'bare' : ''}"
    data-action=${action}
    aria-label=${options.name ?? (bare ? label : nothing)}
    title=${tip ?? (bare ? label : nothing)}
    aria-pressed=${pressed ?? nothing}
    aria-expanded=${expanded ?? nothing}
    ?data-closes=${closes}
    ?disabled=${disabled}
    @click=${onClick}
  >
    ${icon ?? nothing}${bare ? nothing : html`<span class="text">${label}</span>`}
  </button>`;
}
