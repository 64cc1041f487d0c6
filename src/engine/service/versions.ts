import sharp from 'sharp';
import { version } from '../../../package.json';
import type { Versions } from '../../shared/protocol/protocol';
import { chooseRuntime } from '../runtime/choose';

/** Versions that a saved result states. */
export async function versions(): Promise<Versions> {
  const { runtime } = await chooseRuntime('onnxruntime');
  return {
    whylight: version,
    node: process.versions.node,
    onnxruntime: runtime.version,
    sharp: sharp.versions.sharp ?? 'unknown',
  };
}
