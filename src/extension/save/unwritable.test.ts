import { expect, it } from 'vitest';
import { CancelledError } from '../../shared/errors';
import { english } from '../host/translate';
import { whyUnwritable } from './unwritable';

const failure = (message: string, code?: string) =>
  Object.assign(new Error(message), code === undefined ? {} : { code });
const why = (error: unknown) => whyUnwritable(error, english);

it('says why a place cannot be written to', () => {
  expect(why(failure("EROFS: read-only file system, mkdir '/x/whylight'", 'Unknown'))).toBe('it is read-only');
  expect(why(failure('/x/whylight', 'NoPermissions'))).toBe('you have no permission to write there');
  expect(why(failure("EACCES: permission denied, mkdir '/x'"))).toBe('you have no permission to write there');
  expect(why(failure('ENOSPC: no space left on device, write', 'Unknown'))).toBe('its disk is full');
  expect(why(failure('/x/whylight', 'FileNotADirectory'))).toBe('a file with the name of the folder is in the way');
  expect(why(failure('gone', 'Unavailable'))).toBe('its disk does not answer');
});

it('knows nothing of failures that have other causes', () => {
  for (const error of [new TypeError('x is undefined'), new CancelledError(), 'EROFS', undefined])
    expect(why(error)).toBeUndefined();
});
