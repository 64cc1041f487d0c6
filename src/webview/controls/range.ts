import { html, type TemplateResult } from 'lit';
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
  readonly onInput: (value: number) => void;
}

/** A slider with a number field for the same value (the toolkit has neither). */
export function range(options: RangeOptions): TemplateResult {
  const { label, name, value, minimum, maximum, step, unit, numberLabel, disabled = false, onInput } = options;
  const changed = (event: Event) => {
    const number = (event.target as HTMLInputElement).valueAsNumber;
    if (Number.isFinite(number)) onInput(Math.min(maximum, Math.max(minimum, number)));
  };
  return html`<div class="field">
    <label class="field-label" for=${name}>${label}</label>
    <div class="range">
      <input
        type="range"
        id=${name}
        data-field=${name}
        min=${minimum}
        max=${maximum}
        step=${step}
        aria-valuetext=${`${value} ${unit}`}
        ?disabled=${disabled}
        .value=${live(String(value))}
        @input=${changed}
        ${afterUpdate((element) => {
          const share = (value - minimum) / (maximum - minimum);
          (element as HTMLElement).style.setProperty('--wl-fill', `${100 * share}%`);
        })}
      />
      <input
        type="number"
        aria-label=${numberLabel}
        data-field=${`${name}-number`}
        min=${minimum}
        max=${maximum}
        step=${step}
        ?disabled=${disabled}
        .value=${live(String(value))}
        @change=${changed}
      />
      <span class="unit" aria-hidden="true">${unit}</span>
    </div>
  </div>`;
}
