import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { CardRequest } from '../../shared/question/card';
import type { MethodInfo } from '../../shared/results/attribution';
import { button } from '../controls/button';
import { checkbox } from '../controls/checkbox';
import { dropdown } from '../controls/dropdown';
import { textField } from '../controls/textField';
import { baseStyles } from '../styles/base';
import { fieldStyles } from '../styles/fields';
import {
  fieldsOf,
  formOf,
  type ParameterField,
  type ParameterForm,
  requestOf,
  sameForm,
  withPreset,
  withValue,
} from '../view/parameterForm';
import type { Words } from '../view/words';

/** Asks for one card to run again. */
export class RunAgainEvent extends CustomEvent<CardRequest<string>> {
  constructor(request: CardRequest<string>) {
    super('wl-run-again', { detail: request, bubbles: true, composed: true });
  }
}

/** The form of a method's parameters, built from its description. */
@customElement('wl-method-parameters')
export class MethodParameters extends LitElement {
  @property({ attribute: false }) info!: MethodInfo;
  @property({ attribute: false }) request!: CardRequest<string>;
  @property({ attribute: false }) words!: Words;
  @state() private form!: ParameterForm;

  static override styles = [
    baseStyles,
    fieldStyles,
    css`
      form {
        display: grid;
        gap: 12px;
      }
      .buttons {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
      }
    `,
  ];

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('request') && !changed.has('info')) return;
    // A request that says the same again must not throw away what is being typed.
    const before = changed.get('request');
    const next = formOf(this.info, this.request);
    if (this.form === undefined || before === undefined || !sameForm(formOf(this.info, before), next)) this.form = next;
  }

  protected override render() {
    const { info, form, words } = this;
    const fields = fieldsOf(info, form, words);
    const presets = [
      { value: '', label: words('card.presetDefault') },
      ...info.presets.map((preset) => ({ value: preset.name, label: preset.title })),
    ];
    const preset = info.presets.find((each) => each.name === form.preset);
    return html`<form @submit=${(event: Event) => event.preventDefault()}>
      ${
        info.presets.length === 0
          ? nothing
          : html`<div class="field">
              ${dropdown({
                label: words('card.presetLabel'),
                name: 'preset',
                value: form.preset,
                options: presets,
                onChange: (value) => {
                  this.form = withPreset(info, value);
                },
              })}
              ${preset === undefined ? nothing : html`<p class="hint">${preset.description}</p>`}
            </div>`
      }
      ${fields.length === 0 ? html`<p class="muted">${words('card.noParameters')}</p>` : fields.map((field) => this.field(field))}
      <div class="buttons">
        ${button({
          label: words('card.runAgain'),
          action: 'run-again',
          appearance: 'primary',
          disabled: fields.some((field) => field.error !== null),
          onClick: () => this.run(),
        })}
        ${button({
          label: words('card.reset'),
          action: 'reset',
          onClick: () => {
            this.form = withPreset(info, '');
          },
        })}
      </div>
    </form>`;
  }

  private field(field: ParameterField): TemplateResult {
    const { info, value, hint, error } = field;
    const set = (next: string | boolean) => {
      this.form = withValue(this.form, info.name, next);
    };
    const about = html`<p class="hint">
      ${info.description}${hint === '' ? nothing : html` <span class="number">(${hint})</span>`}
    </p>`;
    const wrong = html`<div role="status">${error === null ? nothing : html`<p class="error-text">${error}</p>`}</div>`;
    if (info.type === 'boolean') {
      const box = checkbox({ label: info.title, name: info.name, checked: value === true, onChange: set });
      return html`<div class="field">${box}${about}</div>`;
    }
    if (info.type === 'choice') {
      const options = (info.choices ?? []).map((choice) => ({ value: choice.value, label: choice.value }));
      const chosen = info.choices?.find((choice) => choice.value === value);
      return html`<div class="field">
        ${dropdown({ label: info.title, name: info.name, value: String(value), options, onChange: set })}${about}
        ${chosen === undefined ? nothing : html`<p class="hint"><strong>${chosen.value}</strong>: ${chosen.description}</p>`}${wrong}
      </div>`;
    }
    return html`<div class="field">
      ${textField({
        label: info.title,
        name: info.name,
        value: String(value),
        invalid: error !== null,
        onInput: set,
        onEnter: () => this.run(),
      })}${about}${wrong}
    </div>`;
  }

  private run(): void {
    const request = requestOf(this.info, this.form, this.words, this.request);
    if (request !== null) this.dispatchEvent(new RunAgainEvent(request));
  }
}
