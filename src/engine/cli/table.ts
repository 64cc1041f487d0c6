import { plainName } from '../../shared/words/plainText';

/** Most characters of a cell; those in front of the last one widen their whole column. */
const longest = { inside: 160, last: 4096 };

/**
 * Rows as lines with aligned columns; nothing is put behind the last one. Names that are not fit to be shown are made so.
 *
 * @param right columns that are aligned to the right, as numbers are.
 */
export function table(cells: readonly (readonly string[])[], indent = '', right: readonly number[] = []): string {
  const rows = cells.map((row) =>
    row.map((cell, i) => plainName(cell, i < row.length - 1 ? longest.inside : longest.last)),
  );
  const widths = rows.reduce<number[]>((all, row) => row.map((cell, i) => Math.max(all[i] ?? 0, cell.length)), []);
  const aligned = (cell: string, i: number): string =>
    right.includes(i) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0);
  return rows.map((row) => (indent + row.map(aligned).join('  ')).trimEnd()).join('\n');
}
