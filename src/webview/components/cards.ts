import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { shownAnswer } from '../../shared/explanation/explanation';
import type { MethodRequest } from '../../shared/question/card';
import type { Controller } from '../controller';
import type { PageState } from '../state/pageState';
import { baseStyles } from '../styles/base';
import { cardsStyles } from '../styles/cardsGrid';
import { toolStyles } from '../styles/tools';
import { type Arrangement, arrange, type CardGroup, type Cell, type Compared } from '../view/arrangement';
import { type Cursor, wholeImage, type Zoom } from '../view/cursor';
import { type Drawing, drawingsOf } from '../view/drawing';
import { imageName } from '../view/format';
import { sharedNotes } from '../view/notices';
import type { PaintQueue } from '../view/paintQueue';
import { formOf, type ParameterForm, sameForm } from '../view/parameterForm';
import { type Picture, pictureOf } from '../view/picture';
import type { Words } from '../view/words';
import { comparisonBar } from './comparisonBar';
import { saidList } from './saidList';
import './detail';
import './imageCard';
import './methodCard';
import type { EnlargeEvent } from './methodCard';
import type { FormEvent } from './methodParameters';

/**
 * All cards. The cards of one method stand side by side: the panel's own, then one for each question beside it, so that what is compared
 * is next to each other at every width; as many methods stand abreast as have room.
 */
@customElement('wl-cards')
export class Cards extends LitElement {
  @property({ attribute: false }) state!: PageState;
  @property({ attribute: false }) cursor: Cursor | null = null;
  @property({ attribute: false }) zoom: Zoom = wholeImage;
  @property({ attribute: false }) controller!: Controller;
  @property({ attribute: false }) words!: Words;
  @property({ attribute: false }) paints!: PaintQueue;

  /** Keys of the comparisons that show differences. */
  @state() private differences: ReadonlySet<string> = new Set();
  /** Key of the card that is enlarged. */
  @state() private enlarged: string | null = null;
  /** What is typed into the forms of cards, by their keys. */
  @state() private forms: ReadonlyMap<string, ParameterForm> = new Map();
  private arrangement!: Arrangement;
  private drawings: ReadonlyMap<string, Drawing> = new Map();
  private said: ReadonlySet<string> = new Set();

  static override styles = [baseStyles, toolStyles, cardsStyles];

  protected override willUpdate(changed: PropertyValues): void {
    if (!changed.has('state') && !changed.has('differences') && !changed.has('words')) return;
    const { panel, explanation, setup } = this.state;
    this.arrangement = arrange(panel!, explanation!, setup!.methods, this.words);
    this.drawings = drawingsOf(this.cells(), explanation!, panel!.display, this.differences);
    this.said = new Set(sharedNotes(explanation!));
    if (this.enlarged !== null && !this.cells().some(({ card }) => card.request.key === this.enlarged)) {
      this.enlarged = null;
    }
  }

  private cells(): Cell[] {
    const { groups, pinned } = this.arrangement;
    return [...groups.flatMap(({ cells }) => cells.filter((cell) => cell !== null)), ...pinned];
  }

  protected override updated(): void {
    this.style.setProperty('--wl-columns', String(1 + this.arrangement.columns.length));
  }

  protected override render() {
    const { words, arrangement, controller } = this;
    const { columns, groups, pinned } = arrangement;
    const compared = columns.length > 0;
    return html`${comparisonBar({
      comparisons: arrangement.compared,
      answer: shownAnswer(this.state.explanation!),
      question: this.state.panel!.question,
      differences: this.differences,
      words,
      controller,
      toggle: (key) => this.toggle(key),
    })}
      <section class="cards ${compared ? 'compared scrolls' : ''}" aria-label=${words('cards.title')} @wl-enlarge=${this.enlarge}>
        <div class="grid">
          ${this.imageGroup(columns)}
          ${
            groups.length === 0
              ? html`<p class="muted">${words('cards.none')}</p>`
              : repeat(
                  groups,
                  ({ key }) => key,
                  (group) => this.group(group, compared),
                )
          }
        </div>
      </section>
      ${
        pinned.length === 0
          ? nothing
          : html`<section class="cards pinned" aria-labelledby="pinned-title" data-testid="pinned" @wl-enlarge=${this.enlarge}>
              <h2 id="pinned-title">${words('cards.pinned')}</h2>
              <div class="grid">
                ${repeat(
                  pinned,
                  ({ card }) => card.request.key,
                  (cell) => html`<div class="group"><div class="cell">${this.card(cell, { pinned: true })}</div></div>`,
                )}
              </div>
            </section>`
      }
      ${this.detail()}`;
  }

