import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Ajv from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import resultSchema from '../../src/engine/export/result.schema.json';
import { encodeNpy, parseNpy } from '../../src/engine/files/npy';
import { float32 } from '../../src/engine/graph/ir/tensor';
import healthSchema from '../../src/engine/health/health.schema.json';
import { encodeModel } from '../../src/engine/runtime/onnxruntime/encodeModel';
import { encodeTestModel } from '../support/onnxModel';

/* The command line as other tools see it: the built program, its files, its exit codes, its standard streams. */

const root = join(__dirname, '../..');
const samples = join(root, 'media/sample-workspace');
const shapes = join(samples, 'shapes/last_e08.onnx');
const circle = join(samples, 'shapes/images/circle_watermark_0.png');
let work = '';
beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'whylight-cli-'));
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

function whylight(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'dist/cli.cjs'), ...args], {
    cwd: work,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

/** A failure as people and tools want it: exit code, one line on standard error, nothing on standard output. */
function expectFailure(result: ReturnType<typeof whylight>, code: number, sentence: RegExp): void {
  expect(result.stderr).toMatch(sentence);
  expect(result.stderr.trimEnd().split('\n'), result.stderr).toHaveLength(1);
  expect(result.stdout).toBe('');
  expect(result.status).toBe(code);
}

describe('whylight explain', () => {
  it('writes raw maps, overlays, the figure and result.json', () => {
    const result = whylight(
      'explain',
      circle,
      '--model',
      shapes,
      '--target',
      'star',
      '--methods',
      'gradient,grad-cam,occlusion',
      '--set',
      'occlusion.window=16',
      '--seed',
      '7',
      '--out',
      'out',
    );
    expect(result.stderr).toBe('');
    expect(result.status).toBe(0);
    const folder = join(work, 'out/circle_watermark_0');
    expect(readdirSync(folder).sort()).toEqual([
      'figure.png',
      'grad-cam.npy',
      'grad-cam.png',
      'gradient.npy',
      'gradient.png',
      'occlusion.npy',
      'occlusion.png',
      'result.json',
    ]);
    expect(parseNpy(readFileSync(join(folder, 'gradient.npy')))).toMatchObject({ dtype: 'float32', dims: [96, 96, 3] });
    expect(parseNpy(readFileSync(join(folder, 'grad-cam.npy')))).toMatchObject({ dtype: 'float32', dims: [96, 96] });

    const json = JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8'));
    expect(json.model).toMatchObject({ format: 'ONNX', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(json.runtime).toBe('onnxruntime');
    expect(json.input.size).toEqual([3, 96, 96]);
    expect(json.target).toMatchObject({ index: 3, label: 'star' });
    expect(json.top5).toHaveLength(5);
    expect(json.top5[0]).toEqual({
      index: 3,
      label: 'star',
      logit: expect.any(Number),
      probability: expect.any(Number),
    });
    expect(json.methods.map((method: { id: string }) => method.id)).toEqual(['gradient', 'grad-cam', 'occlusion']);
    for (const method of json.methods) {
      expect(method).toMatchObject({
        preset: null,
        seconds: expect.any(Number),
        evaluations: { forward: expect.any(Number), gradient: expect.any(Number) },
        min: expect.any(Number),
        max: expect.any(Number),
        notes: expect.any(Array),
      });
      expect(existsSync(join(folder, method.file))).toBe(true);
    }
    expect(json.methods[2].parameters.window).toBe(16);
    expect(json.methods[1].layer).toBe('relu_12');
    expect(json.versions.onnxruntime).toMatch(/^\d+\.\d+/);
  });

  it('goes on with the other images when one is broken, and exits with 1', () => {
    const broken = join(root, 'test/data/images/torture/truncated.png');
    const result = whylight('explain', broken, circle, '--model', shapes, '--methods', 'gradient', '--out', 'two');
    expect(result.stderr).toMatch(/^whylight: truncated\.png: .+\n$/);
    expect(result.status).toBe(1);
    expect(existsSync(join(work, 'two/circle_watermark_0/result.json'))).toBe(true);
    expect(existsSync(join(work, 'two/truncated'))).toBe(false);
  });

  it('feeds a tensor as the exact input, and prints the result as one line of JSON', () => {
    const input = join(root, 'test/data/golden/shapes_last_e08/input.npy');
    const output = parseNpy(readFileSync(join(root, 'test/data/golden/shapes_last_e08/output.npy')));
    const result = whylight(
      'explain',
      '--input',
      input,
      '--model',
      shapes,
      '--methods',
      'gradient',
      '--out',
      'fed',
      '--json',
    );
    expect(result.stderr).toBe('');
    const json = JSON.parse(result.stdout);
    expect(result.stdout.trimEnd().split('\n')).toHaveLength(1);
    const logits = Array.from(output.data as Float32Array);
    const top = json.top5[0];
    expect(top.logit).toBeCloseTo(Math.max(...logits), 4);
    expect(top.index).toBe(logits.indexOf(Math.max(...logits)));
  });

  it.each([
    ['an unknown method', ['--methods', 'grad-kam'], /grad-kam/],
    ['an unknown option', ['--colour', 'red'], /--colour/],
    ['an unknown class', ['--target', '6'], /There is no class 6; the model has classes 0 to 5/],
    ['an unknown label', ['--target', 'hexagon'], /hexagon/],
    ['no class', ['--target', ' '], /--target names no class/],
    ['an unknown layer', ['--layer', 'relu_99'], /There is no layer “relu_99”; the nearest names are/],
    ['an unknown parameter', ['--set', 'gradient.colour=1'], /colour/],
    ['a preset the method does not have', ['--preset', 'occlusion=torchcam'], /torchcam/],
    ['a wrong runtime', ['--runtime', 'torch'], /choose auto, onnxruntime or tfjs/],
  ])('calls %s wrong usage', (_, args, sentence) => {
    expectFailure(whylight('explain', circle, '--model', shapes, '--out', 'no', ...args), 2, sentence);
    expect(existsSync(join(work, 'no'))).toBe(false);
  });

  it('needs a model and an image', () => {
    expectFailure(whylight('explain', circle), 2, /--model/);
    expectFailure(whylight('explain', '--model', shapes), 2, /image/);
    expectFailure(whylight('explode'), 2, /explain, inspect, list or methods/);
    expectFailure(whylight('inspect', shapes, '--gradients'), 2, /--image <file>/);
    expectFailure(whylight('inspect', shapes, '--image', circle), 2, /--image goes with inspect --gradients/);
    expectFailure(whylight('explain', circle, '--model', shapes, '--gradients'), 2, /go with inspect/);
  });

  it('refuses an input that does not fit the model', () => {
    const file = join(work, 'small.npy');
    writeFileSync(file, encodeNpy(float32([1, 3, 8, 8], new Float32Array(192))));
    expectFailure(
      whylight('explain', '--input', file, '--model', shapes),
      2,
      /shape 1×3×8×8; the model takes 1×3×96×96 \(NCHW\)/,
    );
  });
});

describe('whylight explain with several checkpoints and classes', () => {
  const folder = join(samples, 'shapes');
  const epochs = ['early_e02', 'middle_e05', 'last_e08'];
  const models = epochs.flatMap((name) => ['--model', join(folder, `${name}.onnx`)]);
  const explain = (...args: string[]) => whylight('explain', circle, '--methods', 'gradient,grad-cam', ...args);
  const result = (out: string) => JSON.parse(readFileSync(join(work, out, 'circle_watermark_0/result.json'), 'utf8'));

  it('gives each checkpoint a row, about the class that the first one finds most probable', () => {
    const { stdout, stderr, status } = explain(...models, '--out', 'epochs');
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout.split('\n')[0]).toMatch(/star is explained in all rows: early_e02 finds it most probable/);
    expect(readdirSync(join(work, 'epochs/circle_watermark_0')).sort()).toEqual([
      'figure.png',
      'grad-cam.last_e08.npy',
      'grad-cam.last_e08.png',
      'grad-cam.middle_e05.npy',
      'grad-cam.middle_e05.png',
      'grad-cam.npy',
      'grad-cam.png',
      'gradient.last_e08.npy',
      'gradient.last_e08.png',
      'gradient.middle_e05.npy',
      'gradient.middle_e05.png',
      'gradient.npy',
      'gradient.png',
      'result.json',
    ]);
    for (const name of ['grad-cam.last_e08.png', 'gradient.png']) expect(stdout).toContain(name);
    const json = result('epochs');
    const validate = new Ajv({ allowUnionTypes: true }).compile(resultSchema);
    expect(validate(json), JSON.stringify(validate.errors)).toBe(true);
    expect(json.display).toMatchObject({ scale: 'shared', view: 'image' });
    const about = json.methods.map((each: { about?: { model: { path: string }; target: { label: string } } }) =>
      each.about ? [each.about.model.path.split(/[\\/]/).at(-1), each.about.target.label] : null,
    );
    expect(about).toEqual([
      null,
      null,
      ['middle_e05.onnx', 'star'],
      ['middle_e05.onnx', 'star'],
      ['last_e08.onnx', 'star'],
      ['last_e08.onnx', 'star'],
    ]);
    // The maps of one method end at one value, those of another at another.
    const ends = json.methods.map(({ drawn }: { drawn: { high: number } }) => drawn.high);
    expect(new Set([ends[0], ends[2], ends[4]]).size).toBe(1);
    expect(new Set([ends[1], ends[3], ends[5]]).size).toBe(1);
    expect(ends[0]).not.toBe(ends[1]);
  });

  it('takes a folder for its checkpoints, in the order of their training', () => {
    const { stdout, status } = explain(
      '--model',
      folder,
      '--target',
      'circle',
      '--scale',
      'own',
      '--json',
      '--out',
      'folder',
    );
    expect(status).toBe(0);
    const json = JSON.parse(stdout);
    expect(json.model.path).toMatch(/early_e02\.onnx$/);
    expect(json.target.label).toBe('circle');
    expect(json.display.scale).toBe('own');
    expect(json.methods.map(({ key }: { key?: string }) => key)).toEqual([
      undefined,
      undefined,
      'middle_e05/gradient',
      'middle_e05/grad-cam',
      'last_e08/gradient',
      'last_e08/grad-cam',
    ]);
  });

  it('gives each class a row, and draws what the model saw', () => {
    const { stderr, status } = explain(
      ...['--model', shapes, '--target', 'star', '--target', 'circle', '--view', 'model', '--out', 'classes'],
    );
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(existsSync(join(work, 'classes/circle_watermark_0/grad-cam.circle.png'))).toBe(true);
    const json = result('classes');
    expect(json.target.label).toBe('star');
    expect(json.methods[3].about.target.label).toBe('circle');
    expect(json.display.view).toBe('model');
  });

  it('goes on without a row that fails, and exits with 1', () => {
    const broken = join(work, 'broken_e01.onnx');
    writeFileSync(broken, 'This is a shopping list, not a network.\n');
    const five = join(work, 'five_e03.onnx');
    writeFileSync(
      five,
      encodeTestModel({
        opset: 18,
        inputs: { image: { dims: ['batch', 3, 96, 96] } },
        outputs: { logits: { dims: ['batch', 3] } },
        initializers: {},
        nodes: [
          { op: 'GlobalAveragePool', inputs: ['image'], outputs: ['pooled'] },
          { op: 'Flatten', inputs: ['pooled'], outputs: ['logits'] },
        ],
      }),
    );
    const { stdout, stderr, status } = explain(
      ...['--model', broken, ...models.slice(0, 2), '--model', five, '--target', '5', '--out', 'some'],
    );
    expect(status).toBe(1);
    expect(stderr.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^whylight: circle_watermark_0\.png: broken_e01: .*broken_e01\.onnx/),
      expect.stringMatching(
        /^whylight: circle_watermark_0\.png: five_e03: There is no class 5; the model has classes 0 to 2/,
      ),
    ]);
    expect(stdout).toContain('figure.png');
    const json = result('some');
    expect(json.model.path).toBe(join(folder, 'early_e02.onnx'));
    expect(json.methods).toHaveLength(2);
  });

  it('writes smaller overlays as JPEG', () => {
    const { status } = explain('--model', shapes, '--longest-side', '48', '--format', 'jpeg', '--out', 'small');
    expect(status).toBe(0);
    const json = result('small');
    expect(json.methods[0]).toMatchObject({ overlay: 'gradient.jpg', drawn: { width: 48, height: 48 } });
    expect(existsSync(join(work, 'small/circle_watermark_0/gradient.jpg'))).toBe(true);
    expect(parseNpy(readFileSync(join(work, 'small/circle_watermark_0/gradient.npy'))).dims).toEqual([96, 96, 3]);
  });

  it.each([
    ['a checkpoint among the images', [join(folder, 'early_e02.onnx')], /stands among the images.*its own --model/],
    ['a folder without checkpoints', ['--model', join(folder, 'images')], /images holds no checkpoint/],
    ['too many rows', Array.from({ length: 25 }, (_, i) => ['--target', String(i)]).flat(), /25 rows.*at most 24/],
    ['a side that is no number', ['--longest-side', 'big'], /--longest-side big: give a whole number/],
    ['an unknown format', ['--format', 'tiff'], /--format tiff: choose png or jpeg/],
    ['an unknown view', ['--view', 'auto'], /--view auto: choose image or model/],
    ['an unknown scale', ['--scale', 'log'], /--scale log: choose own or shared/],
  ])('calls %s wrong usage', (_, args, sentence) => {
    expectFailure(explain('--model', shapes, '--out', 'no', ...args), 2, sentence);
    expect(existsSync(join(work, 'no'))).toBe(false);
  });

  it('checks one class with inspect --gradients', () => {
    const args = ['inspect', shapes, '--gradients', '--image', circle, '--target', 'star', '--target', 'circle'];
    expectFailure(whylight(...args), 2, /takes one --target/);
  });
});

