import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { MethodRequest } from '../../shared/question/card';
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

/** The form holds something else. */
export class FormEvent extends CustomEvent<ParameterForm> {
  constructor(form: ParameterForm) {
    super('wl-form', { detail: form, bubbles: true, composed: true });
  }
}

/** Asks for the card to run with what the form says, or (`compare`) for a card beside it that does. */
export class RunEvent extends CustomEvent<{ readonly request: MethodRequest; readonly compare: boolean }> {
  constructor(request: MethodRequest, compare: boolean) {
    super('wl-run', { detail: { request, compare }, bubbles: true, composed: true });
  }
}

/** The form of a method's parameters, built from its description. Fields that differ from what was run are marked. */
@customElement('wl-method-parameters')
export class MethodParameters extends LitElement {
  @property({ attribute: false }) info!: MethodInfo;
  /** What was run. */
  @property({ attribute: false }) request!: MethodRequest;
  @property({ attribute: false }) form!: ParameterForm;
  /** False while there is no map that another could stand beside. */
  @property({ type: Boolean }) comparable = false;
  @property({ attribute: false }) words!: Words;

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
      /* The mark of a changed setting, as in the settings editor. */
      .field.changed {
        margin-left: -10px;
        padding-left: 8px;
        border-left: 2px solid var(--vscode-settings-modifiedItemIndicator, var(--vscode-focusBorder));
      }
      p.changed {
        min-height: 18px;
      }
    `,
  ];

  protected override render() {
    const { info, form, words } = this;
    const fields = fieldsOf(info, form, words);
    const presets = [
      { value: '', label: words('card.presetDefault') },
      ...info.presets.map((preset) => ({ value: preset.name, label: preset.title })),
    ];
    const ran = formOf(info, this.request);
    const changed = !sameForm(form, ran);
    const wrong = fields.some((field) => field.error !== null);
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
                  this.change(withPreset(info, value));
                },
              })}
              ${preset === undefined ? nothing : html`<p class="hint">${preset.description}</p>`}
            </div>`
      }
      ${fields.length === 0 ? html`<p class="muted">${words('card.noParameters')}</p>` : fields.map((field) => this.field(field, ran.values[field.info.name] !== field.value))}
      <p class="small changed" role="status">${changed ? words('card.changedNotRun') : nothing}</p>
      <div class="buttons">
        ${button({
          label: words('card.run'),
          action: 'run-again',
          appearance: 'primary',
          disabled: wrong,
          onClick: () => this.run(false),
        })}
        ${button({
          label: words('card.compareParameters'),
          action: 'compare-parameters',
          tip: words('card.compareParametersTip'),
          disabled: wrong || !changed || !this.comparable,
          onClick: () => this.run(true),
        })}
        ${button({
          label: words('card.reset'),
          action: 'reset',
          onClick: () => {
            this.change(withPreset(info, ''));
          },
        })}
      </div>
    </form>`;
  }

  private field(field: ParameterField, changed: boolean): TemplateResult {
    const { info, value, hint, error } = field;
    const set = (next: string | boolean) => {
      this.change(withValue(this.form, info.name, next));
    };
    const about = html`<p class="hint">
      ${info.description}${hint === '' ? nothing : html` <span class="number">(${hint})</span>`}
    </p>`;
    const wrong = html`<div role="status">${error === null ? nothing : html`<p class="error-text">${error}</p>`}</div>`;
    if (info.type === 'boolean') {
      const box = checkbox({ label: info.title, name: info.name, checked: value === true, onChange: set });
      return html`<div class="field ${changed ? 'changed' : ''}">${box}${about}</div>`;
    }
    if (info.type === 'choice') {
      const options = (info.choices ?? []).map((choice) => ({ value: choice.value, label: choice.value }));
      const chosen = info.choices?.find((choice) => choice.value === value);
      return html`<div class="field ${changed ? 'changed' : ''}">
        ${dropdown({ label: info.title, name: info.name, value: String(value), options, onChange: set })}${about}
        ${chosen === undefined ? nothing : html`<p class="hint"><strong>${chosen.value}</strong>: ${chosen.description}</p>`}${wrong}
      </div>`;
    }
    return html`<div class="field ${changed ? 'changed' : ''}">
      ${textField({
        label: info.title,
        name: info.name,
        value: String(value),
        invalid: error !== null,
        onInput: set,
        onEnter: () => this.run(false),
      })}${about}${wrong}
    </div>`;
  }

  private change(form: ParameterForm): void {
    this.dispatchEvent(new FormEvent(form));
  }

  private run(compare: boolean): void {
    const request = requestOf(this.info, this.form, this.words, this.request);
    if (request !== null) this.dispatchEvent(new RunEvent(request, compare));
  }
}
