import { describe, expect, it } from 'vitest';
import {
  type CheckpointFormat,
  checkpointExtensions,
  checkpointGlob,
  checkpointOf,
  checkpointWhen,
  dialogExtensions,
  isCheckpointName,
} from './checkpointNames';

const formats: readonly CheckpointFormat[] = [
  { title: 'ONNX', extensions: ['.onnx'] },
  { title: 'TensorFlow.js', extensions: ['model.json'] },
  { title: 'Keras', extensions: ['.keras', '.weights.h5', '.onnx'] },
  { title: 'SavedModel', extensions: [], folderFile: 'saved_model.pb' },
];

it('knows checkpoints by name', () => {
  expect(['a.onnx', '/x/B.ONNX', 'a.b.onnx'].every((name) => isCheckpointName(name))).toBe(true);
  const others = ['a.onnx.data', 'onnx', 'a.pt', '.onnx', '/x.onnx/a', ''];
  expect(others.some((name) => isCheckpointName(name, [formats[0]!]))).toBe(false);
  expect(['model.json', 'C:\\x\\vgg.weights.H5'].every((name) => isCheckpointName(name, formats))).toBe(true);
  expect(['a.json', 'a.h5', 'saved_model.pb'].some((name) => isCheckpointName(name, formats))).toBe(false);
});

it('lists each extension once', () => {
  expect(checkpointExtensions(formats)).toEqual(['.onnx', 'model.json', '.keras', '.weights.h5']);
});

it('lets the file that marks a folder stand for it', () => {
  expect(checkpointOf('/runs/7/saved_model.pb', formats)).toBe('/runs/7');
  expect(checkpointOf('C:\\runs\\7\\saved_model.pb', formats)).toBe('C:\\runs\\7');
  for (const path of ['/runs/7', '/runs/a.onnx', 'saved_model.pb', '/saved_model.pb/a.onnx'])
    expect(checkpointOf(path, formats)).toBe(path);
  expect(checkpointOf('/runs/7/saved_model.pb', [formats[0]!])).toBe('/runs/7/saved_model.pb');
});

it('lets one of several files stand for the main one', () => {
  const trio: readonly CheckpointFormat[] = [
    { title: 'Trio', extensions: ['.index'], parts: '\\.(meta|data-\\d{5}-of-\\d{5})' },
  ];
  for (const name of ['x.meta', 'x.data-00000-of-00001', 'x.index'])
    expect(checkpointOf(`/runs/${name}`, trio)).toBe('/runs/x.index');
  for (const name of ['.meta', 'x.metadata', 'x.data-0-of-1'])
    expect(checkpointOf(`/runs/${name}`, trio)).toBe(`/runs/${name}`);
  expect(checkpointWhen(trio)).toBe(
    '!explorerResourceIsFolder && resourceFilename =~ /.\\.index$/i || !explorerResourceIsFolder && resourceFilename =~ /.\\.(meta|data-\\d{5}-of-\\d{5})$/',
  );
});

it('gives dialogs the last part of each name', () => {
  expect(dialogExtensions(formats)).toEqual(['onnx', 'json', 'keras', 'h5', 'pb']);
});

it('looks for names in either case', () => {
  expect(checkpointGlob([formats[0]!])).toBe('**/*.[oO][nN][nN][xX]');
  expect(checkpointGlob(formats.slice(2))).toBe(
    '**/{*.[kK][eE][rR][aA][sS],*.[wW][eE][iI][gG][hH][tT][sS].[hH]5,*.[oO][nN][nN][xX],saved_model.pb}',
  );
});

describe('the menu’s clause', () => {
  /** The clause's alternatives that a file or folder satisfies: each is a condition on folders, then one on the name. */
  const offered = (clause: string, name: string) =>
    clause.split(' || ').some((part) => {
      const [, source, flags] = / =~ \/(.+)\/(\w*)$/.exec(part) ?? [];
      return (
        source !== undefined && part.startsWith('!explorerResourceIsFolder && ') && new RegExp(source, flags).test(name)
      );
    });

  it('takes exactly the names of checkpoints, and the files that stand for folders', () => {
    const clause = checkpointWhen(formats);
    for (const name of ['a.onnx', 'A.ONNX', 'model.json', 'x.weights.h5', 'saved_model.pb'])
      expect(offered(clause, name), name).toBe(true);
    for (const name of ['.onnx', 'onnx', 'a.onnx.data', 'a_onnx', 'a.json', 'my_saved_model.pb', 'saved_modelxpb'])
      expect(offered(clause, name), name).toBe(false);
  });

  it('takes folders only where a format has them, and only those that were found', () => {
    expect(checkpointWhen(formats)).toMatch(
      / \|\| explorerResourceIsFolder && resourcePath in whylight\.checkpointFolders$/,
    );
    expect(checkpointWhen([formats[0]!])).toBe('!explorerResourceIsFolder && resourceFilename =~ /.\\.onnx$/i');
  });
});
