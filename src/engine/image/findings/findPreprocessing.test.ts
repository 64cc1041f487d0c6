import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Preprocessing } from '../../../shared/question/preprocessing';
import { type InputSize, presetPreprocessing } from '../preprocessing/presets';
import { findPreprocessing, type PreprocessingSearch } from './findPreprocessing';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'whylight-preprocessing-'));
});
afterEach(() => rm(folder, { recursive: true }));

const colour: InputSize = { channels: 3, width: 224, height: 224 };
const put = (name: string, content: unknown) =>
  writeFile(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
const find = (
  metadata: Record<string, string> = {},
  input = colour,
  hint?: PreprocessingSearch['hint'],
  stated?: PreprocessingSearch['stated'],
) =>
  findPreprocessing({
    checkpointPath: join(folder, 'm.onnx'),
    metadata: new Map(Object.entries(metadata)),
    input,
    hint,
    stated,
  });

const half: Pick<Preprocessing, 'scale' | 'mean' | 'std'> = {
  scale: 1 / 255,
  mean: [0.5, 0.5, 0.5],
  std: [0.5, 0.5, 0.5],
};
const timm = {
  architecture: 'x',
  pretrained_cfg: {
    input_size: [3, 224, 224],
    interpolation: 'bicubic',
    crop_pct: 0.9,
    crop_mode: 'center',
    mean: [0.5, 0.5, 0.5],
    std: [0.5, 0.5, 0.5],
  },
};
const vit = {
  image_processor_type: 'ViTImageProcessor',
  do_resize: true,
  size: { height: 224, width: 224 },
  resample: 2,
  do_rescale: true,
  rescale_factor: 0.00392156862745098,
  do_normalize: true,
  image_mean: [0.5, 0.5, 0.5],
  image_std: [0.5, 0.5, 0.5],
};

describe('the guess', () => {
  it('is torchvision for colour and says so', async () => {
    expect(await find()).toEqual({
      preprocessing: presetPreprocessing('torchvision', colour),
      how: "guessed: nothing in or beside the checkpoint says how its images were prepared; it takes three channels, so torchvision's ImageNet recipe",
      guessed: true,
      notes: [],
    });
  });

  it('is grey / 255 for one channel, and 224 for an open size', async () => {
    const found = await find({}, { channels: 1, width: null, height: null });
    expect(found.preprocessing).toMatchObject({ preset: 'zero-one', channelOrder: 'grey', width: 224, height: 224 });
    expect(found.how).toMatch(/one channel, so grey pixels \/ 255, at 224×224 because any size is taken$/);
    expect(found.guessed).toBe(true);
  });

  it('gives way to a hint', async () => {
    const found = await find({}, colour, {
      preprocessing: 'raw-0-255',
      how: 'a Rescaling layer inside',
      guessed: false,
    });
    expect(found).toMatchObject({
      preprocessing: { preset: 'raw-0-255' },
      how: 'a Rescaling layer inside',
      guessed: false,
    });
  });

  it('is no way out for four channels', async () => {
    await expect(find({}, { ...colour, channels: 4 })).rejects.toThrow(/takes 4 channels/);
  });
});

describe('the order', () => {
  it('whylight.json, metadata, files beside, hint', async () => {
    const metadata = { preprocessing: 'keras-caffe' };
    const hint = { preprocessing: 'raw-0-255', how: 'hint', guessed: true } as const;
    await put('config.json', timm);
    expect((await find({}, colour, hint)).how).toBe('from pretrained_cfg in config.json beside the checkpoint');
    await put('preprocessor_config.json', vit);
    expect((await find({}, colour, hint)).how).toBe('from preprocessor_config.json beside the checkpoint');
    expect((await find(metadata, colour, hint)).how).toBe("from the checkpoint's metadata (preprocessing)");
    await put('whylight.json', { preprocessing: 'zero-one', mine: 1 });
    expect(await find(metadata, colour, hint)).toEqual({
      preprocessing: presetPreprocessing('zero-one', colour),
      how: 'from whylight.json beside the checkpoint',
      guessed: false,
      notes: ['whylight.json has fields that are not known: mine.'],
    });
  });

  it('a whylight.json without a preprocessing leaves it to the others', async () => {
    await put('whylight.json', { layer: 'x' });
    expect((await find({ preprocessing: 'tf' })).preprocessing.preset).toBe('keras-tf');
  });

  it('a wrong whylight.json is an error that names it', async () => {
    await put('whylight.json', { preprocessing: { preset: 'zero-one', width: 96 } });
    await expect(find()).rejects.toThrow(/whylight\.json: preprocessing: width is 96, but the model/);
  });
});

describe('metadata', () => {
  it.each<[Record<string, string>, Partial<Preprocessing>]>([
    [{ preprocessing: 'caffe' }, { preset: 'keras-caffe', channelOrder: 'bgr' }],
    [{ preprocess_mode: 'torch' }, { preset: 'torchvision', resize: 'stretch', interpolation: 'nearest' }],
    [
      { 'whylight.preprocessing': '{"preset":"zero-one","interpolation":"lanczos3"}' },
      { preset: 'zero-one', interpolation: 'lanczos3' },
    ],
    [
      { mean: '[0.485, 0.456, 0.406]', std: '[0.229, 0.224, 0.225]' },
      { preset: 'torchvision', shorterSide: 256 },
    ],
    [
      { image_mean: '0.5', image_std: '0.5' },
      { preset: 'custom', ...half, resize: 'stretch' },
    ],
    [
      { mean: '103.939 116.779 123.68', std: '1 1 1', channel_order: 'BGR' },
      { preset: 'keras-caffe', scale: 1, channelOrder: 'bgr' },
    ],
    [
      { mean: '(127.5, 127.5, 127.5)', std: '(127.5, 127.5, 127.5)', scale: '1' },
      { preset: 'custom', scale: 1, mean: [127.5, 127.5, 127.5] },
    ],
    [
      { task: 'classify', author: 'Ultralytics', imgsz: '[224, 224]' },
      { preset: 'zero-one', resize: 'shorter-side-and-centre-crop', shorterSide: 224 },
    ],
    [
      { 'Image.BitmapPixelFormat': 'Bgr8', 'Image.NominalPixelRange': 'NominalRange_0_255' },
      { scale: 1, channelOrder: 'bgr' },
    ],
    [{ 'Image.NominalPixelRange': 'Normalized_1_1' }, { preset: 'keras-tf', mean: [1, 1, 1] }],
  ])('%j', async (metadata, wanted) => {
    const found = await find(metadata);
    expect(found.preprocessing).toMatchObject(wanted);
    expect(found.guessed).toBe(false);
    expect(found.how).toMatch(/^from the checkpoint's metadata \(/);
  });

  it.each<[Record<string, string>, RegExp]>([
    [{ preprocessing: 'whitening' }, /metadata key preprocessing \(“whitening”\) is not understood/],
    [{ preprocessing: '{"preset":"resnet"}' }, /metadata key preprocessing .* is not understood/],
    [{ mean: '[0.5, 0.5]', std: '[1, 1, 1]' }, /keys mean and std do not hold 3 numbers each/],
    [{ mean: '0.5', std: '0' }, /keys mean and std do not hold/],
    [{ 'Image.NominalPixelRange': 'NominalRange_16_235' }, /NominalRange_16_235”\) is not understood/],
  ])('that is not understood is told, then guessed: %j', async (metadata, note) => {
    const found = await find(metadata);
    expect(found.guessed).toBe(true);
    expect(found.notes).toEqual([expect.stringMatching(note)]);
  });

  it('that names other things is left alone', async () => {
    expect(await find({ author: 'me', task: 'detect', version: '8' })).toMatchObject({ guessed: true, notes: [] });
  });
});

describe('timm', () => {
  it('resizes to ⌊size / crop_pct⌋', async () => {
    await put('config.json', timm);
    expect((await find()).preprocessing).toEqual({
      preset: 'custom',
      width: 224,
      height: 224,
      resize: 'shorter-side-and-centre-crop',
      shorterSide: 248,
      interpolation: 'bicubic',
      channelOrder: 'rgb',
      ...half,
    });
  });

  it('squashes when it says so, and reads older files', async () => {
    const { pretrained_cfg: older } = timm;
    await put('config.json', {
      ...older,
      crop_mode: 'squash',
      crop_pct: 1,
      mean: [0.485, 0.456, 0.406],
      std: [0.229, 0.224, 0.225],
    });
    const { preprocessing, notes } = await find();
    expect(preprocessing).toMatchObject({ preset: 'torchvision', resize: 'stretch', interpolation: 'bicubic' });
    expect(notes).toEqual([]);
  });

  it('gives way to the size of the model, in proportion', async () => {
    await put('config.json', timm);
    const { preprocessing, notes } = await find({}, { channels: 3, width: 384, height: 384 });
    expect(preprocessing).toMatchObject({ width: 384, height: 384, shorterSide: 425 });
    expect(notes).toEqual(['It is meant for 224×224 pixels; the model takes 384×384, which is used.']);
    expect((await find({}, { channels: 3, width: null, height: null })).preprocessing.width).toBe(224);
  });

  it('is not read into a config.json of another kind', async () => {
    await put('config.json', { model_type: 'vit', image_size: 224, id2label: { 0: 'a' } });
    expect((await find()).guessed).toBe(true);
  });

  it('and a broken file is told', async () => {
    await put('config.json', '{ broken');
    expect(await find()).toMatchObject({
      guessed: true,
      notes: ['config.json beside the checkpoint is not valid JSON; it was not used.'],
    });
  });
});

describe('Hugging Face', () => {
  it.each<[string, object, Partial<Preprocessing>]>([
    ['ViT', vit, { preset: 'custom', resize: 'stretch', interpolation: 'bilinear', ...half }],
    [
      'an old feature extractor',
      { do_normalize: true, image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.5, 0.5], size: 224, resample: 3 },
      { resize: 'stretch', width: 224, interpolation: 'bicubic' },
    ],
    [
      'DeiT',
      {
        ...vit,
        do_center_crop: true,
        crop_size: { height: 224, width: 224 },
        size: { shortest_edge: 256 },
        resample: 3,
      },
      { resize: 'shorter-side-and-centre-crop', shorterSide: 256, interpolation: 'bicubic' },
    ],
    [
      'ConvNext below 384',
      { ...vit, size: { shortest_edge: 224 }, crop_pct: 0.875, resample: 3 },
      { resize: 'shorter-side-and-centre-crop', shorterSide: 256 },
    ],
    ['a size as a list', { ...vit, size: [224, 224] }, { width: 224, height: 224, resize: 'stretch' }],
    ['one inside a processor of several', { image_processor: { ...vit, resample: 3 } }, { interpolation: 'bicubic' }],
    ['channels turned around', { ...vit, do_flip_channel_order: true }, { channelOrder: 'bgr' }],
    [
      'the defaults of its class',
      { feature_extractor_type: 'ViTFeatureExtractor', do_resize: true, size: 224, resample: 2 },
      half,
    ],
    [
      'CLIP, which leaves its means out',
      {
        image_processor_type: 'CLIPImageProcessor',
        do_normalize: true,
        size: { shortest_edge: 224 },
        do_center_crop: true,
        crop_size: 224,
      },
      { mean: [0.48145466, 0.4578275, 0.40821073], resize: 'shorter-side-and-centre-crop' },
    ],
    ['no normalisation', { ...vit, do_normalize: false }, { preset: 'zero-one', mean: [0, 0, 0], std: [1, 1, 1] }],
    ['neither', { ...vit, do_normalize: false, do_rescale: false }, { preset: 'raw-0-255', scale: 1 }],
    [
      'EfficientNet',
      { ...vit, rescale_factor: 1 / 127.5, rescale_offset: true, do_normalize: false },
      { preset: 'keras-tf', mean: [1, 1, 1] },
    ],
  ])('%s', async (_, config, wanted) => {
    await put('preprocessor_config.json', config);
    const found = await find();
    expect(found.preprocessing).toMatchObject(wanted);
    expect(found.notes).toEqual([]);
  });

  it('ConvNext from 384 is stretched', async () => {
    await put('preprocessor_config.json', { ...vit, size: { shortest_edge: 384 }, crop_pct: 0.875 });
    expect((await find({}, { channels: 3, width: 384, height: 384 })).preprocessing).toMatchObject({
      resize: 'stretch',
      width: 384,
    });
  });

  it('of sounds is none', async () => {
    await put('preprocessor_config.json', { feature_extractor_type: 'Wav2Vec2FeatureExtractor', do_normalize: true });
    expect((await find()).guessed).toBe(true);
  });

  it('an interpolation that is not known is told', async () => {
    await put('preprocessor_config.json', { ...vit, resample: 5 });
    expect((await find()).notes).toEqual(['Its interpolation 5 is not known; bilinear is used.']);
  });

  it('a file that does not fit the model is told and passed over', async () => {
    await put('preprocessor_config.json', {
      ...vit,
      do_center_crop: true,
      crop_size: 224,
      size: { shortest_edge: 200 },
    });
    await put('config.json', timm);
    const found = await find();
    expect(found.how).toContain('pretrained_cfg');
    expect(found.notes).toEqual([expect.stringMatching(/^Not used: preprocessor_config\.json .* shorterSide is 200/)]);
  });
});

