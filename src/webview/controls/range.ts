import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { afterUpdate } from './afterUpdate';

export interface RangeOptions {
  readonly label: string;
  readonly name: string;
  readonly value: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly step: number;
  readonly unit: string;
  /** Accessible name of the number field beside the slider. */
  readonly numberLabel: string;
  readonly disabled?: boolean;
  /** False leaves the slider, or the number field, out. */
  readonly slider?: boolean;
  readonly number?: boolean;
  readonly onInput: (value: number) => void;
}

/** A slider with a number field for the same value (the toolkit has neither). */
export function range(options: RangeOptions): TemplateResult {
  const { label, name, value, minimum, maximum, step, unit, numberLabel, disabled = false, onInput } = options;
  const { slider = true, number = true } = options;
  const changed = (event: Event) => {
    const typed = (event.target as HTMLInputElement).valueAsNumber;
    if (Number.isFinite(typed)) onInput(Math.min(maximum, Math.max(minimum, typed)));
  };
  const track = html`<input
    type="range"
    id=${name}
    data-field=${name}
    min=${minimum}
    max=${maximum}
    step=${step}
    title=${`${value} ${unit}`}
    aria-valuetext=${`${value} ${unit}`}
    ?disabled=${disabled}
    .value=${live(String(value))}
    @input=${changed}
    ${afterUpdate((element) => {
      const share = (value - minimum) / (maximum - minimum);
      (element as HTMLElement).style.setProperty('--wl-fill', `${100 * share}%`);
    })}
  />`;
  const field = html`<input
    type="number"
    id=${slider ? `${name}-number` : name}
    aria-label=${numberLabel}
    data-field=${`${name}-number`}
    min=${minimum}
    max=${maximum}
    step=${step}
    ?disabled=${disabled}
    .value=${live(String(value))}
    @change=${changed}
  />`;
  return html`<div class="field">
    <label class="field-label" for=${name}>${label}</label>
    <div class="range">
      ${slider ? track : nothing}${number ? field : nothing}<span class="unit" aria-hidden="true">${unit}</span>
    </div>
  </div>`;
}
