import { expect, it } from 'vitest';
import { alignColumns } from './figureColumns';

const cards = (...keys: string[]) => keys.map((key) => ({ key, method: key.split('/').at(-1)!.replace(/-\d$/, '') }));

it('puts the cards of a comparison below those that they stand beside', () => {
  expect(alignColumns([cards('cam', 'grad'), cards('e05/cam', 'e05/grad')])).toEqual([
    [0, 1],
    [0, 1],
  ]);
  expect(alignColumns([cards('grad', 'cam', 'cam-2'), cards('e05/cam-2', 'e05/grad')])).toEqual([
    [0, 1, 2],
    [1, null, 0],
  ]);
});

it('puts a card with a key of its own below one of its method', () => {
  expect(alignColumns([cards('cam', 'grad'), [{ key: 'pinned', method: 'grad' }]])).toEqual([
    [0, 1],
    [null, 0],
  ]);
});

it('gives what stands nowhere yet a column behind the others', () => {
  expect(alignColumns([cards('cam'), cards('x/grad', 'x/cam'), [{ key: 'pinned', method: 'grad' }]])).toEqual([
    [0, null],
    [1, 0],
    [null, 0],
  ]);
  expect(
    alignColumns([
      cards('cam'),
      [
        { key: 'one', method: 'cam' },
        { key: 'two', method: 'cam' },
      ],
    ]),
  ).toEqual([
    [0, null],
    [0, 1],
  ]);
});