  private get picture(): Picture | null {
    const { explanation, panel } = this.state;
    const answer = shownAnswer(explanation!);
    return answer && pictureOf(answer.prediction, panel!.display);
  }

  private imageGroup(columns: readonly Compared[]): TemplateResult {
    const { state, words } = this;
    const prediction = shownAnswer(state.explanation!)?.prediction ?? null;
    const image = (name: string, shown: typeof prediction, picture: Picture | null) => html`<wl-image-card
      .name=${name}
      .prediction=${shown}
      .picture=${picture}
      .cursor=${this.cursor}
      .zoom=${this.zoom}
      .words=${words}
    ></wl-image-card>`;
    return html`<div class="group image">
      <div class="cell">${image(state.setup!.imageName, prediction, this.picture)}</div>
      ${columns.map((column) => {
        const { change } = column.comparison;
        const own = column.answer?.prediction ?? null;
        return html`<div class="cell">
          ${
            change.kind === 'image'
              ? image(imageName(change.image), own, own && pictureOf(own, state.panel!.display))
              : saidList(column, words)
          }
        </div>`;
      })}
    </div>`;
  }

  private group({ cells }: CardGroup, compared: boolean): TemplateResult {
    return html`<div class="group">
      ${cells.map((cell, i) => html`<div class="cell">${cell === null ? nothing : this.card(cell, { follows: compared && i > 0 })}</div>`)}
    </div>`;
  }

  private card(cell: Cell, { pinned = false, follows = false }): TemplateResult {
    const { card, info } = cell;
    const { key } = card.request;
    const form = this.forms.get(key);
    return html`<wl-method-card
      data-key=${key}
      data-method=${info.id}
      data-state=${card.phase}
      .cell=${cell}
      .drawing=${this.drawings.get(key) ?? null}
      .ratio=${this.ratioOf(cell)}
      .said=${this.said}
      ?follows=${follows}
      ?pinned=${pinned}
      ?changed=${form !== undefined && !sameForm(form, formOf(info, card.request))}
      ?running=${this.running}
      .cursor=${this.cursor}
      .zoom=${this.zoom}
      ?saving=${this.state.saving}
      .controller=${this.controller}
      .words=${this.words}
      .paints=${this.paints}
    ></wl-method-card>`;
  }

  private get running(): boolean {
    return this.state.explanation!.run?.phase === 'running';
  }

  /** What a card's map will be like: its own question's image where it is known, else that of the panel's. */
  private ratioOf({ compared }: Cell): number {
    const answer = compared?.answer;
    const picture = answer ? pictureOf(answer.prediction, this.state.panel!.display) : this.picture;
    return picture === null ? 1 : picture.image.width / picture.image.height;
  }

  private detail(): TemplateResult | typeof nothing {
    const cell = this.cells().find(({ card }) => card.request.key === this.enlarged);
    if (cell === undefined) return nothing;
    const { key } = cell.card.request;
    return html`<wl-detail
      .cell=${cell}
      .drawing=${this.drawings.get(key) ?? null}
      .ratio=${this.ratioOf(cell)}
      .form=${this.forms.get(key) ?? null}
      ?editable=${this.state.panel!.cards.some((each: MethodRequest) => each.key === key)}
      ?running=${this.running}
      .cursor=${this.cursor}
      .zoom=${this.zoom}
      .controller=${this.controller}
      .words=${this.words}
      @wl-form=${(event: FormEvent) => {
        this.forms = new Map([...this.forms, [key, event.detail]]);
      }}
      @wl-close=${() => {
        this.enlarged = null;
      }}
    ></wl-detail>`;
  }

  private enlarge(event: EnlargeEvent): void {
    this.enlarged = event.detail;
  }

  private toggle(key: string): void {
    const next = new Set(this.differences);
    if (!next.delete(key)) next.add(key);
    this.differences = next;
  }
}
