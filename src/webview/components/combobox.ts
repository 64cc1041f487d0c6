import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import { baseStyles } from '../styles/base';
import { comboboxStyles } from '../styles/combobox';

/** One line of the list. */
export interface Choice {
  readonly id: string;
  readonly name: string;
  readonly detail: string;
}

/** What a text finds. */
export interface Found {
  readonly choices: readonly Choice[];
  /** One sentence below the list: what more there is; empty for none. */
  readonly note: string;
  /** Why nothing is found, in one sentence; the choices are then offers, and Enter takes none of them by itself. */
  readonly problem: string | null;
}

/** A line of the list was chosen; its id. */
export class ChooseEvent extends CustomEvent<string> {
  constructor(id: string) {
    super('wl-choose', { detail: id, bubbles: true, composed: true });
  }
}

/** A text field that filters a list as one types, with the list below (the ARIA combobox pattern). */
@customElement('wl-combobox')
export class Combobox extends LitElement {
  @property() label = '';
  /** Stable name for tests: `data-field` of the input. */
  @property() name = '';
  /** What the field shows while nobody types. */
  @property() value = '';
  @property() placeholder = '';
  @property() tip = '';
  /** Id of the choice in use. */
  @property() chosen = '';
  @property({ attribute: false }) search: (text: string) => Found = () => ({ choices: [], note: '', problem: null });

  @state() private open = false;
  /** Null while the field shows the value in use. */
  @state() private text: string | null = null;
  @state() private active = -1;
  private found: Found = { choices: [], note: '', problem: null };
  @query('input') private readonly input!: HTMLInputElement;
  @query('.drop') private readonly drop!: HTMLElement;

  static override styles = [baseStyles, comboboxStyles];

  protected override willUpdate(changed: PropertyValues): void {
    if (!this.open) return;
    const searched = changed.has('text') || changed.has('open') || changed.has('search');
    if (searched) this.found = this.search(this.text ?? '');
    if (changed.has('text') && this.text !== null) this.active = this.found.problem === null ? 0 : -1;
    else if (changed.has('open')) this.active = this.found.choices.findIndex(({ id }) => id === this.chosen);
    if (this.active >= this.found.choices.length) this.active = -1;
  }

  protected override render() {
    const { open } = this;
    const { choices, note, problem } = this.found;
    const wrong = open && problem !== null;
    return html`<div class="combo" @focusout=${this.close}>
      <input
        type="text"
        role="combobox"
        class=${wrong ? 'invalid' : ''}
        data-field=${this.name}
        aria-label=${this.label}
        title=${this.tip || nothing}
        placeholder=${this.placeholder || nothing}
        aria-expanded=${open && choices.length > 0}
        aria-controls="list"
        aria-autocomplete="list"
        aria-invalid=${wrong ? 'true' : nothing}
        aria-describedby="problem"
        aria-activedescendant=${open && this.active >= 0 ? `option-${this.active}` : nothing}
        autocomplete="off"
        spellcheck="false"
        .value=${live(this.text ?? this.value)}
        @focus=${() => this.input.select()}
        @click=${this.show}
        @input=${() => {
          this.text = this.input.value;
          this.open = true;
        }}
        @keydown=${this.keyPressed}
      />
      <div class="drop" ?hidden=${!open || (choices.length === 0 && problem === null && note === '')}>
        <p id="problem" class="problem" role="status">${wrong ? problem : nothing}</p>
        <ul id="list" role="listbox" aria-label=${this.label} ?hidden=${choices.length === 0}>
          ${open ? choices.map((choice, i) => this.option(choice, i)) : nothing}
        </ul>
        ${open && note !== '' ? html`<p class="note">${note}</p>` : nothing}
      </div>
    </div>`;
  }

  private option({ id, name, detail }: Choice, i: number) {
    return html`<li
      id=${`option-${i}`}
      role="option"
      data-choice=${id}
      aria-selected=${id === this.chosen}
      class=${i === this.active ? 'active' : ''}
      @pointerdown=${(event: Event) => event.preventDefault()}
      @click=${() => this.choose(id)}
    >
      <span class="name">${name}</span>
      <span class="detail number">${detail}</span>
    </li>`;
  }

  protected override updated(changed: PropertyValues): void {
    if (!this.open) return;
    if (changed.has('open')) this.keepInside();
    if (changed.has('active') || changed.has('open')) {
      this.renderRoot.querySelector('.active')?.scrollIntoView({ block: 'nearest' });
    }
  }

  /** A field at the right edge of the window opens to the left. */
  private keepInside(): void {
    this.drop.style.left = '0';
    const { right } = this.drop.getBoundingClientRect();
    const over = Math.max(0, right - (document.documentElement.clientWidth - 8));
    this.drop.style.left = `${-over}px`;
  }

  private show(): void {
    this.open = true;
  }

  private close(): void {
    this.open = false;
    this.text = null;
  }

  private keyPressed(event: KeyboardEvent): void {
    const { choices } = this.found;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      if (!this.open) this.show();
      else if (choices.length > 0) {
        const down = event.key === 'ArrowDown';
        const from = this.active < 0 && !down ? 0 : this.active;
        this.active = (from + (down ? 1 : choices.length - 1)) % choices.length;
      }
    } else if (event.key === 'Enter' && this.open) {
      const choice = choices[this.active];
      if (choice !== undefined) this.choose(choice.id);
    } else if (event.key === 'Escape' && this.open) {
      this.close();
    } else return;
    event.preventDefault();
  }

  private choose(id: string): void {
    this.close();
    this.dispatchEvent(new ChooseEvent(id));
  }
}
