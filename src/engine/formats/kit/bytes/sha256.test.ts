import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../../../test/support/folder';
import { sha256, sha256OfFiles } from './sha256';

const folder = temporaryFolder();

it.each([0, 3, 20 << 20])('hashes a file of %i bytes', async (size) => {
  const bytes = Buffer.alloc(size, 'whylight');
  const path = join(folder, `file-${size}`);
  writeFileSync(path, bytes);
  expect(await sha256(path)).toBe(createHash('sha256').update(bytes).digest('hex'));
});

it('hands on the error of the file system', async () => {
  await expect(sha256(join(folder, 'none'))).rejects.toThrow('ENOENT');
});

describe('several files', () => {
  const file = (name: string, content: string) => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return { name, path };
  };
  const hash = (text: string) => createHash('sha256').update(text).digest('hex');

  it('have the hash of what sha256sum prints of them in order of name', async () => {
    const [b, a, accented] = [file('b.onnx', 'two'), file('a.bin', 'one'), file('é.bin', 'three')];
    const list = `${hash('one')}  a.bin\n${hash('two')}  b.onnx\n${hash('three')}  é.bin\n`;
    expect(await sha256OfFiles([b, a, accented])).toBe(hash(list));
    expect(await sha256OfFiles([accented, a, b])).toBe(hash(list));
  });

  it('differ when one is called something else, also by a line break', async () => {
    const [a, b] = [file('a.bin', 'one'), file('b.bin', 'two')];
    const together = await sha256OfFiles([a, b]);
    expect(await sha256OfFiles([a, { ...b, name: 'c.bin' }])).not.toBe(together);
    const broken = { ...a, name: `x\n${hash('two')}  b.bin` };
    expect(await sha256OfFiles([broken, b])).toBe(
      hash(`${hash('two')}  b.bin\n\\${hash('one')}  x\\n${hash('two')}  b.bin\n`),
    );
  });

  it('of which there is one have its own hash', async () => {
    expect(await sha256OfFiles([file('only.onnx', 'only')])).toBe(hash('only'));
  });
});
