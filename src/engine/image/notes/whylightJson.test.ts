import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Ajv from 'ajv';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import schema from '../../../../media/whylight.schema.json';
import { PreprocessingError } from '../../../shared/errors';
import { readCheckpointNotes, readWhylightFile, writeCheckpointNotes } from './whylightJson';
import { checkWhylightFile } from './whylightNotes';

const ajv = new Ajv({ strict: true, strictTypes: false, strictRequired: false });
ajv.addKeyword('enumDescriptions');
const fitsSchema = ajv.compile(schema);

let folder: string;
let model: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'whylight-notes-'));
  model = join(folder, 'model.onnx');
  file = join(folder, 'whylight.json');
});
afterEach(() => rm(folder, { recursive: true }));

const custom = {
  preset: 'custom',
  resize: 'stretch',
  interpolation: 'bicubic',
  channelOrder: 'rgb',
  scale: 0.00392156862745098,
  mean: [0.5, 0.5, 0.5],
  std: [0.5, 0.5, 0.5],
};
const { preset: _, ...withoutPreset } = custom;
const without = (field: keyof typeof custom) =>
  Object.fromEntries(Object.entries(custom).filter(([key]) => key !== field));

describe('the reader and the schema agree', () => {
  it.each([
    {},
    { $schema: 'https://example.org/schema.json' },
    { preprocessing: 'torchvision' },
    { preprocessing: { preset: 'keras-tf', width: 224, height: 224, interpolation: 'lanczos3' } },
    { preprocessing: { preset: 'torchvision', resize: 'shorter-side-and-centre-crop', shorterSide: 232 } },
    { preprocessing: custom },
    { preprocessing: withoutPreset },
    { preprocessing: { ...custom, mean: [0], std: [1], channelOrder: 'grey', scale: -1 } },
    { labels: ['cat', 'dog'], logits: 'fc', layer: 'layer4' },
    { labels: 'labels.txt' },
    { checkpoints: {} },
    { checkpoints: { 'a.onnx': { preprocessing: 'zero-one', labels: 'a.txt' }, 'b.onnx': {} } },
  ])('that %j is right', (content) => {
    expect(fitsSchema(content), JSON.stringify(fitsSchema.errors)).toBe(true);
    expect(checkWhylightFile(content, 'x').unknownFields).toEqual([]);
  });

  it.each<[unknown, string]>([
    [[], 'the file is []; it must be an object.'],
    ['torchvision', 'the file is "torchvision"; it must be an object.'],
    [{ $schema: 1 }, '$schema is 1; it must be a text.'],
    [{ preprocessing: 'custom' }, 'preprocessing is "custom"; it must be one of "torchvision", "keras-tf"'],
    [{ preprocessing: 'resnet' }, 'preprocessing is "resnet"; it must be one of'],
    [{ preprocessing: 3 }, 'preprocessing is 3; it must be one of'],
    [{ preprocessing: null }, 'preprocessing is null; it must be one of'],
    [{ preprocessing: {} }, 'preprocessing is a custom preprocessing and must also state resize, interpolation'],
    [{ preprocessing: { preset: 'custom' } }, 'must also state resize, interpolation, channelOrder, scale, mean, std'],
    [{ preprocessing: without('std') }, 'must also state std; or give it a preset'],
    [{ preprocessing: { preset: 'imagenet' } }, 'preprocessing.preset is "imagenet"; it must be one of "torchvision"'],
    [
      { preprocessing: { ...custom, width: 0 } },
      'preprocessing.width is 0; it must be a whole number from 1 to 16384.',
    ],
    [{ preprocessing: { ...custom, height: 1.5 } }, 'preprocessing.height is 1.5'],
    [{ preprocessing: { ...custom, shorterSide: 20000 } }, 'preprocessing.shorterSide is 20000'],
    [
      { preprocessing: { ...custom, resize: 'crop' } },
      'preprocessing.resize is "crop"; it must be one of "stretch", "shorter-side-and-centre-crop".',
    ],
    [{ preprocessing: { ...custom, interpolation: 'box' } }, '"nearest", "bilinear", "bicubic", "lanczos3".'],
    [{ preprocessing: { ...custom, channelOrder: 'gray' } }, 'preprocessing.channelOrder is "gray"'],
    [{ preprocessing: { ...custom, scale: 0 } }, 'preprocessing.scale is 0; it must be a number other than 0.'],
    [{ preprocessing: { ...custom, scale: '1/255' } }, 'preprocessing.scale is "1/255"'],
    [{ preprocessing: { ...custom, mean: 0.5 } }, 'preprocessing.mean is 0.5; it must be a list of 1 or 3 numbers.'],
    [{ preprocessing: { ...custom, mean: [0.5, 0.5] } }, 'preprocessing.mean is [0.5,0.5]'],
    [{ preprocessing: { ...custom, mean: [] } }, 'preprocessing.mean is []'],
    [
      { preprocessing: { ...custom, std: [1, 0, 1] } },
      'preprocessing.std is [1,0,1]; it must be a list of 1 or 3 numbers above 0.',
    ],
    [{ preprocessing: { ...custom, std: ['1'] } }, 'preprocessing.std is ["1"]'],
    [
      { labels: [] },
      'labels is []; it must be a list of texts in class order, or the name of a text file in the same folder.',
    ],
    [{ labels: [1] }, 'labels is [1]'],
    [{ labels: '' }, 'labels is ""'],
    [{ labels: '../labels.txt' }, 'labels is "../labels.txt"'],
    [{ labels: '..' }, 'labels is ".."'],
    [{ labels: 'a\\b.txt' }, 'labels is "a\\\\b.txt"'],
    [{ logits: '' }, 'logits is ""; it must be a text that is not empty.'],
    [{ layer: 4 }, 'layer is 4'],
    [{ checkpoints: [] }, 'checkpoints is []; it must be an object.'],
    [{ checkpoints: { 'a.onnx': 'torchvision' } }, 'checkpoints["a.onnx"] is "torchvision"; it must be an object.'],
    [{ checkpoints: { 'a.onnx': { preprocessing: 'x' } } }, 'checkpoints["a.onnx"].preprocessing is "x"'],
    [{ checkpoints: { 'a.onnx': { labels: 1 } } }, 'checkpoints["a.onnx"].labels is 1'],
  ])('that %j is wrong', (content, message) => {
    expect(fitsSchema(content)).toBe(false);
    expect(() => checkWhylightFile(content, 'f.json')).toThrow(PreprocessingError);
    expect(() => checkWhylightFile(content, 'f.json')).toThrow(message);
  });

  it.each<[object, string[]]>([
    [{ colour: 'blue' }, ['colour']],
    [{ preprocessing: { preset: 'zero-one', size: 224 } }, ['preprocessing.size']],
    [{ checkpoints: { 'a.onnx': { label: [] } } }, ['checkpoints["a.onnx"].label']],
    [{ checkpoints: { 'a.onnx': { checkpoints: {} } } }, ['checkpoints["a.onnx"].checkpoints']],
    [{ constructor: 1 }, ['constructor']],
  ])('that %j has a field too many', (content, unknown) => {
    expect(fitsSchema(content)).toBe(false);
    expect(checkWhylightFile(content, 'x').unknownFields).toEqual(unknown);
  });

  it('and the schema describes every field', () => {
    const { notes, preprocessing } = schema.definitions;
    for (const properties of [notes.properties, preprocessing.properties]) {
      for (const [name, each] of Object.entries(properties)) expect(each.description, name).toMatch(/\w{3,}.*\.$/);
    }
  });
});

