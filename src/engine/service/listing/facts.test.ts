import { copyFileSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../../test/support/folder';
import { modelFile } from '../../../../test/support/modelFile';
import { type Reader, readers } from '../../formats';
import { onnx } from '../../formats/onnx';
import { discover } from './discover';
import { FactsCache, factsOf } from './facts';

const folder = temporaryFolder();
const models = resolve(import.meta.dirname, '../../../../test/data/models');
const copy = (from: string, to: string) => copyFileSync(modelFile(`models/${from}`), join(folder, to));
const put = (name: string, content: string) => writeFileSync(join(folder, name), content);

mkdirSync(join(folder, 'hub'));
mkdirSync(join(folder, 'plain/data'), { recursive: true });
copy('shapes/last_e08.onnx', 'plain/last_e08.onnx');
copy('tiny/regression/model.onnx', 'hub/model.onnx');
put('hub/config.json', JSON.stringify({ architectures: ['ViTForImageClassification'], model_type: 'vit' }));
put('plain/broken.onnx', '{"error": "Repository not found"}');
put('plain/notes.pth', 'just some text\n');
put('plain/settings.pt', '{"a": 1}');

describe('what a list tells of a checkpoint', () => {
  it('is its format, a guess of its family by the names of its layers, and its classes', async () => {
    expect(await factsOf(join(folder, 'plain/last_e08.onnx'), true)).toEqual({
      path: join(folder, 'plain/last_e08.onnx'),
      format: 'ONNX',
      architecture: { name: 'ResNet', guessed: true },
      classes: 6,
      bytes: 749902,
      modified: expect.any(Number),
      problem: null,
      isCheckpoint: true,
    });
  });

  it('is what a config beside it names, which is no guess', async () => {
    const { architecture, classes } = await factsOf(join(folder, 'hub/model.onnx'), true);
    expect(architecture).toEqual({ name: 'ViTForImageClassification', guessed: false });
    expect(classes).toBe(1);
  });

  it('has the size of all files that are read for it', async () => {
    const path = join(models, 'mobilenet_v1_025/model_external/model.onnx');
    const [alone, all] = [await factsOf(path, false), await factsOf(path, true)];
    expect(alone.bytes).toBeLessThan(200_000);
    expect(all.bytes).toBeGreaterThan(1_800_000);
  });

  it('is why it cannot be opened, or that it is none', async () => {
    const of = async (name: string) => {
      const { format, problem, isCheckpoint } = await factsOf(join(folder, name), true, [onnx]);
      return { format, problem, isCheckpoint };
    };
    expect(await of('plain/broken.onnx')).toEqual({
      format: null,
      problem:
        'the answer of a server (“Repository not found”) instead of the file itself; download or export it again',
      isCheckpoint: true,
    });
    expect(await of('plain/settings.pt')).toMatchObject({ isCheckpoint: false });
    expect(await of('gone.onnx')).toMatchObject({ format: null, problem: 'cannot be read: there is no such file.' });
  });

  it('is read once as long as the file stays', async () => {
    let reads = 0;
    const counting: Reader = {
      ...onnx,
      read(path) {
        reads++;
        return onnx.read(path);
      },
    };
    const cache = new FactsCache([counting]);
    const path = join(folder, 'plain/last_e08.onnx');
    const first = await cache.get(path, true);
    expect(await cache.get(path, true)).toBe(first);
    await cache.get(path, false);
    expect(reads).toBe(1);
    utimesSync(path, new Date(), new Date(Date.now() + 5000));
    expect((await cache.get(path, true)).modified).toBeGreaterThan(first.modified);
    expect(reads).toBe(2);
  });
});

describe('looking for checkpoints', () => {
  it('finds them by name and leaves out what belongs to others', async () => {
    mkdirSync(join(folder, 'node_modules/x'), { recursive: true });
    mkdirSync(join(folder, '.git'));
    mkdirSync(join(folder, 'tf/variables'), { recursive: true });
    for (const name of ['node_modules/x/a.onnx', '.git/a.onnx', 'tf/saved_model.pb', 'tf/variables/variables.index'])
      put(name, 'x');
    const formats = [...readers, { title: 'TF', extensions: ['.pb', '.index'], folderFile: 'saved_model.pb' }];
    const { paths, cut } = await discover(folder, formats);
    expect(paths.map((path) => path.slice(folder.length + 1))).toEqual([
      'hub/model.onnx',
      'plain/broken.onnx',
      'plain/last_e08.onnx',
      'plain/notes.pth',
      'plain/settings.pt',
      'tf',
    ]);
    expect(cut).toBe(false);
  });

  it('is quick among ten thousand files', async () => {
    mkdirSync(join(folder, 'many'));
    for (let i = 0; i < 10_000; i++) writeFileSync(join(folder, 'many', `image_${i}.png`), '');
    const started = Date.now();
    await discover(join(folder, 'many'));
    expect(Date.now() - started).toBeLessThan(2000);
  });
});
