import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PreprocessingError } from '../../../shared/errors';
import { writeCheckpointNotes } from '../notes/whylightJson';
import { findLabels } from './findLabels';
import { readLabels } from './readLabels';

let folder: string;
let model: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'whylight-read-labels-'));
  model = join(folder, 'model.onnx');
});
afterEach(() => rm(folder, { recursive: true }));

async function read(name: string, content: unknown) {
  const file = join(folder, name);
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  return readLabels(model, file);
}

describe('a file that was chosen for its labels', () => {
  it.each<[name: string, content: unknown, named: boolean]>([
    ['birds.txt', '\uFEFFtit\r\nowl\r\n', true],
    ['birds.names', 'tit\nowl\n', true],
    ['birds.csv', '1,owl\n0,tit\n', true],
    ['head.csv', 'index,label\n0,tit\n1,owl\n', true],
    ['head.tsv', 'id\tname\n0\ttit\n1\towl', true],
    ['list.json', ['tit', 'owl'], true],
    ['map.json', { 0: 'tit', 1: 'owl' }, true],
    ['by-name.json', { owl: 1, tit: 0 }, true],
    ['config.json', { architectures: ['x'], id2label: { 0: 'tit', 1: 'owl' } }, false],
    ['data.json', { names: ['tit', 'owl'] }, false],
    ['list.labels', ['tit', 'owl'], false],
  ])('is read: %s', async (name, content, named) => {
    expect(await read(name, content)).toEqual({ names: ['tit', 'owl'], named });
  });

  it('can be named by whylight.json exactly when that gives the same names', async () => {
    for (const [name, content] of [
      ['birds.txt', 'tit\nowl'],
      ['head.csv', 'index,label\n0,tit\n1,owl'],
    ] as const) {
      const { names, named } = await read(name, content);
      await writeCheckpointNotes(model, { labels: named ? name : names });
      expect((await findLabels({ checkpointPath: model, metadata: new Map(), classes: 2 })).names, name).toEqual(names);
    }
  });

  it('cannot be named from another folder', async () => {
    await mkdir(join(folder, 'else'));
    expect(await read('else/birds.txt', 'tit\nowl')).toEqual({ names: ['tit', 'owl'], named: false });
  });

  it.each<[name: string, content: unknown, sentence: RegExp]>([
    ['numbers.json', [1, 2], /numbers\.json holds no list of labels that is understood; it needs one name a line/],
    ['other.json', { a: { b: 1 } }, /holds no list of labels/],
    ['placeholders.json', { id2label: { 0: 'LABEL_0', 1: 'LABEL_1' } }, /holds no list of labels/],
    ['broken.json', '["tit", ', /broken\.json is not valid JSON\.$/],
    ['empty.txt', '\n \n', /holds no list of labels/],
    ['image.txt', 'PNG\0\u0001', /holds no list of labels/],
  ])('is refused in one sentence: %s', async (name, content, sentence) => {
    await expect(read(name, content)).rejects.toThrow(PreprocessingError);
    await expect(read(name, content)).rejects.toThrow(sentence);
  });

  it('is refused when it is gone', async () => {
    await expect(readLabels(model, join(folder, 'gone.txt'))).rejects.toThrow(/gone\.txt does not exist\./);
  });
});
