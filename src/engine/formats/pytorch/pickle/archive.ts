/** What `torch.save` writes: an object and the storages of its tensors, in a zip archive (since 1.6), in a row, or in a tar archive. */
import { CheckpointError } from '../../../../shared/errors';
import type { ByteRange } from '../../kit/bytes/byteSource';
import { inOuter, RangeSource } from '../../kit/bytes/rangeSource';
import { ZipArchive } from '../../kit/zip/zipArchive';
import { readLegacy } from './legacy';
import { Storages } from './persistentIds';
import { readTar } from './tar';
import { type TorchArchive, torchArchive } from './torchArchive';
import { unpickle } from './unpickle';

/** Archives of PyTorch are not compressed; what others packed anew may unpack to this many times their size in all. */
const mostInflation = 4;

/**
 * Reads a file of `torch.save` of any age.
 *
 * @param range of the whole file: in an archive too, where it is stored as it is.
 * @throws CheckpointError in one sentence when it is none, damaged, or written on a big-endian machine.
 */
export async function readTorchArchive(range: ByteRange): Promise<TorchArchive> {
  const { source, start, end } = range;
  const head = source.read(start, Math.min(4, end - start)).slice();
  if (head[0] === 0x50 && head[1] === 0x4b) {
    const whole = new RangeSource(range);
    const zip = await ZipArchive.open(whole);
    return readZipPickle(zip, pickleIn(zip, whole.name, 'data.pkl'), whole.name);
  }
  return head[0] === 0x80 ? readLegacy(range) : readTar(range);
}

/** The one entry of this name in the archive's folder. */
export function pickleIn(zip: ZipArchive, source: string, name: string): string {
  const found = zip.names.find(
    (each) => each === name || (each.endsWith(`/${name}`) && each.indexOf('/') === each.lastIndexOf('/')),
  );
  if (found === undefined) throw new CheckpointError(`${source} is incomplete: there is no “${name}” in it.`);
  return found;
}

/**
 * Reads one pickle of an archive; its storages are the entries of the folder that is called as the pickle is.
 *
 * @param pickle the entry's name: `archive/data.pkl`, with the storages `archive/data/0` …
 * @param name of the archive, for messages.
 */
export async function readZipPickle(zip: ZipArchive, pickle: string, name: string): Promise<TorchArchive> {
  const folder = pickle.slice(0, pickle.lastIndexOf('/') + 1);
  if (zip.has(`${folder}byteorder`) && (await zip.text(`${folder}byteorder`)).trim() === 'big') {
    throw new CheckpointError(
      `${name} was written on a big-endian machine; save it again on one that is little-endian.`,
    );
  }
  const storages = new Storages((why) => new CheckpointError(`${name} is damaged: its pickle ${why}.`));
  const { value } = unpickle(inOuter(await zip.range(pickle)), { name, persistent: storages.persistent });
  const ranges = new Map<string, ByteRange>();
  let [packed, unpacked] = [0, 0];
  for (const key of storages.whole.keys()) {
    const entry = `${pickle.replace(/\.pkl$/, '')}/${key}`;
    unpacked += zip.size(entry);
    packed += zip.packedSize(entry);
    if (unpacked > mostInflation * packed + (1 << 26)) {
      throw new CheckpointError(
        `${name} is damaged: its weights unpack to more than ${mostInflation} times their size.`,
      );
    }
    ranges.set(key, inOuter(await zip.range(entry)));
  }
  return torchArchive(value, ranges);
}
