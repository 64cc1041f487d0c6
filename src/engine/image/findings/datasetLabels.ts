/** Names of classes from a data set beside a checkpoint: a folder of images for each class, in the order in which loaders take them. */
import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { LabelGuess } from './guessedLabels';

/** Where data sets lie, below a checkpoint's folder or the one above. */
const places = ['', 'data', 'dataset', 'datasets', 'images'];
const parts = ['', 'train', 'training', 'val', 'valid', 'validation', 'test'];
const isImage = /\.(?:jpe?g|png|webp|bmp|gif|tiff?|ppm|pgm)$/i;
/** Larger folders than this are no classes. */
const mostClasses = 25_000;
/** Classes of which it is looked whether images are in them; names alone are no proof. */
const looked = 12;

async function entriesOf(folder: string): Promise<readonly Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (typeof (error as NodeJS.ErrnoException).code === 'string') return [];
    throw error;
  }
}

async function holdsImages(folder: string): Promise<boolean> {
  return (await entriesOf(folder)).slice(0, 200).some((entry) => entry.isFile() && isImage.test(entry.name));
}

/** Names in the order of their code points, as `sorted` of Python puts them: torchvision's ImageFolder and Keras' generators go by it. */
function inOrder(names: readonly string[]): string[] {
  return [...names].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

async function classFolders(folder: string, classes: number): Promise<readonly string[] | null> {
  const entries = await entriesOf(folder);
  // A link may lead anywhere.
  const names = entries.flatMap((entry) => (entry.isDirectory() && !entry.name.startsWith('.') ? [entry.name] : []));
  if (names.length !== classes) return null;
  const step = Math.max(1, Math.floor(names.length / looked));
  const some = names.filter((_, index) => index % step === 0);
  const hold = await Promise.all(some.map((name) => holdsImages(join(folder, name))));
  return hold.every(Boolean) ? inOrder(names) : null;
}

/** The folders of a data set beside the checkpoint or above it, when there are as many as classes and images lie in them; else null. */
export async function datasetLabels(checkpointPath: string, classes: number): Promise<LabelGuess | null> {
  if (classes < 2 || classes > mostClasses) return null;
  const beside = dirname(checkpointPath);
  for (const [base, from] of [
    [beside, 'beside the checkpoint'],
    [dirname(beside), 'in the folder above the checkpoint'],
  ] as const) {
    const inside = new Set((await entriesOf(base)).filter((entry) => entry.isDirectory()).map(({ name }) => name));
    for (const place of places) {
      if (place !== '' && !inside.has(place)) continue;
      for (const part of parts) {
        const folder = [place, part].filter((each) => each !== '').join('/');
        if (folder === '' || (place === '' && !inside.has(part))) continue;
        const names = await classFolders(join(base, folder), classes);
        if (names)
          return { names, why: `the folders of images in ${folder}/ ${from}, one for each class in their order` };
      }
    }
  }
  return null;
}
