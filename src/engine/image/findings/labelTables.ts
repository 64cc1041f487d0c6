/** Names of classes in tables (CSV, TSV) and in TensorFlow's label maps. */

function cells(line: string, separator: string): string[] {
  const found: string[] = [];
  const cell = new RegExp(`\\s*(?:"((?:[^"]|"")*)"|([^${separator}"]*))\\s*(?:${separator}|$)`, 'y');
  while (cell.lastIndex < line.length) {
    const match = cell.exec(line);
    if (!match || match[0] === '') break;
    found.push((match[1]?.replaceAll('""', '"') ?? match[2] ?? '').trim());
  }
  return found;
}

const indexHead = /^(?:id|idx|index|class_?id|class_?index|label_?id|no|number)$/i;
const nameHead = /^(?:name|class|class_?name|label|label_?name|display_?name|category|species|breed)$/i;

/** A table with a head that names its columns: one of names, and perhaps one of indices from 0 on, which then decide the order. */
function fromTable(lines: readonly string[]): readonly string[] | null {
  const [head = '', ...rows] = lines;
  const separator = head.includes('\t') ? '\t' : head.includes(';') ? ';' : ',';
  const columns = cells(head, separator);
  const names = columns.findIndex((column) => nameHead.test(column));
  if (names < 0 || rows.length === 0) return null;
  const indices = columns.findIndex((column, at) => at !== names && indexHead.test(column));
  if (columns.length === 1) return cells(rows.join(separator), separator).length === rows.length ? [...rows] : null;
  if (indices < 0) return null;
  const ordered: string[] = [];
  for (const row of rows) {
    const found = cells(row, separator);
    const index = Number(found[indices]);
    const name = found[names];
    if (!Number.isInteger(index) || index < 0 || index >= rows.length || !name || ordered[index] !== undefined)
      return null;
    ordered[index] = name;
  }
  return ordered;
}

/** `item { id: 1 name: 'cat' }`, ids from 1 on, or from 0 where one is named so. */
function fromLabelMap(text: string): readonly string[] | null {
  const items = [...text.matchAll(/item\s*\{([^{}]*)\}/g)].map(([, fields = '']) => ({
    id: Number(/\bid\s*:\s*(\d+)/.exec(fields)?.[1]),
    name: /\b(?:display_name|name)\s*:\s*(?:"([^"]*)"|'([^']*)')/
      .exec(fields)
      ?.slice(1)
      .find((each) => each !== undefined),
  }));
  if (items.length === 0) return null;
  const first = items.some(({ id }) => id === 0) ? 0 : 1;
  const ordered: string[] = [];
  for (const { id, name } of items) {
    const index = id - first;
    if (!Number.isInteger(index) || index < 0 || index >= items.length || !name || ordered[index] !== undefined)
      return null;
    ordered[index] = name;
  }
  return ordered;
}

/** Names in class order from a table or a label map; null for any other text. */
export function labelsFromTable(text: string): readonly string[] | null {
  const lines = text.split(/\r\n|\r|\n/).filter((line) => line.trim() !== '');
  return fromLabelMap(text) ?? fromTable(lines);
}
