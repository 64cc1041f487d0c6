/** Deepest nesting of JSON that is parsed: configurations nest a handful of levels, and whoever walks them does it by recursion. */
const deepest = 200;

/** True when lists and objects nest deeper than {@link deepest}; brackets inside of texts do not count. */
function nestsTooDeep(text: string): boolean {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case 0x22:
        // A text: on to the quote that ends it, past escaped ones.
        for (i++; i < text.length && text.charCodeAt(i) !== 0x22; i++) if (text.charCodeAt(i) === 0x5c) i++;
        break;
      case 0x5b:
      case 0x7b:
        if (++depth > deepest) return true;
        break;
      case 0x5d:
      case 0x7d:
        depth--;
    }
  }
  return false;
}

/**
 * Parses JSON that comes from a file; a byte-order mark in front is passed over.
 *
 * @throws SyntaxError when it is not valid, or nests deeper than 200 levels.
 */
export function parseJson(text: string): unknown {
  if (nestsTooDeep(text)) throw new SyntaxError(`It nests deeper than ${deepest} levels`);
  return JSON.parse(text.replace(/^\uFEFF/, ''));
}
