import { dirname, join } from 'node:path';

/**
 * Absolute paths of the files that an explanation depends on.
 *
 * @param dependsOn what the engine found out while it answered; none before it has.
 */
export function watchedFiles(
  checkpoint: string,
  image: { readonly scheme: string; readonly fsPath: string },
  dependsOn: readonly string[] = [],
): readonly string[] {
  const own = [checkpoint, join(dirname(checkpoint), 'whylight.json')];
  return [...new Set([...own, ...dependsOn, ...(image.scheme === 'file' ? [image.fsPath] : [])])];
}
