/** The file name extensions of images that can be explained; the menus' `when` clauses in package.json list the same. */
export const imageExtensions = ['png', 'jpg', 'jpeg', 'jfif', 'webp', 'bmp', 'gif', 'tif', 'tiff', 'svg'] as const;

/** `FileType.Directory` of VS Code, which this file does without. */
const directory = 2;

/** True for the path of a file that the commands take as an image. */
export function isImagePath(path: string): boolean {
  const extension = /\.([^./\\]+)$/.exec(path)?.[1]?.toLowerCase();
  return (imageExtensions as readonly string[]).includes(extension ?? '');
}

/** The images of a selection in its order, each once. A menu's `when` looks only at the item that was clicked. */
export function imagesOf<T extends { readonly path: string; toString(): string }>(
  clicked: T | undefined,
  selection: readonly T[] | undefined,
): T[] {
  const all = selection !== undefined && selection.length > 0 ? selection : clicked === undefined ? [] : [clicked];
  const seen = new Set<string>();
  return all.filter((item) => {
    if (!isImagePath(item.path) || seen.has(item.toString())) return false;
    seen.add(item.toString());
    return true;
  });
}

/** The images among a folder's entries in natural order, at most `most`. */
export function imagesInFolder(entries: readonly (readonly [name: string, type: number])[], most: number): string[] {
  return entries
    .flatMap(([name, type]) => (type & directory || !isImagePath(name) ? [] : [name]))
    .sort((left, right) => left.localeCompare(right, 'en', { numeric: true }))
    .slice(0, most);
}
