import { expect, it } from 'vitest';
import { nearest } from './nearest';

it('puts the names first that contain the given one, then the ones with the fewest edits', () => {
  expect(nearest('relu_2', ['conv1', 'relu_12', 'relu_20', 'relu_3', 'layer/relu_2/out'])).toEqual([
    'relu_20',
    'layer/relu_2/out',
    'relu_3',
  ]);
  expect(nearest('lyer4', ['layer1', 'layer4', 'fc'], 1)).toEqual(['layer4']);
});
