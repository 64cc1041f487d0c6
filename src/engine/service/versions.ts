import sharp from 'sharp';
import { version } from '../../../package.json';
import type { Versions } from '../../shared/protocol/protocol';
import type { Runtimes } from '../runtime/runtimes';

/** Whylight's own. */
export const whylightVersion: string = version;

/** Versions that a saved result states; of the runtimes the chosen one's. Throws as {@link Runtimes.choose} does. */
export async function versions(runtimes: Runtimes, choice: string): Promise<Versions> {
  const { runtime } = await runtimes.choose(choice);
  return {
    whylight: version,
    node: process.versions.node,
    runtime: { id: runtime.id, version: runtime.version },
    sharp: sharp.versions.sharp ?? 'unknown',
  };
}
