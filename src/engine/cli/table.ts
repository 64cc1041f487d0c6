/**
 * Rows as lines with aligned columns; nothing is put behind the last one.
 *
 * @param right columns that are aligned to the right, as numbers are.
 */
export function table(rows: readonly (readonly string[])[], indent = '', right: readonly number[] = []): string {
  const widths = rows.reduce<number[]>((all, row) => row.map((cell, i) => Math.max(all[i] ?? 0, cell.length)), []);
  const aligned = (cell: string, i: number): string =>
    right.includes(i) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0);
  return rows.map((row) => (indent + row.map(aligned).join('  ')).trimEnd()).join('\n');
}
