import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Network } from '../networks';
import type { Exporter } from '../networks/networkBuilder';

/** Builds the network's ONNX file in a folder of its own, which goes when `use` is done. */
export async function withModelFile<T>(
  network: Network,
  exporter: Exporter,
  use: (path: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'whylight-bench-'));
  try {
    const path = join(folder, `${network.id}.onnx`);
    await writeFile(path, network.build(exporter));
    return await use(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
