import { type PanelStringKey, panelStrings } from '../../shared/words/panelStrings';

/** The page's words: a key and what fills its placeholders → text in the user's language. */
export type Words = (key: PanelStringKey, ...values: readonly (string | number)[]) => string;

/** Words from the host's table, with English for a key that it lacks. */
export function makeWords(strings: Readonly<Record<string, string>>): Words {
  return (key, ...values) => fill(strings[key] ?? panelStrings[key], values);
}

export const englishWords: Words = makeWords(panelStrings);

function fill(template: string, values: readonly (string | number)[]): string {
  return template.replace(/\{(\d+)\}/g, (whole, index: string) => {
    const value = values[Number(index)];
    return value === undefined ? whole : String(value);
  });
}
