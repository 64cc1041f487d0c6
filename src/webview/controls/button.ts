import { html, nothing, type TemplateResult } from 'lit';

export interface ButtonOptions {
  readonly label: string;
  readonly onClick: (event: Event) => void;
  /** Stable name for tests and styling: `data-action`. */
  readonly action: string;
  readonly appearance?: 'primary' | 'secondary' | 'icon';
  /** Shown in place of the label (which stays as the accessible name) for `icon`, before it for the others. */
  readonly icon?: TemplateResult;
  readonly tip?: string;
  readonly disabled?: boolean;
  /** For a button that shows and hides something: whether it is shown. */
  readonly expanded?: boolean;
}

/** A push button. */
export function button(options: ButtonOptions): TemplateResult {
  const { label, onClick, action, appearance = 'secondary', icon, tip, disabled = false, expanded } = options;
  const onlyIcon = appearance === 'icon';
  return html`<vscode-button
    appearance=${appearance}
    data-action=${action}
    aria-label=${onlyIcon ? label : nothing}
    title=${tip ?? (onlyIcon ? label : nothing)}
    aria-expanded=${expanded ?? nothing}
    ?disabled=${disabled}
    @click=${onClick}
    >${icon === undefined ? nothing : onlyIcon ? icon : html`<span slot="start">${icon}</span>`}${onlyIcon ? nothing : label}</vscode-button
  >`;
}