describe('broken checkpoints', () => {
  const make = (name: string, bytes: Uint8Array | string): string => {
    const file = join(work, name);
    writeFileSync(file, bytes);
    return file;
  };
  const explain = (model: string) => whylight('explain', circle, '--model', model);

  it('end in one sentence each', () => {
    expectFailure(explain(make('empty.onnx', '')), 1, /empty\.onnx/);
    expectFailure(explain(make('words.onnx', 'This is a shopping list, not a network.\n')), 1, /words\.onnx/);
    expectFailure(explain(make('cut.onnx', readFileSync(shapes).subarray(0, 100_000))), 1, /cut\.onnx/);
    expectFailure(explain(join(work, 'missing.onnx')), 1, /missing\.onnx/);
  });

  it('name an unknown operator with its node', () => {
    const { model } = encodeModel(
      {
        inputs: [{ name: 'x', type: { dtype: 'float32', dims: [1, 3, 8, 8] } }],
        outputs: ['y'],
        nodes: [{ op: 'Frobnicate', name: 'block/frob', inputs: ['x'], outputs: ['y'], attributes: {} }],
        constants: new Map(),
        types: new Map([['y', { dtype: 'float32', dims: [1, 10] }]]),
      },
      ['y'],
      false,
    );
    expectFailure(explain(make('odd.onnx', model)), 1, /Frobnicate.*block\/frob/);
    const inspected = whylight('inspect', join(work, 'odd.onnx'), '--json');
    expect(inspected.status).toBe(0);
    expect(JSON.parse(inspected.stdout).unsupported).toMatchObject([{ operator: 'Frobnicate', node: 'block/frob' }]);
  });

  it('offer to explain a value in front of an unknown operator, and do', () => {
    const tail = make(
      'tail.onnx',
      encodeTestModel({
        opset: 18,
        inputs: { image: { dims: ['batch', 3, 32, 32] } },
        outputs: { boxes: { dims: ['batch', 4] } },
        initializers: {
          weight: float32(
            [3, 4],
            Float32Array.from({ length: 12 }, (_, i) => Math.sin(i)),
          ),
        },
        nodes: [
          { op: 'Relu', inputs: ['image'], outputs: ['features'] },
          { op: 'GlobalAveragePool', inputs: ['features'], outputs: ['pooled'] },
          { op: 'Flatten', inputs: ['pooled'], outputs: ['vector'] },
          { op: 'MatMul', inputs: ['vector', 'weight'], outputs: ['class scores'] },
          { op: 'Frobnicate', name: 'head/frob', inputs: ['class scores'], outputs: ['boxes'] },
        ],
      }),
    );
    const sentence = /head\/frob.* To explain the value “class scores” in front of it, add --logits 'class scores'\.$/m;
    expectFailure(explain(tail), 1, sentence);
    expectFailure(whylight('inspect', tail, '--gradients', '--image', circle), 1, sentence);
    const logits = ['--logits', 'class scores'];
    const explained = whylight('explain', circle, '--model', tail, '--methods', 'gradient', '--json', ...logits);
    expect(explained.stderr).toBe('');
    expect(JSON.parse(explained.stdout).methods).toHaveLength(1);
    const checked = whylight('inspect', tail, '--gradients', '--image', circle, '--json', ...logits);
    expect(JSON.parse(checked.stdout).layers.map(({ name }: { name: string }) => name)).toContain('class scores');
    const summary = JSON.parse(whylight('inspect', tail, '--json', ...logits).stdout);
    expect(summary).toMatchObject({
      logits: { name: 'class scores', classes: 4 },
      unsupported: [{ node: 'head/frob' }],
    });
  });
});

