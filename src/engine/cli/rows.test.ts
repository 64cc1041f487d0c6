import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { checkpointsOf, rowsOf } from './rows';

const sample = join(import.meta.dirname, '../../../media/sample-workspace');
const image = { path: 'circle.png' };
const names = (paths: readonly string[]) =>
  rowsOf(paths, [{ kind: 'top1' }], {} as never, image).map(({ title, name }) => [title, name]);

it('takes every checkpoint of a folder, also those that are folders themselves', () => {
  const inside = checkpointsOf([join(sample, 'formats')]).map((path) => basename(path));
  expect(inside.sort()).toEqual(['last_e08.keras', 'last_e08.onnx', 'last_e08.pt2', 'last_e08_saved_model']);
  const model = join(sample, 'formats/last_e08_saved_model');
  expect(checkpointsOf([model, join(model, 'saved_model.pb')])).toEqual([model]);
});

it('names rows by what tells their checkpoints apart', () => {
  expect(names(['/a/one.onnx', '/a/two.onnx']).map(([title]) => title)).toEqual(['one', 'two']);
  expect(names(['/a/one.onnx', '/a/one.keras', '/a/two.pt2']).map(([title]) => title)).toEqual([
    'one.onnx',
    'one.keras',
    'two',
  ]);
  expect(names(['/a/one.onnx', '/b/one.onnx'])).toEqual([
    ['a/one', 'a-one'],
    ['b/one', 'b-one'],
  ]);
});
