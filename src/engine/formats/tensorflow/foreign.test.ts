/** Checkpoints of others: test/data/foreign. */
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { readCheckpoint } from '..';
import { openCheckpoint } from './containers/checkpoint';

const regression = resolve(import.meta.dirname, '../../../../test/data/foreign/tensorflow-onnx/regression');

it('a regression of TensorFlow 1 answers with its prediction, not with its loss', () => {
  const { program } = openCheckpoint(join(regression, 'model.index'));
  expect(program.outputs).toEqual(['pred']);
  expect(program.inputs.map(({ name }) => name)).toEqual(['X']);
  expect([...program.constants].map(([name, { data }]) => [name, data[0]])).toEqual([
    ['W', Math.fround(0.21396178)],
    ['b', Math.fround(1.0495254)],
  ]);
});

it('is found by its prefix, by any of its files and by the list beside it', async () => {
  for (const name of ['model', 'model.meta', 'model.index', 'model.data-00000-of-00001', 'checkpoint']) {
    const { files, format } = await readCheckpoint(join(regression, name));
    expect([format, files[0]?.name], name).toEqual(['TensorFlow checkpoint', 'model.index']);
  }
});
