import { describe, expect, it } from 'vitest';
import { UsageError } from '../../shared/errors';
import { english } from '../host/translate';
import { destination, nextFreeName } from './destination';

describe('destination', () => {
  it('is a folder named after the image', () => {
    expect(destination('whylight', 'cat.png', english)).toEqual(['whylight', 'cat']);
    expect(destination('./out/maps/', 'cat.tar.png', english)).toEqual(['out', 'maps', 'cat.tar']);
  });

  it('stays inside the workspace folder', () => {
    for (const odd of ['', '.', '../out', 'a/../../b', '/etc', 'C:\\temp', '\\\\host\\share']) {
      expect(() => destination(odd, 'cat.png', english), odd).toThrow(UsageError);
    }
    expect(destination('whylight', '...png', english)).toEqual(['whylight', '___png']);
    expect(destination('whylight', '..', english)).toEqual(['whylight', '__']);
  });
});

describe('nextFreeName', () => {
  it('counts from two past what is taken', () => {
    expect(nextFreeName('cat', new Set(['cat']))).toBe('cat-2');
    expect(nextFreeName('cat', new Set(['cat', 'cat-2', 'cat-3', 'cat-5']))).toBe('cat-4');
  });
});
