import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../test/support/folder';
import { zipOf } from '../../../test/support/zip';
import { CheckpointError } from '../../shared/errors';
import { ProtobufWriter } from '../runtime/onnxruntime/protobufWriter';
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

const zeros = (count: number) => new Array<number>(count).fill(0);
const letters = (text: string) => [...text].map((letter) => letter.charCodeAt(0));

/** An archive of empty files with these names. */
const zip = (...names: string[]) => zipOf(names.map((name) => ({ name, bytes: new Uint8Array() })));
const graphDef = () => {
  const node = (name: string, op: string) => new ProtobufWriter().string(1, name).string(2, op);
  return new ProtobufWriter().message(1, node('input', 'Placeholder')).message(1, node('conv', 'Conv2D'));
};
const metaGraph = () => new ProtobufWriter().message(1, new ProtobufWriter().string(4, 'serve')).message(2, graphDef());
const safetensors = letters('{"w":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}');

const strangers: [string, readonly number[] | Uint8Array | string, string][] = [
  ['HDF5', [0x89, ...letters('HDF\r\n\x1a\n'), ...zeros(100)], 'an HDF5 file (Keras .h5)'],
  ['HDF5 with a user block', [...zeros(512), 0x89, ...letters('HDF\r\n\x1a\n')], 'an HDF5 file (Keras .h5)'],
  ['Keras 3', zip('metadata.json', 'config.json', 'model.weights.h5'), 'a Keras 3 model (.keras)'],
  ['TorchScript', zip('m/data.pkl', 'm/code/x.py', 'm/constants.pkl'), 'a TorchScript archive'],
  ['PyTorch', zip('m/data.pkl', 'm/version'), 'a PyTorch checkpoint'],
  ['torch.export', zip('m/archive_format', 'm/models/model.json'), 'a torch.export archive (.pt2)'],
  ['npz', zip('arr_0.npy'), 'a NumPy archive (.npz)'],
  ['zipped ONNX', zip('model.onnx'), 'a zip archive with an ONNX file in it (unpack it)'],
  ['zip', zip('readme'), 'a zip archive'],
  ['broken zip', [0x50, 0x4b, 3, 4, ...zeros(30)], 'a damaged zip archive (download or export it again)'],
  [
    'old PyTorch',
    [0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a],
    'a PyTorch checkpoint of the old format',
  ],
  ['pickle', [0x80, 4, 0x95, 0, 0, 0, 0], 'a pickle file (an old PyTorch or scikit-learn model)'],
  ['tar', [...letters('a'), ...zeros(256), ...letters('ustar'), ...zeros(300)], 'a tar archive'],
  [
    'safetensors',
    [safetensors.length, ...zeros(7), ...safetensors],
    'a safetensors file (weights without an architecture)',
  ],
  ['TFLite', [0x1c, 0, 0, 0, ...letters('TFL3'), ...zeros(20)], 'a TensorFlow Lite model'],
  ['ort', [0x1c, 0, 0, 0, ...letters('ORTM'), ...zeros(20)], 'an onnxruntime .ort file'],
  ['TensorFlow index', [...zeros(50), 0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb], 'a TensorFlow checkpoint index'],
  ['frozen graph', graphDef().finish(), 'a frozen TensorFlow graph'],
  ['meta graph', metaGraph().finish(), 'a TensorFlow graph with its meta data (.meta)'],
  ['SavedModel', new ProtobufWriter().integer(1, 1).message(2, metaGraph()).finish(), 'a TensorFlow SavedModel'],
  ['TensorFlow.js', '{"format": "layers-model", "modelTopology": {}}', 'a TensorFlow.js model'],
  ['graph text', 'node {\n  name: "x"\n}\n', 'a TensorFlow graph in text form'],
  ['ONNX text', 'ir_version: 8\nproducer_name: "x"\n', 'an ONNX model in text form'],
  ['web page', '<!DOCTYPE html><html>Sign in</html>', 'a web page instead of the file itself (download it again)'],
  ['JSON', '{"a": 1}', 'a JSON file'],
  ['text', 'This is no model – but text.\n', 'a text file'],
  ['PNG', [0x89, ...letters('PNG\r\n\x1a\n')], 'a PNG image'],
  ['noise', [0xff, 0xfe, 0x00, 0x01, 0x99], 'not a checkpoint of any known format, or damaged at its beginning'],
  ['one zero', [0], 'not a checkpoint of any known format, or damaged at its beginning'],
];

describe('files that are something else are named for what they are', () => {
  it.each(strangers)('%s', async (_, content, what) => {
    expect(await refusal(file('model.onnx', content))).toBe(`FILE is ${what}; ONNX checkpoints are read.`);
  });

  it('tells a Git LFS pointer', async () => {
    const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n';
    expect(await refusal(file('model.onnx', pointer))).toContain(
      'a Git LFS pointer instead of the file itself (run “git lfs pull”)',
    );
  });

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
    expect(await refusal(join(folder, 'with-model'))).toBe(
      'FILE is a folder; choose the file in it, such as “net.onnx”.',
    );
    expect(await refusal('/dev/null')).toBe('FILE is not a file.');
  });

  it('say that they are cut, however little is left', async () => {
    const bytes = readFileSync(join(models, 'tiny/regression/model.onnx'));
    for (const length of [4, 10, 100, 10_000]) {
      expect(await refusal(file('cut.onnx', bytes.subarray(0, length)))).toContain('FILE is truncated or damaged');
    }
  });
});
