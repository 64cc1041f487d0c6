/** Characters that move a terminal's cursor, change its colours, break a line, turn the direction of writing, or are no character at all. */
const unfit = /\p{Cc}|\p{Zl}|\p{Zp}|\p{Cs}|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

const known: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** The text with every control character as its escape: `\n`, `\u{1b}`. */
export function escapeControls(text: string): string {
  return text.replace(unfit, (each) => known[each] ?? `\\u{${each.codePointAt(0)!.toString(16)}}`);
}

/** The text with at most `most` characters: what is too much is left out of its middle. */
function shorten(text: string, most: number): string {
  if (text.length <= most) return text;
  const head = Math.ceil((most - 1) * 0.6);
  // Half of a character that takes two units is no character.
  return `${text.slice(0, head)}…${text.slice(text.length - (most - 1 - head))}`.replace(/\p{Cs}/gu, '');
}

/**
 * A name from a file, a network or a command line, fit to stand in a sentence, a table or a log: control characters escaped, at most
 * `most` characters.
 */
export function plainName(name: string, most = 160): string {
  // Escapes make a text longer, so that a long one is cut before and after.
  return shorten(escapeControls(shorten(name, 8 * most)), most);
}

/** Longest message that is shown. */
const longestMessage = 2000;

/**
 * A message for people that may hold such names: control characters escaped, names in “ ” shortened, and the whole at most 2000
 * characters.
 */
export function plainMessage(message: string): string {
  const text = shorten(message, 8 * longestMessage).replace(/“([^“”]*)”/g, (_, name: string) => `“${plainName(name)}”`);
  return shorten(escapeControls(text), longestMessage);
}