describe('the files of the sample workspace', () => {
  it.each(['imagenet/mobilenet_v1_025.onnx', 'shapes/last_e08.onnx'])('fit: %s', async (path) => {
    const read = await readWhylightFile(`media/sample-workspace/${path}`);
    expect(read?.unknownFields).toEqual([]);
    expect(fitsSchema(read?.content)).toBe(true);
  });
});

describe('reading', () => {
  it('gives null when there is no file', async () => {
    expect(await readCheckpointNotes(model)).toBeNull();
  });

  it('lets the notes of a checkpoint win over the common ones', async () => {
    const content = {
      preprocessing: 'zero-one',
      labels: ['a', 'b'],
      checkpoints: { 'model.onnx': { preprocessing: 'keras-tf', layer: 'conv' }, 'other.onnx': { logits: 'x' } },
      extra: 1,
    };
    await writeFile(file, `\uFEFF${JSON.stringify(content)}`);
    expect(await readCheckpointNotes(model)).toEqual({
      preprocessing: 'keras-tf',
      labels: ['a', 'b'],
      layer: 'conv',
      path: file,
      unknownFields: ['extra'],
    });
    expect(await readCheckpointNotes(join(folder, 'other.onnx'))).toMatchObject({
      preprocessing: 'zero-one',
      logits: 'x',
    });
    expect((await readCheckpointNotes(join(folder, 'toString')))?.preprocessing).toBe('zero-one');
  });

  it('names the line of a syntax error', async () => {
    await writeFile(file, '{\n  "labels": ["a"],\n  "layer" "x"\n}\n');
    await expect(readCheckpointNotes(model)).rejects.toThrow(PreprocessingError);
    await expect(readCheckpointNotes(model)).rejects.toThrow(
      /whylight\.json is not valid JSON in line 3 \(.*\); correct it/,
    );
    await writeFile(file, '');
    await expect(readCheckpointNotes(model)).rejects.toThrow(/is not valid JSON \(Unexpected end of JSON input\)/);
  });
});

