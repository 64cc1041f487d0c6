import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PreprocessingError } from '../../../shared/errors';
import { findLabels } from './findLabels';
import { namesBeside } from './namesBeside';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'whylight-labels-'));
});
afterEach(() => rm(folder, { recursive: true }));

const put = (name: string, content: unknown) =>
  writeFile(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
const find = (classes: number, metadata: Record<string, string> = {}) =>
  findLabels({ checkpointPath: join(folder, 'model.v2.onnx'), metadata: new Map(Object.entries(metadata)), classes });

describe('where labels are found', () => {
  it('nowhere', async () => {
    expect(await find(2)).toEqual({ names: null, how: null, guessed: false, notes: [] });
  });

  it('in whylight.json', async () => {
    await put('whylight.json', { labels: ['a', 'b'] });
    await put('labels.txt', 'x\ny');
    expect(await find(2, { names: "{0: 'p', 1: 'q'}" })).toEqual({
      names: ['a', 'b'],
      how: 'from whylight.json beside the checkpoint',
      guessed: false,
      notes: [],
    });
  });

  it('in the file that whylight.json names', async () => {
    await put('whylight.json', { labels: 'mine.txt' });
    await put('mine.txt', 'n01440764 tench\nn01443537 goldfish\n');
    expect(await find(2)).toMatchObject({ names: ['tench', 'goldfish'], how: 'from mine.txt beside the checkpoint' });
  });

  it.each([
    ['names', `{0: 'p', 1: "q's"}`, ['p', "q's"]],
    ['labels', '["p", "q"]', ['p', 'q']],
    ['classes', 'p\nq\n', ['p', 'q']],
    ['classes', 'p, q', ['p', 'q']],
    ['id2label', '{"1": "q", "0": "p"}', ['p', 'q']],
  ])('in the metadata key %s: %s', async (key, text, names) => {
    expect(await find(2, { [key]: text })).toEqual({
      names,
      how: `from the checkpoint's metadata (${key})`,
      guessed: false,
      notes: [],
    });
  });

  it.each<[string, unknown, string]>([
    ['model.v2.labels.txt', 'a\nb', 'model.v2.labels.txt'],
    ['model.v2.labels.json', ['a', 'b'], 'model.v2.labels.json'],
    ['labels.txt', '0 a\n1 b', 'labels.txt'],
    ['classes.txt', 'a\nb', 'classes.txt'],
    ['config.json', { id2label: { 0: 'a', 1: 'b' } }, 'config.json'],
    ['config.json', { label_names: ['a', 'b'] }, 'config.json'],
    ['class_names.json', { a: 0, b: 1 }, 'class_names.json'],
    ['class_indices.json', { b: 1, a: 0 }, 'class_indices.json'],
    ['labels.csv', 'name,index\n"b",1\na,0\n', 'labels.csv'],
    ['synset_words.txt', 'n01440764 a\nn01443537 b\n', 'synset_words.txt'],
    ['label_map.pbtxt', "item {\n id: 2 name: 'b' }\nitem { id: 1\n name: 'a'\n}\n", 'label_map.pbtxt'],
    ['imagenet_class_index.json', { 0: ['n1', 'a'], 1: ['n2', 'b'] }, 'imagenet_class_index.json'],
  ])('in %s', async (name, content, where) => {
    await put(name, content);
    const found = await find(2);
    expect(found.names).toEqual(['a', 'b']);
    expect(found.how).toContain(`from ${where} beside the checkpoint`);
    expect(found.notes).toEqual([]);
  });
});

describe('what the format of a checkpoint gives', () => {
  const search = (classes: number, metadata: Record<string, string> = {}) =>
    findLabels({
      checkpointPath: join(folder, 'model.v2.onnx'),
      metadata: new Map(Object.entries(metadata)),
      classes,
      stated: { names: ['p', 'q'], where: 'labels.txt in the model' },
    });

  it('counts after metadata and before files beside', async () => {
    await put('labels.txt', 'x\ny');
    expect(await search(2)).toEqual({
      names: ['p', 'q'],
      how: 'from labels.txt in the model',
      guessed: false,
      notes: [],
    });
    expect((await search(2, { labels: '["a", "b"]' })).names).toEqual(['a', 'b']);
  });

  it('counts only when it has as many names as there are classes', async () => {
    await put('labels.txt', 'x\ny\nz');
    expect(await search(3)).toEqual({
      names: ['x', 'y', 'z'],
      how: 'from labels.txt beside the checkpoint',
      guessed: false,
      notes: ['labels.txt in the model has 2 labels and the model 3 classes, so it was not used.'],
    });
  });
});

describe('what does not fit', () => {
  it('is told, and the next place is tried', async () => {
    await put('whylight.json', { labels: ['a', 'b', 'c'] });
    await put('model.v2.labels.txt', 'a');
    await put('labels.txt', 'x\ny');
    expect(await find(2)).toEqual({
      names: ['x', 'y'],
      how: 'from labels.txt beside the checkpoint',
      guessed: false,
      notes: [
        'whylight.json beside the checkpoint has 3 labels and the model 2 classes, so it was not used.',
        'model.v2.labels.txt beside the checkpoint has 1 label and the model 2 classes, so it was not used.',
      ],
    });
  });

  it('by a background class is named as such and not shifted', async () => {
    await put('labels.txt', 'background\na\nb');
    const { names, notes } = await find(2);
    expect(names).toBeNull();
    expect(notes).toEqual([
      'labels.txt beside the checkpoint has 3 labels and the model 2 classes, so it was not used. Its first line “background” is probably one too many for this model.',
    ]);
    expect((await find(3)).names).toEqual(['background', 'a', 'b']);
  });

  it('Hugging Face placeholders are no labels', async () => {
    await put('config.json', { id2label: { 0: 'LABEL_0', 1: 'LABEL_1' } });
    expect(await find(2)).toEqual({ names: null, how: null, guessed: false, notes: [] });
  });

  it('a count under “classes” is no list of labels', async () => {
    expect(await find(2, { classes: '2' })).toEqual({ names: null, how: null, guessed: false, notes: [] });
  });

  it('broken lists are told', async () => {
    await put('config.json', '{');
    await put('labels.json', { a: { b: 1 } });
    await put('whylight.json', { labels: 'gone.txt' });
    const { names, notes } = await find(2, { names: '{0: open("x")}' });
    expect(names).toBeNull();
    expect(notes).toEqual([
      'whylight.json names the labels file gone.txt, which does not exist beside it.',
      "The labels in the checkpoint's metadata (names) are not understood and were not used.",
      'config.json beside the checkpoint is not valid JSON; it was not used.',
      'labels.json beside the checkpoint holds no list of labels that is understood; it was not used.',
    ]);
  });

  it('links that leave the folder are not followed, those that stay are', async () => {
    const outside = await mkdtemp(join(tmpdir(), 'whylight-outside-'));
    await writeFile(join(outside, 'secret.txt'), 'alpha\nbeta\n');
    await writeFile(join(outside, 'secret.json'), '["alpha", "beta"]');
    await put('inside.txt', 'cat\ndog\n');
    await put('whylight.json', { labels: 'mine.txt' });
    await symlink(join(outside, 'secret.txt'), join(folder, 'mine.txt'));
    await symlink(join(outside, 'secret.json'), join(folder, 'model.v2.labels.json'));
    await symlink(join(outside, 'secret.json'), join(folder, 'config.json'));
    await symlink('inside.txt', join(folder, 'labels.txt'));
    expect(await find(2)).toEqual({
      names: ['cat', 'dog'],
      how: 'from labels.txt beside the checkpoint',
      guessed: false,
      notes: ['mine.txt', 'model.v2.labels.json', 'config.json'].map(
        (name) => `${name} beside the checkpoint is a link that leads out of its folder; it was not read.`,
      ),
    });
    await rm(outside, { recursive: true });
  });

  it('links to where the checkpoint itself is linked from are followed, as caches of downloads make them', async () => {
    await mkdir(join(folder, 'blobs'));
    await mkdir(join(folder, 'snapshot'));
    await put('blobs/1f', '');
    await put('blobs/2e', { id2label: { 0: 'a', 1: 'b' } });
    await symlink('../blobs/1f', join(folder, 'snapshot/model.onnx'));
    await symlink('../blobs/2e', join(folder, 'snapshot/config.json'));
    const checkpointPath = join(folder, 'snapshot/model.onnx');
    expect((await findLabels({ checkpointPath, metadata: new Map(), classes: 2 })).names).toEqual(['a', 'b']);
  });

  it.runIf(process.platform !== 'win32')('pipes, devices and too large files are passed over at once', async () => {
    execFileSync('mkfifo', [join(folder, 'labels.txt')]);
    await put('whylight.json', { labels: 'zero.txt' });
    await symlink('/dev/zero', join(folder, 'zero.txt'));
    await put('classes.txt', '');
    await truncate(join(folder, 'classes.txt'), 2 ** 40);
    await put('labels.json', '['.repeat(1e6));
    const started = Date.now();
    const { names, notes } = await find(2);
    expect(names).toBeNull();
    expect(notes).toEqual([
      'zero.txt beside the checkpoint is a link that leads out of its folder; it was not read.',
      'labels.txt beside the checkpoint is a pipe, not a file; it was not read.',
      'classes.txt beside the checkpoint is larger than 16 MiB, the most that is read; it was not read.',
      'labels.json beside the checkpoint is not valid JSON; it was not used.',
    ]);
    expect(Date.now() - started).toBeLessThan(2000);
  });

  it('metadata that nests without end is no list of labels', async () => {
    const { names, notes } = await find(2, { names: `${'['.repeat(1e6)}${']'.repeat(1e6)}` });
    expect(names).toBeNull();
    expect(notes).toEqual(["The labels in the checkpoint's metadata (names) are not understood and were not used."]);
  });

  it('a wrong whylight.json ends the search', async () => {
    await put('whylight.json', { labels: 3 });
    await expect(find(2)).rejects.toBeInstanceOf(PreprocessingError);
  });
});

describe('a checkpoint that is a folder', () => {
  const among = (classes: number) =>
    findLabels({ checkpointPath: join(folder, 'saved'), metadata: new Map(), classes });

  it('has its labels inside, before those beside it', async () => {
    await mkdir(join(folder, 'saved/assets'), { recursive: true });
    await put('labels.txt', 'x\ny');
    expect(await among(2)).toMatchObject({ names: ['x', 'y'], how: 'from labels.txt beside the checkpoint' });
    await put('saved/labels.txt', 'c\nd');
    expect(await among(2)).toMatchObject({ names: ['c', 'd'], how: 'from labels.txt in the checkpoint' });
    await put('saved/assets/labels.txt', 'a\nb');
    expect(await among(2)).toMatchObject({ names: ['a', 'b'], how: 'from assets/labels.txt in the checkpoint' });
  });

  it('may have them in an asset of any name, if their number fits', async () => {
    await mkdir(join(folder, 'saved/assets'), { recursive: true });
    await put('saved/assets/flowers.txt', 'rose\ntulip\noak');
    expect(await among(2)).toEqual({ names: null, how: null, guessed: false, notes: [] });
    expect(await among(3)).toMatchObject({ names: ['rose', 'tulip', 'oak'], guessed: false });
  });
});

describe('what is guessed, and said to be', () => {
  const dataset = async (root: string, ...names: string[]) => {
    for (const name of names) {
      await mkdir(join(folder, root, name), { recursive: true });
      await put(join(root, name, '1.jpg'), '');
    }
  };

  it('the folders of a data set beside the checkpoint, in the order of loaders', async () => {
    await dataset('data/train', 'dog', 'Zebra', 'cat');
    expect(await find(3)).toEqual({
      names: ['Zebra', 'cat', 'dog'],
      how: 'guessed: the folders of images in data/train/ beside the checkpoint, one for each class in their order',
      guessed: true,
      notes: [],
    });
    expect((await find(4)).names).toBeNull();
    await put('labels.txt', 'a\nb\nc');
    expect((await find(3)).guessed).toBe(false);
  });

  it('those of a project above, but no folders without images', async () => {
    await dataset('train', 'left', 'right');
    await mkdir(join(folder, 'runs'));
    const found = await findLabels({ checkpointPath: join(folder, 'runs/a.onnx'), metadata: new Map(), classes: 2 });
    expect(found).toMatchObject({ names: ['left', 'right'], guessed: true });
    expect(found.how).toContain('train/ in the folder above the checkpoint');
    await mkdir(join(folder, 'val/one'), { recursive: true });
    await mkdir(join(folder, 'val/two'));
    await mkdir(join(folder, 'val/three'));
    expect((await find(3)).names).toBeNull();
  });

  it('the names of ImageNet where there are 1000 or 1001 classes', async () => {
    const thousand = await find(1000);
    expect(thousand).toMatchObject({
      guessed: true,
      how: 'guessed: the names of ImageNet, since there are 1000 classes and nothing names them',
    });
    const names = thousand.names ?? [];
    expect([0, 134, 207, 285, 517, 639, 999].map((index) => names[index])).toEqual([
      'tench',
      'crane (bird)',
      'golden retriever',
      'Egyptian cat',
      'crane (machine)',
      'maillot (tank suit)',
      'toilet tissue',
    ]);
    expect(new Set(names).size).toBe(1000);
    expect((await find(1001)).names?.slice(0, 2)).toEqual(['background', 'tench']);
    expect((await find(999)).names).toBeNull();
  });

  it('of larger lists only that they are known', async () => {
    expect(await find(21843)).toEqual({
      names: null,
      how: null,
      guessed: false,
      notes: ['The model has 21843 classes, as many as ImageNet-21k, whose names are not built in.'],
    });
  });
});

it('finds the labels of the sample workspace', async () => {
  const sample = (checkpoint: string, classes: number) =>
    findLabels({ checkpointPath: `media/sample-workspace/${checkpoint}`, metadata: new Map(), classes });
  expect((await sample('shapes/last_e08.onnx', 6)).names?.[3]).toBe('star');
  expect((await sample('imagenet/mobilenet_v1_025.onnx', 1001)).names?.[286]).toBe('Egyptian cat');
});

it('names every file beside the checkpoint that decides', async () => {
  await put('whylight.json', { labels: 'mine.txt' });
  const names = await namesBeside(join(folder, 'model.v2.onnx'));
  expect(names).toEqual(
    expect.arrayContaining(['whylight.json', 'mine.txt', 'model.v2.labels.txt', 'preprocessor_config.json']),
  );
  expect(new Set(names).size).toBe(names.length);
  for (const name of ['labels.txt', 'classes.txt', 'config.json', 'labels.json']) expect(names).toContain(name);
});
