import { UsageError } from '../../shared/errors';
import { folderName } from '../../shared/words/folderName';
import type { Translate } from '../host/translate';

/** The folder's path below the workspace folder, as segments: the setting `whylight.outputFolder`, then the image's name. */
export function destination(outputFolder: string, imageName: string, translate: Translate): string[] {
  const segments = outputFolder.split(/[/\\]/).filter((segment) => segment !== '' && segment !== '.');
  if (segments.length === 0 || segments.includes('..') || /^([/\\]|[A-Za-z]:)/.test(outputFolder)) {
    throw new UsageError(
      translate(
        'The setting whylight.outputFolder must name a folder inside the workspace folder, not “{0}”.',
        outputFolder,
      ),
    );
  }
  return [...segments, folderName(imageName)];
}

/** The first of `name-2`, `name-3` … that is not taken. */
export function nextFreeName(name: string, taken: ReadonlySet<string>): string {
  for (let number = 2; ; number++) {
    const candidate = `${name}-${number}`;
    if (!taken.has(candidate)) return candidate;
  }
}
