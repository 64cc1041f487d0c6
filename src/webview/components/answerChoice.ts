import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { type ChosenOutput, type OutputSelection, outputText, parseOutput } from '../../shared/question/output';
import { button } from '../controls/button';
import { textField } from '../controls/textField';
import { baseStyles } from '../styles/base';
import { fieldStyles } from '../styles/fields';
import type { Words } from '../view/words';

/** Another answer of a model that gives several for an image; null for the one that is taken where none is chosen. */
export class OutputEvent extends CustomEvent<OutputSelection | null> {
  constructor(output: OutputSelection | null) {
    super('wl-output', { detail: output, bubbles: true, composed: true });
  }
}

/** A field that shows which of several answers is explained, and takes another, or the sum over a range. */
@customElement('wl-answer-choice')
export class AnswerChoice extends LitElement {
  @property({ attribute: false }) output!: ChosenOutput;
  /** True when the reader chose it, so that the default can be restored. */
  @property({ type: Boolean }) chosen = false;
  @property({ attribute: false }) words!: Words;

  /** Null while the field shows the answer in use. */
  @state() private text: string | null = null;

  static override styles = [
    baseStyles,
    fieldStyles,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
        align-items: end;
      }
    `,
  ];

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has('output')) this.text = null;
  }

  protected override render() {
    const { words, output, text } = this;
    const wanted = text === null ? output.selection : parseOutput(text);
    return html`${textField({
      label: words('answer.title', output.answers.dims.join(' × ')),
      name: 'answer',
      value: text ?? outputText(output.selection),
      placeholder: words('answer.hint'),
      invalid: wanted === null,
      onInput: (value) => {
        this.text = value;
      },
      onEnter: () => this.choose(),
    })}
    ${button({
      label: words('answer.explain'),
      action: 'explain-answer',
      disabled: wanted === null || text === null,
      onClick: () => this.choose(),
    })}
    ${
      this.chosen
        ? button({
            label: words('answer.default'),
            action: 'default-answer',
            onClick: () => this.dispatchEvent(new OutputEvent(null)),
          })
        : nothing
    }
    ${wanted === null ? html`<span class="muted" role="status">${words('answer.invalid')}</span>` : nothing}`;
  }

  private choose(): void {
    const wanted = this.text === null ? null : parseOutput(this.text);
    if (wanted !== null) this.dispatchEvent(new OutputEvent(wanted));
  }
}