describe('whylight inspect and methods', () => {
  it('describes a checkpoint', () => {
    const { stdout, status } = whylight('inspect', shapes, '--json');
    expect(status).toBe(0);
    const summary = JSON.parse(stdout);
    expect(summary).toMatchObject({
      format: 'ONNX',
      logits: { classes: 6 },
      defaultLayer: { name: 'relu_12' },
      preprocessing: { preprocessing: { preset: 'torchvision', width: 96, height: 96 }, guessed: false },
      labels: { count: 6 },
      unsupported: [],
    });
    expect(summary.operators.Conv).toBeGreaterThan(10);
    expect(summary.layers.find((layer: { name: string }) => layer.name === 'relu_12')).toMatchObject({ spatial: true });
    expect(whylight('inspect', shapes).stdout).toContain('relu_12');
  });

  it('checks activations and gradients, as a table and as JSON by its schema', () => {
    const text = whylight('inspect', shapes, '--gradients', '--image', circle, '--target', 'circle');
    expect(text.stderr).toBe('');
    expect(text.status).toBe(0);
    expect(text.stdout).toMatch(
      /^last_e08\.onnx with circle_watermark_0\.png: gradient of the logit of circle \(0\)\n/,
    );
    expect(text.stdout).toMatch(/^relu_12 +Relu +64×6×6 +0 .* 0\/64 +\S+ +█\S* +\S+ %$/m);
    expect(text.stdout).toContain('Nothing unusual was found.');
    // Columns stand below their heads, and the last one ends every line.
    const rows = text.stdout.split('\n').filter((line) => /^(layer|input|relu|getitem|logits) /.test(line));
    expect(new Set(rows.map((line) => line.length)).size).toBe(1);

    const { stdout, status } = whylight('inspect', shapes, '--gradients', '--image', circle, '--json');
    expect(status).toBe(0);
    const report = JSON.parse(stdout);
    const validate = new Ajv({ allowUnionTypes: true }).compile(healthSchema);
    expect(validate(report), JSON.stringify(validate.errors)).toBe(true);
    expect(Object.keys(report).sort()).toEqual([...healthSchema.required].sort());
    expect(report).toMatchObject({ camLayer: 'relu_12', firstNonFinite: null, findings: [] });
  });

  it('lists the checkpoints of a folder with what each is, and says why one cannot be opened', () => {
    const folder = join(work, 'listed/runs');
    mkdirSync(folder, { recursive: true });
    for (const name of ['early_e02.onnx', 'last_e08.onnx']) copyFileSync(shapes, join(folder, name));
    writeFileSync(join(folder, 'gone.onnx'), 'version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 2048\n');
    writeFileSync(join(folder, 'config.json'), '{}');
    const { stdout, status } = whylight('list', join(work, 'listed'), '--json');
    expect(status).toBe(0);
    const { groups, refused } = JSON.parse(stdout);
    expect(groups).toMatchObject([
      {
        folder: 'runs',
        training: true,
        checkpoints: [
          {
            path: join(folder, 'last_e08.onnx'),
            format: 'ONNX',
            architecture: { name: 'ResNet', guessed: true },
            classes: 6,
          },
          { path: join(folder, 'early_e02.onnx') },
        ],
      },
    ]);
    expect(refused).toMatchObject([{ problem: expect.stringContaining('run “git lfs pull” in its folder') }]);
    const text = whylight('list', join(work, 'listed')).stdout;
    expect(text).toMatch(
      /^runs \(2 states of a training, newest first\)\n +last_e08\.onnx +ONNX +ResNet \(guessed\) +6 classes/,
    );
    expect(text).toContain('cannot be opened\n  runs/gone.onnx  a Git LFS pointer instead of the file itself (2.0 KB)');
    expectFailure(whylight('list', join(work, 'none')), 1, /none is no folder that can be read/);
  });

  it('lists the nine methods', () => {
    const infos = JSON.parse(whylight('methods', '--json').stdout);
    expect(infos.map((info: { id: string }) => info.id).sort()).toEqual([
      'grad-cam',
      'grad-cam++',
      'gradient',
      'gradient-x-input',
      'guided-backprop',
      'integrated-gradients',
      'layer-cam',
      'occlusion',
      'smoothgrad',
    ]);
    const text = whylight('methods').stdout;
    for (const info of infos) expect(text).toContain(info.title);
  });
});
