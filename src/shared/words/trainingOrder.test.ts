import { expect, it } from 'vitest';
import { trainingOrder } from './trainingOrder';

const order = (...names: string[]) => trainingOrder(names, (name) => name);

it('counts epochs and steps as numbers, and puts what has none behind them by name', () => {
  expect(order('last_e10', 'early_e2', 'best', 'middle_e05', 'a10', 'a9')).toEqual([
    'early_e2',
    'middle_e05',
    'last_e10',
    'a9',
    'a10',
    'best',
  ]);
  expect(order('epoch=1-step=900', 'epoch=0-step=1000', 'epoch=1-step=50')).toEqual([
    'epoch=0-step=1000',
    'epoch=1-step=50',
    'epoch=1-step=900',
  ]);
});

it('looks at the part of a path that is named', () => {
  expect(trainingOrder(['/e9/a_e2', '/e1/a_e3'], (path) => path.slice(4))).toEqual(['/e9/a_e2', '/e1/a_e3']);
});
