const blocks = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const;

/** What a bar still shows: shares from here to 1. */
const decades = 6;

/**
 * A bar of block characters for a share, on a logarithmic scale: full for 1, `cells` less for each power of ten below it, none from 1e−6
 * down.
 *
 * @param share 0..1. @param cells for each power of ten.
 */
export function logBar(share: number, cells = 1): string {
  if (!(share > 0)) return '';
  const eighths = Math.round(8 * cells * Math.min(decades, Math.max(0, decades + Math.log10(share))));
  return '█'.repeat(Math.floor(eighths / 8)) + (blocks[eighths % 8] as string);
}
