import Ajv from 'ajv';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { CancelledError } from '../../shared/errors';
import type { EncodedFile, EncodeParams } from '../../shared/protocol/protocol';
import { defaultDisplay } from '../../shared/rendering/display';
import { renderOverlay } from '../../shared/rendering/renderOverlay';
import type { Attribution, RgbImage } from '../../shared/results/attribution';
import { parseNpy } from '../files/npy';
import { encodeFiles } from './encodeFiles';
import schema from './result.schema.json';

const pixels: RgbImage = {
  width: 60,
  height: 40,
  data: Uint8Array.from({ length: 60 * 40 * 3 }, (_, i) => (i * 37) % 256),
};

const decode = async () => pixels;

function attribution(method: string, changes: Partial<Attribution> = {}): Attribution {
  const data = Float32Array.from({ length: 8 * 8 }, (_, i) => Math.sin(i) * 0.25);
  return {
    key: method,
    method,
    preset: null,
    parameters: { steps: 50, baseline: 'black', absolute: false },
    layer: null,
    map: { data, width: 8, height: 8, channels: 1 },
    seconds: 0.0123,
    evaluations: { forward: 0, gradient: 1 },
    min: Math.min(...data),
    max: Math.max(...data),
    notes: [],
    ...changes,
  };
}

function params(attributions: readonly Attribution[]): EncodeParams {
  const target = { index: 3, label: 'star', logit: 4.5, probability: 0.87 };
  return {
    image: { path: '/photos/a cat.jpg' },
    prediction: {
      model: { path: '/models/shapes.onnx', format: 'ONNX', sha256: 'ab'.repeat(32), layers: [] },
      runtime: { id: 'onnxruntime', why: 'the only one' },
      input: { size: [3, 8, 8], preprocessing: null, how: 'given as an array', guessed: false, alternatives: [] },
      top5: [target, { index: 0, label: null, logit: 1, probability: 0.1 }],
      target,
      layer: { name: 'conv3', why: 'The last layer with spatial extent.' },
      region: { x: 10, y: 0, width: 40, height: 40 },
      imageSize: { width: 60, height: 40 },
      notes: [],
      dependsOn: [],
      classes: { count: 3, probabilities: null, labels: null },
      labelsHow: null,
    },
    attributions,
    display: defaultDisplay,
    seed: 7,
  };
}

const versions = {
  whylight: '0.1.0',
  node: '20.20.0',
  runtime: { id: 'onnxruntime', version: '1.30.0' },
  sharp: '0.35.5',
};
const find = (files: readonly EncodedFile[], name: string) => files.find((file) => file.name === name)!.bytes;
const json = (files: readonly EncodedFile[]) => JSON.parse(new TextDecoder().decode(find(files, 'result.json')));

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

