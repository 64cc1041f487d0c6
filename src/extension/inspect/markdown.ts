/** Pieces of Markdown from words that a checkpoint brings. */

/** @param alignment of the columns; to the left where it is empty or missing. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  alignment: readonly ('right' | '')[] = [],
): string[] {
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, column) => (alignment[column] === 'right' ? '---:' : '---'));
  return rows.length === 0 ? [] : [row(head), row(rule), ...rows.map(row)];
}

/** Words of the checkpoint as plain text: a name must not become a link, an image or a new cell. */
export function text(value: string): string {
  return value.replace(/[\r\n]+/g, ' ').replace(/[\\`*_{}[\]()#+!|<>~&]/g, (character) => `\\${character}`);
}

export function code(value: string): string {
  const clean = value.replace(/[\r\n]+/g, ' ').replaceAll('|', '\\|');
  return clean === '' ? '' : clean.includes('`') ? text(value) : `\`${clean}\``;
}