describe('writing', () => {
  it('makes a file with the notes of one checkpoint, and nothing else', async () => {
    expect(await writeCheckpointNotes(model, { preprocessing: 'zero-one' })).toBe(file);
    expect(await readFile(file, 'utf8')).toBe(`{
  "checkpoints": {
    "model.onnx": {
      "preprocessing": "zero-one"
    }
  }
}
`);
    expect(await readdir(folder)).toEqual(['whylight.json']);
    expect(await readCheckpointNotes(model)).toMatchObject({ preprocessing: 'zero-one' });
    expect((await readCheckpointNotes(join(folder, 'other.onnx')))?.preprocessing).toBeUndefined();
  });

  it('keeps what it does not change, known or not, in its order', async () => {
    await writeFile(
      file,
      '{"mine": {"deep": [1]}, "labels": ["a"], "checkpoints": {"model.onnx": {"layer": "x", "own": 2}}}',
    );
    await writeCheckpointNotes(model, { layer: 'y', logits: 'z' });
    await writeCheckpointNotes(model, { labels: 'labels.txt' }, 'folder');
    const content = JSON.parse(await readFile(file, 'utf8'));
    expect(content).toEqual({
      mine: { deep: [1] },
      labels: 'labels.txt',
      checkpoints: { 'model.onnx': { layer: 'y', own: 2, logits: 'z' } },
    });
    expect(Object.keys(content)).toEqual(['mine', 'labels', 'checkpoints']);
  });

  it('removes a field that is given as undefined', async () => {
    await writeCheckpointNotes(model, { layer: 'x', logits: 'y' }, 'folder');
    await writeCheckpointNotes(model, { layer: undefined }, 'folder');
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ logits: 'y' });
  });

  it('leaves a wrong file and a right file alone when the result would be wrong', async () => {
    await writeFile(file, '{ not json');
    await expect(writeCheckpointNotes(model, { layer: 'x' })).rejects.toThrow(/not valid JSON/);
    expect(await readFile(file, 'utf8')).toBe('{ not json');
    await writeFile(file, '{ "layer": "x" }');
    await expect(writeCheckpointNotes(model, { layer: '' })).rejects.toThrow(PreprocessingError);
    expect(await readFile(file, 'utf8')).toBe('{ "layer": "x" }');
    expect(await readdir(folder)).toEqual(['whylight.json']);
  });

  it('writes through a link', async () => {
    const target = join(folder, 'shared.json');
    await writeFile(target, '{}');
    await symlink(target, file);
    await writeCheckpointNotes(model, { layer: 'x' }, 'folder');
    expect(JSON.parse(await readFile(target, 'utf8'))).toEqual({ layer: 'x' });
  });

  it('says when the folder cannot be written', async () => {
    await expect(writeCheckpointNotes(join(folder, 'none', 'model.onnx'), { layer: 'x' })).rejects.toThrow(
      /whylight\.json cannot be written \(ENOENT\)\./,
    );
  });
});

describe('a whylight.json that is none', () => {
  it.runIf(process.platform !== 'win32')('is refused at once when it is a pipe or a device', async () => {
    execFileSync('mkfifo', [file]);
    await expect(readCheckpointNotes(model)).rejects.toThrow(`${file} is a pipe, not a file.`);
    await expect(writeCheckpointNotes(model, { layer: 'x' })).rejects.toThrow(`${file} is a pipe, not a file.`);
    await rm(file);
    await symlink('/dev/zero', file);
    await expect(readCheckpointNotes(model)).rejects.toThrow(`${file} is a device, not a file.`);
  });

  it('is refused when it is too large or nests without end', async () => {
    await writeFile(file, '');
    await truncate(file, 2 ** 40);
    await expect(readCheckpointNotes(model)).rejects.toThrow(`${file} is larger than 16 MiB, the most that is read.`);
    await writeFile(file, `{"labels": ${'['.repeat(1e6)}${']'.repeat(1e6)}}`);
    await expect(readCheckpointNotes(model)).rejects.toThrow(
      new PreprocessingError(
        `${file} is not valid JSON (It nests deeper than 200 levels); correct it or delete the file.`,
      ),
    );
  });

  it('is not written where nothing may be written', async () => {
    await expect(writeCheckpointNotes(join(folder, 'gone/model.onnx'), { layer: 'x' })).rejects.toThrow(
      `${join(folder, 'gone/whylight.json')} cannot be written (ENOENT).`,
    );
  });
});