describe('figure.png', () => {
  const draw = async (count: number, changes: Partial<Attribution> = {}, shown = pixels) => {
    const attributions = Array.from({ length: count }, (_, i) => attribution(`method-${i}`, changes));
    const request = params(attributions);
    const imageSize = { width: shown.width, height: shown.height };
    const prediction = { ...request.prediction, imageSize, region: { x: 0, y: 0, ...imageSize } };
    const files = await encodeFiles({ ...request, prediction }, { decode: async () => shown, versions });
    return sharp(find(files, 'figure.png')).raw().toBuffer({ resolveWithObject: true });
  };
  /** Share of a rectangle (in figure units, two pixels each) that is not white. */
  const ink = (
    { data, info }: Awaited<ReturnType<typeof draw>>,
    x: number,
    y: number,
    w: number,
    h: number,
  ): number => {
    let dark = 0;
    for (let row = 2 * y; row < 2 * (y + h); row++) {
      for (let column = 2 * x; column < 2 * (x + w); column++) {
        const i = (row * info.width + column) * 3;
        if (data[i]! + data[i + 1]! + data[i + 2]! < 720) dark++;
      }
    }
    return dark / (4 * w * h);
  };

  it('grows with the number of panels', async () => {
    for (const [count, columns] of [
      [0, 1],
      [1, 2],
      [4, 5],
      [5, 3],
      [11, 4],
    ] as const) {
      const { info } = await draw(count);
      expect(info.width).toBe(2 * (56 + columns * 280 + (columns - 1) * 24));
      expect(info.channels).toBe(3);
    }
  });

  it('has words, images and a colour bar at their places, and white margins', async () => {
    const figure = await draw(1);
    const width = figure.info.width / 2;
    const height = figure.info.height / 2;
    expect(ink(figure, 28, 28, 120, 30)).toBeGreaterThan(0.05);
    const top = 143;
    expect(ink(figure, 28, top + 40, 280, 100)).toBeGreaterThan(0.8);
    expect(ink(figure, 332, top + 40, 280, 100)).toBeGreaterThan(0.8);
    expect(ink(figure, 0, 0, 27, height)).toBe(0);
    expect(ink(figure, width - 27, 0, 27, height)).toBe(0);
    expect(ink(figure, 0, 0, width, 24)).toBe(0);
    expect(ink(figure, 0, height - 12, width, 12)).toBe(0);
  });

  it('keeps long names and findings inside its margins', async () => {
    const name = 'a_very_long_name_without_any_space_'.repeat(20);
    const figure = await draw(2, { method: name, layer: name, notes: [name, 'words and '.repeat(60)] });
    expect(ink(figure, figure.info.width / 2 - 27, 0, 27, figure.info.height / 2)).toBe(0);
    expect(ink(figure, 309, 0, 22, figure.info.height / 2 - 30) - ink(figure, 309, 0, 22, 110)).toBeLessThan(0.02);
  });

  const rows = async (count: number, scale: 'own' | 'shared') => {
    const cards = (row: string) => ['a', 'b', 'c'].map((key) => attribution(key, { key: row + key }));
    const about = (i: number) => {
      const { prediction, image } = params([]);
      return { image, prediction: { ...prediction, model: { ...prediction.model, path: `/models/e${i}.onnx` } } };
    };
    const others = Array.from({ length: count - 1 }, (_, i) => ({ ...about(i), attributions: cards(`e${i}/`) }));
    const display = { ...defaultDisplay, scale };
    const files = await encodeFiles({ ...params(cards('')), others, display }, { decode, versions });
    return sharp(find(files, 'figure.png')).raw().toBuffer({ resolveWithObject: true });
  };

  it('has a row with a heading for each of several questions, the maps below each other', async () => {
    const [two, three] = [await rows(2, 'own'), await rows(3, 'own')];
    expect(two.info.width).toBe(2 * (56 + 4 * 280 + 3 * 24));
    // Heading 36, detail line 22, image 187, colour bar 34, space 16.
    expect(three.info.height - two.info.height).toBe(2 * (36 + 22 + 187 + 34 + 16));
    const second = three.info.height / 2 - 295 * 2 - 34;
    // The second row: its heading on the left, no image below it, a map and its bar in the next column.
    expect(ink(three, 28, second, 280, 36)).toBeGreaterThan(0.01);
    expect(ink(three, 28, second + 60, 280, 187)).toBe(0);
    expect(ink(three, 332, second + 60, 280, 160)).toBeGreaterThan(0.8);
  });

  it('has one colour bar for a column where the scale is shared', async () => {
    const [own, shared] = [await rows(3, 'own'), await rows(3, 'shared')];
    // Bars are 34 high; below the first row 22 stay for the words under its image.
    expect(own.info.height - shared.info.height).toBe(2 * (34 - 22 + 34));
  });

  it('is drawn smaller when it would be very large', async () => {
    const { info } = await rows(40, 'shared');
    expect(info.width).toBe(56 + 4 * 280 + 3 * 24);
    expect(info.width * info.height).toBeLessThan(20e6);
  });

  it('takes images of any proportions', async () => {
    for (const [width, height] of [
      [1, 1],
      [1, 300],
      [300, 1],
      [2000, 20],
    ] as const) {
      const shown = { width, height, data: new Uint8Array(width * height * 3).fill(90) };
      expect((await draw(1, {}, shown)).info.width).toBe(1280);
    }
  });
});
