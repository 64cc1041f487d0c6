const blocks = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const;

/**
 * A bar of block characters for a share, on a logarithmic scale: full for 1, one cell less for each power of ten below it.
 *
 * @param share 0..1. @param cells length of a full bar.
 */
export function logBar(share: number, cells = 6): string {
  if (!(share > 0)) return '';
  const eighths = Math.round(8 * Math.min(cells, Math.max(0, cells + Math.log10(share))));
  return '█'.repeat(Math.floor(eighths / 8)) + (blocks[eighths % 8] as string);
}
