/** Names under which the sRGB profile goes about; their pixels are left exactly as they are. */
const srgbNames = /^(sRGB|sRGB IEC61966-2[.-]1( .*)?|sRGB built-in|sRGB2014|sRGB_v4_ICC.*|c2)$/i;

const ascii = (bytes: Uint8Array): string => new TextDecoder('latin1').decode(bytes);

/**
 * The description of an ICC profile (its `desc` tag, version 2 or 4), or null when it has none that can be read.
 * Format: ICC.1:2022, 10.15 (multiLocalizedUnicodeType), and ICC.1:2001-04, 6.5.17 (textDescriptionType).
 */
export function profileDescription(icc: Uint8Array): string | null {
  const view = new DataView(icc.buffer, icc.byteOffset, icc.byteLength);
  if (icc.length < 132) return null;
  const tags = Math.min(view.getUint32(128), Math.floor((icc.length - 132) / 12));
  for (let i = 0; i < tags; i++) {
    const entry = 132 + i * 12;
    if (ascii(icc.subarray(entry, entry + 4)) !== 'desc') continue;
    const at = view.getUint32(entry + 4);
    if (at + 28 > icc.length) return null;
    const type = ascii(icc.subarray(at, at + 4));
    if (type === 'desc') {
      const text = icc.subarray(at + 12, at + 12 + view.getUint32(at + 8));
      return ascii(text).replace(/\0.*$/s, '').trim();
    }
    if (type === 'mluc') {
      const length = view.getUint32(at + 20);
      const text = at + view.getUint32(at + 24);
      return new TextDecoder('utf-16be')
        .decode(icc.subarray(text, text + length))
        .replace(/\0.*$/s, '')
        .trim();
    }
    return null;
  }
  return null;
}

/** True when the profile says by its name that it is sRGB. */
export function isSrgb(icc: Uint8Array): boolean {
  return srgbNames.test(profileDescription(icc) ?? '');
}
