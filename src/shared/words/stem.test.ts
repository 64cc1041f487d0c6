import { expect, it } from 'vitest';
import { stem } from './stem';

it('keeps names that are nothing but an extension', () => {
  expect(['cat.png', 'cat', '.png', 'a.b.png'].map(stem)).toEqual(['cat', 'cat', '.png', 'a.b']);
});
