import { stem } from './stem';

/**
 * The name of the folder for an image's results: the file's name without its extension. A rest that would be no folder of its own, as
 * the `..` of `...png`, is the whole name with its dots in front replaced: `___png`.
 *
 * @param fileName without a folder.
 */
export function folderName(fileName: string): string {
  const own = stem(fileName);
  if (!/^[. ]*$/.test(own)) return own;
  return fileName.replace(/^[. ]+/, (dots) => '_'.repeat(dots.length)) || '_';
}

/** Folder names for files, in their order: {@link folderName}, numbered from 2 where that one is taken. */
export function folderNames(fileNames: readonly string[]): string[] {
  const taken = new Set<string>();
  return fileNames.map((fileName) => {
    const name = folderName(fileName);
    let free = name;
    for (let number = 2; taken.has(free); number++) free = `${name}-${number}`;
    taken.add(free);
    return free;
  });
}