describe('what the format of a checkpoint says', () => {
  const hint = { preprocessing: 'raw-0-255', how: 'hint', guessed: false } as const;
  const said = {
    preprocessing: { ...half, preset: 'zero-one' },
    where: "the model's metadata",
    guessed: false,
  } as const;
  const convention = { preprocessing: 'keras-caffe', where: 'its architecture, VGG16', guessed: true } as const;
  const metadata = { preprocessing: '"zero-one"' };

  it('counts after metadata and before files beside and the graph when it is stated', async () => {
    await put('preprocessor_config.json', vit);
    expect(await find({}, colour, hint, said)).toMatchObject({
      preprocessing: half,
      how: "from the model's metadata",
      guessed: false,
    });
    expect((await find(metadata, colour, hint, said)).how).toBe("from the checkpoint's metadata (preprocessing)");
  });

  it('counts after the graph and before the guess when it is a convention', async () => {
    expect(await find({}, colour, undefined, convention)).toEqual({
      preprocessing: presetPreprocessing('keras-caffe', colour),
      how: 'guessed from its architecture, VGG16',
      guessed: true,
      notes: [],
    });
    expect((await find({}, colour, hint, convention)).how).toBe('hint');
    await put('preprocessor_config.json', vit);
    expect((await find({}, colour, undefined, convention)).how).toContain('preprocessor_config.json');
  });

  it('that does not fit is told and not used', async () => {
    const wrong = { ...said, preprocessing: { ...half, preset: 'zero-one', mean: [0.5] } } as const;
    const { guessed, notes } = await find({}, colour, undefined, wrong);
    expect(guessed).toBe(true);
    expect(notes).toEqual([expect.stringContaining("Not used: the model's metadata: mean has 1 value(s)")]);
  });
});
