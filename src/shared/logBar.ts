const blocks = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const;

/**
 * A bar of block characters for a share, on a logarithmic scale: 12 cells for 1, two less for each power of ten below it, none from 1e−6
 * down.
 *
 * @param share 0..1.
 */
export function logBar(share: number): string {
  if (!(share > 0)) return '';
  const eighths = Math.round(8 * Math.min(12, Math.max(0, 12 + 2 * Math.log10(share))));
  return '█'.repeat(Math.floor(eighths / 8)) + (blocks[eighths % 8] as string);
}
