import Ajv from 'ajv';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { attribution, decode, find, json, params, pixels, versions } from '../../../test/support/savedExplanation';
import { CancelledError } from '../../shared/errors';
import { defaultDisplay } from '../../shared/rendering/display';
import { renderOverlay } from '../../shared/rendering/renderOverlay';
import type { RgbImage } from '../../shared/results/attribution';
import { parseNpy } from '../files/npy';
import { encodeFiles } from './encodeFiles';
import schema from './result.schema.json';

describe('encodeFiles', () => {
  const three = attribution('gradient', {
    map: { data: Float32Array.from({ length: 4 * 6 * 3 }, (_, i) => i - 30), width: 6, height: 4, channels: 3 },
    convergenceDelta: -0.25,
    scoreDifference: 5,
    preset: 'pair',
  });
  const request = params([
    attribution('grad-cam', { layer: 'conv3' }),
    three,
    attribution('grad-cam', { key: 'grad-cam-2' }),
  ]);

  it('makes two files a method, a figure and an account', async () => {
    const files = await encodeFiles(request, { decode, versions });
    expect(files.map((file) => file.name)).toEqual([
      'grad-cam.png',
      'grad-cam.npy',
      'gradient.png',
      'gradient.npy',
      'grad-cam-2.png',
      'grad-cam-2.npy',
      'figure.png',
      'result.json',
    ]);
  });

  it('stores the raw map', async () => {
    const files = await encodeFiles(request, { decode, versions });
    expect(parseNpy(find(files, 'grad-cam.npy'))).toMatchObject({ dtype: 'float32', dims: [8, 8] });
    const stored = parseNpy(find(files, 'gradient.npy'));
    expect(stored.dims).toEqual([4, 6, 3]);
    expect(stored.data).toEqual(three.map.data);
  });

  it('draws overlays at the size of the image, as on the screen', async () => {
    const files = await encodeFiles(request, { decode, versions });
    const overlay = renderOverlay({
      image: pixels,
      region: request.prediction.region,
      map: three.map,
      display: request.display,
    });
    const png = find(files, 'gradient.png');
    const { data } = await sharp(png).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    expect(Buffer.compare(data, Buffer.from(overlay.pixels.buffer))).toBe(0);
    const { comments } = await sharp(png).metadata();
    expect(comments).toContainEqual({ keyword: 'Title', text: 'gradient for star' });
  });

  it('carries findings in result.json', async () => {
    const findings = [
      { severity: 'problem', sentence: 'All units of “relu” are dead.', layer: 'relu' },
      { severity: 'note', sentence: 'The output is saturated.' },
    ] as const;
    const result = json(await encodeFiles({ ...request, findings }, { decode, versions }));
    const validate = new Ajv({ allowUnionTypes: true }).compile(schema);
    expect(validate(result), JSON.stringify(validate.errors)).toBe(true);
    expect(result.findings).toEqual(findings);
    expect(validate({ ...result, findings: [{ severity: 'alarm', sentence: 'x' }] })).toBe(false);
  });

  it('describes everything in result.json, by its schema', async () => {
    const result = json(await encodeFiles(request, { decode, versions }));
    const validate = new Ajv({ allowUnionTypes: true }).compile(schema);
    expect(validate(result), JSON.stringify(validate.errors)).toBe(true);
    expect(Object.keys(result)).toEqual(schema.required);
    expect(result).toMatchObject({
      model: { path: '/models/shapes.onnx', format: 'ONNX', sha256: 'ab'.repeat(32) },
      runtime: 'onnxruntime',
      input: { size: [3, 8, 8], preprocessing: null, how: 'given as an array' },
      target: { index: 3, label: 'star', logit: 4.5, probability: 0.87 },
      seed: 7,
      versions: { whylight: '0.1.0', node: '20.20.0', onnxruntime: '1.30.0', sharp: '0.35.5' },
    });
    expect(result.findings).toEqual([]);
    expect(Object.keys(result.methods[1])).toEqual([
      'id',
      'preset',
      'parameters',
      'layer',
      'seconds',
      'evaluations',
      'min',
      'max',
      'convergenceDelta',
      'scoreDifference',
      'notes',
      'file',
      'overlay',
      'drawn',
    ]);
    expect(result.methods[0].drawn).toEqual({
      width: 60,
      height: 40,
      sign: 'signed',
      low: expect.closeTo(-0.25, 2),
      high: expect.closeTo(0.25, 2),
    });
    expect(result.display).toMatchObject({ view: 'image', scale: 'own', format: 'png', longestSide: null });
    expect(Object.keys(result.methods[1].parameters)).toEqual(['absolute', 'baseline', 'steps']);
    expect(result.methods[1]).toMatchObject({
      id: 'gradient',
      preset: 'pair',
      convergenceDelta: -0.25,
      scoreDifference: 5,
      file: 'gradient.npy',
    });
    expect(result.methods[2]).toMatchObject({ id: 'grad-cam', file: 'grad-cam-2.npy', overlay: 'grad-cam-2.png' });
  });

  it('holds cards with questions of their own, each drawn on its image and named by its key', async () => {
    const cat: RgbImage = { width: 30, height: 50, data: new Uint8Array(30 * 50 * 3).fill(90) };
    const target = { index: 0, label: 'circle', logit: 1, probability: 0.1 };
    const { prediction } = request;
    const others = [
      {
        image: request.image,
        prediction: { ...prediction, target },
        attributions: [attribution('grad-cam', { key: 'grad-cam-circle' })],
      },
      {
        image: { path: '/photos/other.png' },
        prediction: {
          ...prediction,
          model: { ...prediction.model, path: '/models/early.onnx' },
          imageSize: { width: 30, height: 50 },
          region: { x: 0, y: 0, width: 30, height: 50 },
        },
        attributions: [attribution('grad-cam', { key: 'early' })],
      },
    ];
    let decoded = 0;
    const files = await encodeFiles(
      { ...request, others },
      {
        decode: async (image) => {
          decoded++;
          return 'path' in image && image.path === '/photos/other.png' ? cat : pixels;
        },
        versions,
      },
    );
    expect(decoded).toBe(2);
    expect(files.map((file) => file.name).filter((name) => name.endsWith('.png'))).toEqual([
      'grad-cam.png',
      'gradient.png',
      'grad-cam-2.png',
      'grad-cam-circle.png',
      'grad-cam.early.png',
      'figure.png',
    ]);
    const size = async (name: string) => {
      const { width, height } = await sharp(find(files, name)).metadata();
      return [width, height];
    };
    expect(await size('grad-cam-circle.png')).toEqual([60, 40]);
    expect(await size('grad-cam.early.png')).toEqual([30, 50]);
    const { comments } = await sharp(find(files, 'grad-cam-circle.png')).metadata();
    expect(comments).toContainEqual({ keyword: 'Title', text: 'grad-cam for circle' });
    const result = json(files);
    const validate = new Ajv({ allowUnionTypes: true }).compile(schema);
    expect(validate(result), JSON.stringify(validate.errors)).toBe(true);
    expect(result.methods.map((each: { key?: string }) => each.key)).toEqual([
      undefined,
      undefined,
      'grad-cam-2',
      'grad-cam-circle',
      'early',
    ]);
    expect(result.methods[2].about).toBeUndefined();
    expect(result.methods[3].about).toMatchObject({ image: { name: 'a cat.jpg' }, target: { label: 'circle' } });
    expect(result.methods[4].about).toMatchObject({
      image: { name: 'other.png', width: 30 },
      model: { path: '/models/early.onnx' },
    });
  });

  it('makes overlays no longer than asked for, and JPEGs where asked for; raw maps stay', async () => {
    const files = await encodeFiles({ ...request, longestSide: 30, format: 'jpeg' }, { decode, versions });
    expect(files.slice(0, 2).map(({ name }) => name)).toEqual(['grad-cam.jpg', 'grad-cam.npy']);
    const { format, width, height } = await sharp(find(files, 'gradient.jpg')).metadata();
    expect({ format, width, height }).toEqual({ format: 'jpeg', width: 30, height: 20 });
    expect(parseNpy(find(files, 'gradient.npy')).dims).toEqual([4, 6, 3]);
    const result = json(files);
    const validate = new Ajv({ allowUnionTypes: true }).compile(schema);
    expect(validate(result), JSON.stringify(validate.errors)).toBe(true);
    expect(result.display).toMatchObject({ format: 'jpeg', longestSide: 30 });
    expect(result.methods[1]).toMatchObject({ overlay: 'gradient.jpg', drawn: { width: 30, height: 20 } });
    // What the model saw lies where it lay: columns 10 to 50 of 60, the rest dim.
    const { data } = await sharp(find(files, 'gradient.jpg')).greyscale().raw().toBuffer({ resolveWithObject: true });
    const brightness = (x: number) => data[10 * 30 + x]!;
    expect(brightness(2)).toBeLessThan(brightness(15) * 0.6);
    expect(brightness(27)).toBeLessThan(brightness(15) * 0.6);
    const larger = await encodeFiles({ ...request, longestSide: 1000 }, { decode, versions });
    expect((await sharp(find(larger, 'gradient.png')).metadata()).width).toBe(60);
  });

  it('makes a JPEG of an image that is longer than any JPEG', async () => {
    const scan: RgbImage = { width: 65_600, height: 4, data: new Uint8Array(65_600 * 4 * 3).fill(90) };
    const { prediction } = request;
    const about = { ...prediction, imageSize: { width: 65_600, height: 4 } };
    const files = await encodeFiles(
      { ...request, attributions: [three], prediction: about, format: 'jpeg' },
      { decode: async () => scan, versions },
    );
    expect((await sharp(find(files, 'gradient.jpg')).metadata()).width).toBe(65_500);
  });

  it('draws what the model saw in the view of the model, and the whole image where nothing is chosen', async () => {
    const size = async (view: 'auto' | 'model') => {
      const files = await encodeFiles({ ...request, display: { ...defaultDisplay, view } }, { decode, versions });
      const { width, height } = await sharp(find(files, 'grad-cam.png')).metadata();
      return { width, height, view: json(files).display.view };
    };
    expect(await size('auto')).toEqual({ width: 60, height: 40, view: 'image' });
    expect(await size('model')).toEqual({ width: 40, height: 40, view: 'model' });
  });

  it('draws the maps of a method on one scale where it is shared', async () => {
    const strong = attribution('grad-cam', {
      map: { data: new Float32Array(64).fill(2), width: 8, height: 8, channels: 1 },
    });
    const weak = attribution('grad-cam', {
      key: 'e05/grad-cam',
      map: { data: new Float32Array(64).fill(-0.5), width: 8, height: 8, channels: 1 },
    });
    const others = [{ ...params([weak]), image: request.image }];
    const drawn = async (scale: 'own' | 'shared') =>
      json(
        await encodeFiles({ ...params([strong]), others, display: { ...defaultDisplay, scale } }, { decode, versions }),
      ).methods.map((each: { drawn: object }) => each.drawn);
    expect(await drawn('own')).toMatchObject([
      { sign: 'positive', low: 0, high: 2 },
      { sign: 'signed', low: -0.5, high: 0.5 },
    ]);
    expect(await drawn('shared')).toMatchObject([
      { sign: 'signed', low: -2, high: 2 },
      { sign: 'signed', low: -2, high: 2 },
    ]);
  });

  it('tells its progress file by file', async () => {
    const told: string[] = [];
    await encodeFiles(request, { decode, versions, onProgress: (done, total) => told.push(`${done}/${total}`) });
    expect(told).toEqual(['1/8', '2/8', '3/8', '4/8', '5/8', '6/8', '7/8', '8/8']);
  });

  it('stops between two overlays when it is cancelled', async () => {
    const controller = new AbortController();
    let last = 0;
    const encoding = encodeFiles(request, {
      decode,
      versions,
      signal: controller.signal,
      onProgress: (done) => {
        last = done;
        if (done === 2) controller.abort();
      },
    });
    await expect(encoding).rejects.toThrow(CancelledError);
    expect(last).toBe(2);
  });

  it('is the same every time', async () => {
    const [first, second] = [
      await encodeFiles(request, { decode, versions }),
      await encodeFiles(request, { decode, versions }),
    ];
    for (const [i, file] of first.entries()) expect(Buffer.compare(file.bytes, second[i]!.bytes), file.name).toBe(0);
  });

  it('lists what the model says under other presets when the preprocessing was guessed', async () => {
    const preprocessing = {
      preset: 'torchvision',
      width: 8,
      height: 8,
      resize: 'stretch',
      interpolation: 'bilinear',
      channelOrder: 'rgb',
      scale: 1 / 255,
      mean: [0.485, 0.456, 0.406],
      std: [0.229, 0.224, 0.225],
    } as const;
    const { prediction } = request;
    const input = {
      ...prediction.input,
      preprocessing,
      guessed: true,
      alternatives: [{ preprocessing, top5: prediction.top5 }],
    };
    const result = json(await encodeFiles({ ...request, prediction: { ...prediction, input } }, { decode, versions }));
    const validate = new Ajv({ allowUnionTypes: true }).compile(schema);
    expect(validate(result), JSON.stringify(validate.errors)).toBe(true);
    expect(result.input).toMatchObject({ preprocessing, guessed: true });
    expect(result.input.alternatives).toEqual([{ preset: 'torchvision', top5: prediction.top5 }]);
  });

  it('refuses an image of another size', async () => {
    const other = { ...pixels, width: 30, height: 80 };
    await expect(encodeFiles(request, { decode: async () => other, versions })).rejects.toThrow(RangeError);
  });

  it('stops when it is cancelled', async () => {
    await expect(encodeFiles(request, { decode, versions, signal: AbortSignal.abort() })).rejects.toThrow(
      CancelledError,
    );
  });
});
