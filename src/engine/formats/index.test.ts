import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../test/support/folder';
import { CheckpointError } from '../../shared/errors';
import { readCheckpoint } from './index';
import { onnx } from './onnx';

const folder = temporaryFolder();
const models = resolve(import.meta.dirname, '../../../test/data/models');

function file(name: string, content: string | Uint8Array | readonly number[]): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : Uint8Array.from(content));
  return path;
}

async function refusal(path: string): Promise<string> {
  const error = await readCheckpoint(path, [onnx]).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(CheckpointError);
  const { message } = error as CheckpointError;
  expect(message).toMatch(/^[^\n]+\.$/);
  return message.replace(path, 'FILE');
}

describe('what a file is', () => {
  it('reads an ONNX file whatever its name is', async () => {
    const path = file('model.h5', readFileSync(join(models, 'tiny/regression/model.onnx')));
    expect((await readCheckpoint(path)).format).toBe('ONNX');
  });
});

describe('files that cannot be read', () => {
  it('are missing, empty, folders or something odd', async () => {
    mkdirSync(join(folder, 'plain'));
    mkdirSync(join(folder, 'saved'));
    mkdirSync(join(folder, 'with-model'));
    file('saved/saved_model.pb', [1]);
    file('with-model/net.onnx', [1]);
    symlinkSync(join(folder, 'loop'), join(folder, 'loop'));
    expect(await refusal(join(folder, 'none.onnx'))).toBe('FILE cannot be read: there is no such file.');
    expect(await refusal(join(folder, 'none', 'none.onnx'))).toBe('FILE cannot be read: there is no such file.');
    expect(await refusal(join(folder, 'loop'))).toBe('FILE cannot be read: it is a link that leads back to itself.');
    expect(await refusal(file('empty.onnx', ''))).toMatch(/^FILE is empty: /);
    expect(await refusal(join(folder, 'plain'))).toBe('FILE is a folder, not a checkpoint; ONNX checkpoints are read.');
    expect(await refusal(join(folder, 'saved'))).toBe('FILE is a TensorFlow SavedModel; ONNX checkpoints are read.');
    expect(await refusal(join(folder, 'with-model'))).toBe('FILE is a folder; choose the file in it, “net.onnx”.');
    expect(await refusal('/dev/null')).toBe('FILE is not a file.');
  });

  it('say that they are cut, however little is left', async () => {
    const bytes = readFileSync(join(models, 'tiny/regression/model.onnx'));
    for (const length of [4, 10, 100, 10_000]) {
      expect(await refusal(file('cut.onnx', bytes.subarray(0, length)))).toContain('FILE is truncated or damaged');
    }
  });
});
