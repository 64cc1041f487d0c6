/* Files and names that mean no good, through the built command line: a sentence, an exit code, nothing beside the folder, and no waiting. */
import { execFileSync, type SpawnSyncOptionsWithStringEncoding, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, openSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/folder';
import { encodeTestModel } from '../support/onnxModel';

const root = join(__dirname, '../..');
const samples = join(root, 'media/sample-workspace');
const shapes = join(samples, 'shapes/last_e08.onnx');
const circle = join(samples, 'shapes/images/circle_watermark_0.png');
const work = temporaryFolder();

function whylight(args: readonly string[], stdout: 'pipe' | number = 'pipe') {
  const options: SpawnSyncOptionsWithStringEncoding = {
    cwd: work,
    encoding: 'utf8',
    timeout: 50_000,
    stdio: ['ignore', stdout, 'pipe'],
  };
  const {
    status,
    stderr,
    stdout: printed,
  } = spawnSync(process.execPath, [join(root, 'dist/cli.cjs'), ...args], options);
  return { status, stderr, printed };
}

const explain = (image: string, ...more: string[]) =>
  whylight(['explain', image, '--model', shapes, '--methods', 'gradient', '--out', 'out', ...more]);

describe.runIf(process.platform !== 'win32')('pipes and devices', () => {
  const pipe = join(work, 'pipe');
  beforeAll(() => void execFileSync('mkfifo', [pipe]));

  it.each([
    ['an image', () => explain(pipe), 'is a pipe, not a file.'],
    ['an image without end', () => explain('/dev/zero'), 'is a device, not a file.'],
    ['an input', () => whylight(['explain', '--input', pipe, '--model', shapes]), 'is a pipe, not a file.'],
    ['a checkpoint', () => whylight(['inspect', pipe]), 'is not a file.'],
  ])('as %s are refused', (_, run, what) => {
    const { status, stderr } = run();
    expect(stderr).toMatch(/^whylight: \S+ .*\n$/);
    expect(stderr).toContain(what);
    expect(status).toBe(1);
  });

  it('beside a checkpoint are refused or passed over', () => {
    const folder = join(work, 'beside');
    mkdirSync(folder);
    copyFileSync(shapes, join(folder, 'model.onnx'));
    execFileSync(
      'mkfifo',
      ['whylight.json', 'labels.txt', 'config.json'].map((name) => join(folder, name)),
    );
    const refused = whylight(['inspect', join(folder, 'model.onnx')]);
    expect(refused.stderr).toMatch(/^whylight: \S+whylight\.json is a pipe, not a file\.\n$/);
    expect(refused.status).toBe(1);
    execFileSync('rm', [join(folder, 'whylight.json')]);
    const { status, printed } = whylight(['inspect', join(folder, 'model.onnx')]);
    expect(status).toBe(0);
    expect(printed).toContain('note: labels.txt beside the checkpoint is a pipe, not a file; it was not read.');
  });

  it.runIf(existsSync('/dev/full'))('that take no output end in a sentence', () => {
    const full = openSync('/dev/full', 'w');
    expect(whylight(['inspect', shapes], full)).toMatchObject({
      status: 1,
      stderr: 'whylight: The output cannot be written: no space is left on the disk.\n',
    });
  });
});

describe('names', () => {
  it('of dots alone stay inside the folder of the results', () => {
    mkdirSync(join(work, 'dots'));
    const image = join(work, 'dots/...png');
    copyFileSync(circle, image);
    const { status, stderr } = explain(image, '--out', 'dotted/out');
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(readdirSync(join(work, 'dotted'))).toEqual(['out']);
    expect(readdirSync(join(work, 'dotted/out'))).toEqual(['___png']);
  });

  it('with control characters, and long ones, do not reach the terminal as they are', () => {
    const odd = explain('no\x1b[31m\nsuch.png');
    expect(odd.stderr).toMatch(/^whylight: \S+no\\u\{1b\}\[31m\\nsuch\.png does not exist\.\n$/);
    const long = explain(`${'x'.repeat(100_000)}.png`);
    expect(long.stderr).toMatch(/^whylight: .* has a longer name than the file system takes\.\n$/);
    expect(long.stderr.length).toBeLessThan(2100);
  });
});

describe('networks', () => {
  const write = (name: string, op: string, node: string): string => {
    const path = join(work, name);
    writeFileSync(
      path,
      encodeTestModel({
        opset: 18,
        inputs: { x: { dims: [1, 3, 8, 8] } },
        outputs: { y: { dims: [1, 10] } },
        initializers: {},
        nodes: [{ op, name: node, inputs: [], outputs: ['y'] }],
      }),
    );
    return path;
  };

  it.each(['ScatterND', 'ScatterElements', 'GatherND', 'Conv', 'Reshape', 'Relu'])('%s without inputs', (op) => {
    for (const args of [
      ['inspect', write(`${op}.onnx`, op, 'odd\x1b')],
      ['explain', circle, '--model', join(work, `${op}.onnx`)],
    ]) {
      const { status, stderr, printed } = whylight(args);
      expect(stderr).not.toContain('this is a bug');
      expect(stderr + printed).not.toMatch(/[^\P{Cc}\n]|undefined|NaN/u);
      expect(status).toBe(args[0] === 'inspect' && stderr === '' ? 0 : 1);
    }
  });
});
