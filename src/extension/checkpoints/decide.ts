import { dirname, isAbsolute, join, relative, sep } from 'node:path';

/** Folder → checkpoint that was chosen for the images in it, both absolute paths. */
export type Remembered = Readonly<Record<string, string>>;

export type Decision =
  | { readonly kind: 'use'; readonly checkpoint: string }
  /** `folder` is the one that the answer is to be remembered for. */
  | { readonly kind: 'ask'; readonly folder: string; readonly candidates: readonly string[] }
  | { readonly kind: 'none'; readonly folder: string };

/**
 * Which checkpoint explains an image. A remembered choice of the nearest folder above the image wins; else the nearest folder
 * that holds checkpoints decides: one is taken, several are a question. So two projects in one workspace keep to themselves.
 *
 * @param image Absolute path of the image.
 * @param root Absolute path of its workspace folder, or of its own folder when there is none.
 * @param candidates Checkpoints under `root`.
 */
export function decideCheckpoint(
  image: string,
  root: string,
  candidates: readonly string[],
  remembered: Remembered,
): Decision {
  const folders = foldersAbove(image, root);
  for (const folder of folders) {
    const checkpoint = remembered[folder];
    if (checkpoint !== undefined) return { kind: 'use', checkpoint };
  }
  for (const folder of folders) {
    const inside = candidates.filter((candidate) => isInside(candidate, folder));
    if (inside.length === 1) return { kind: 'use', checkpoint: inside[0]! };
    if (inside.length > 1) return { kind: 'ask', folder, candidates: inside };
  }
  return { kind: 'none', folder: root };
}

/**
 * The folder that a choice made by hand holds for: the nearest one above the image with checkpoints in it, or the whole root
 * when the chosen file lies elsewhere.
 */
export function folderOfChoice(
  image: string | undefined,
  root: string,
  candidates: readonly string[],
  chosen: string,
): string {
  if (image === undefined) return root;
  const nearest = foldersAbove(image, root).find((folder) => candidates.some((each) => isInside(each, folder)));
  return nearest !== undefined && isInside(chosen, nearest) ? nearest : root;
}

/** The memory after a choice for a folder: what was remembered for folders in it is overruled. */
export function remember(remembered: Remembered, folder: string, checkpoint: string): Remembered {
  const kept = Object.entries(remembered).filter(([other]) => other !== folder && !isInside(other, folder));
  return { ...Object.fromEntries(kept), [folder]: checkpoint };
}

/** Checkpoints in the order of a menu: those nearest to the image first, then by path with numbers in their order. */
export function sortCandidates(candidates: readonly string[], near: string): string[] {
  const distance = (path: string) => relative(near, dirname(path)).split(sep).filter(Boolean).length;
  return [...candidates].sort(
    (left, right) => distance(left) - distance(right) || left.localeCompare(right, 'en', { numeric: true }),
  );
}

/** The checkpoint that a setting names: absolute, or relative to the workspace folder. */
export function resolveSetting(setting: string, root: string): string {
  return isAbsolute(setting) ? setting : join(root, setting);
}

export function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** The image's folder and those above it up to `root`, nearest first. */
function foldersAbove(image: string, root: string): string[] {
  const folders: string[] = [];
  for (let folder = dirname(image); isInside(folder, root); folder = dirname(folder)) folders.push(folder);
  folders.push(root);
  return folders;
}
