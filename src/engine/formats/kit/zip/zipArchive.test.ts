import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type ZipPart, zipOf } from '../../../../../test/support/zip';
import { FileSource, MemorySource } from '../bytes/byteSource';
import { ZipArchive } from './zipArchive';

const models = join(import.meta.dirname, '../../../../../test/data/models');
const source = (bytes: Uint8Array) => new MemorySource('a.zip', bytes);
const open = (parts: readonly ZipPart[]) => ZipArchive.open(source(zipOf(parts)));
const bytes = Uint8Array.from({ length: 5000 }, (_, i) => i % 7);

describe('archives of the original tools', () => {
  it('are read by range: Keras', async () => {
    const file = new FileSource(join(models, 'tiny/vgg/model.keras'));
    const zip = await ZipArchive.open(file);
    expect([...zip.names].sort()).toEqual(['config.json', 'metadata.json', 'model.weights.h5']);
    const weights = await zip.range('model.weights.h5');
    expect(weights.source).toBe(file);
    expect([...file.read(weights.start, 4)]).toEqual([0x89, 0x48, 0x44, 0x46]);
    expect(JSON.parse(await zip.text('metadata.json'))).toHaveProperty('keras_version');
    file.close();
  });

  it('are read by range: PyTorch, whose local headers state no sizes', async () => {
    const path = join(models, 'shapes/last_e08.torchscript.pt');
    const zip = await ZipArchive.open(source(new Uint8Array(readFileSync(path))));
    const data = zip.names.find((name) => name.endsWith('/data.pkl'))!;
    const { source: from, start } = await zip.range(data);
    expect(from.read(start, 1)[0]).toBe(0x80);
    const code = zip.names.find((name) => name.endsWith('.py'))!;
    expect(await zip.text(code)).toContain('def forward');
  });
});

describe('archives that say what is not so', () => {
  it('end in one sentence', async () => {
    const file = zipOf([{ name: 'a', bytes }]);
    await expect(ZipArchive.open(source(file.subarray(0, 4000)))).rejects.toThrow('a.zip is truncated or damaged');
    await expect(
      open([
        { name: 'a', bytes },
        { name: 'a', bytes },
      ]),
    ).rejects.toThrow('it lists “a” twice');
    for (const name of ['../a', '/a', 'b/../../a'])
      await expect(open([{ name, bytes }]), name).rejects.toThrow('its zip archive cannot be read');
    const zip = await open([
      { name: 'encrypted', bytes, encrypted: true },
      { name: 'strange', bytes, method: 12 },
      { name: 'long', bytes: deflateRawSync(bytes), method: 8, size: 4999 },
      { name: 'short', bytes: deflateRawSync(bytes), method: 8, size: 5001 },
      { name: 'bomb', bytes: deflateRawSync(bytes), method: 8, size: 2 ** 31 },
      { name: 'two', bytes, size: 4 },
      { name: 'good', bytes: deflateRawSync(bytes), method: 8, size: 5000 },
      { name: 'no text', bytes: Uint8Array.of(0xff, 0xfe) },
    ]);
    const failure = async (name: string) => expect(zip.range(name)).rejects;
    await (await failure('none')).toThrow('a.zip is incomplete: there is no “none” in it.');
    await (await failure('encrypted')).toThrow('a.zip is encrypted: “encrypted” in it needs a password');
    await (await failure('strange')).toThrow('“strange” is compressed by the unknown method 12.');
    await (await failure('long')).toThrow('“long” cannot be unpacked.');
    await (await failure('short')).toThrow('“short” unpacks to 5000 bytes where 5001 are stated.');
    await (await failure('bomb')).toThrow('“bomb” unpacks to 2147483648 bytes, too many.');
    await (await failure('two')).toThrow('“two” states two sizes.');
    const good = await zip.range('good');
    expect(good.source.read(good.start, 5000)).toEqual(bytes);
    await expect(zip.text('no text')).rejects.toThrow('“no text” in it is no UTF-8 text.');
  });
});
