import { html, type TemplateResult } from 'lit';
import type { TargetRequest } from '../../shared/question/target';
import type { ClassList } from '../../shared/results/attribution';
import { quoted } from '../../shared/words/nearest';
import { percent } from '../../shared/words/summary';
import type { Choice, ChooseEvent, Found } from './combobox';
import './combobox';
import { searchClasses } from '../view/classSearch';
import type { Words } from '../view/words';

/** A field that completes the name or index of any class. What names no class is said below it and asked of nobody. */
export function classField(classes: ClassList, words: Words, choose: (target: TargetRequest) => void): TemplateResult {
  return html`<wl-combobox
    class="class-field"
    .label=${words('classes.other')}
    .name=${'other-class'}
    .placeholder=${words('classes.otherHint')}
    .search=${searcher(classes, words)}
    @wl-choose=${(event: ChooseEvent) => choose({ kind: 'index', index: Number(event.detail) })}
  ></wl-combobox>`;
}

const searchers = new WeakMap<ClassList, (text: string) => Found>();

/** One for each model's classes: another one would make the field search again. */
function searcher(classes: ClassList, words: Words): (text: string) => Found {
  let search = searchers.get(classes);
  if (search === undefined) {
    search = (text) => findClasses(classes, text, words);
    searchers.set(classes, search);
  }
  return search;
}

export function findClasses(classes: ClassList, text: string, words: Words): Found {
  const { indices, count, nearest } = searchClasses(classes, text);
  const choice = (index: number): Choice => {
    const probability = classes.probabilities?.[index];
    const detail = probability === undefined ? `${index}` : `${index} · ${percent(probability)}`;
    return { id: String(index), name: classes.labels?.[index] ?? words('classes.unnamed', index), detail };
  };
  if (count > 0) {
    const note = count > indices.length ? words('classes.more', indices.length, count) : '';
    return { choices: indices.map(choice), note, problem: null };
  }
  if (text.trim() === '') return { choices: [], note: words('classes.byIndex', classes.count - 1), problem: null };
  return { choices: nearest.map(choice), note: '', problem: problemOf(classes, text.trim(), nearest, words) };
}

function problemOf({ count, labels }: ClassList, text: string, nearest: readonly number[], words: Words): string {
  if (/^\d+$/.test(text)) return words('classes.noIndex', text, count - 1);
  if (labels === null) return words('classes.noLabels', count - 1);
  const names = nearest.map((index) => labels[index] ?? '');
  return words('classes.noName', text, quoted(names));
}
