import { describe, expect, it } from 'vitest';
import { crc32, withText } from './png';

describe('withText', () => {
  it('refuses keywords that PNG does not allow', () => {
    expect(() => withText(new Uint8Array(40), { '': 'x' })).toThrow(RangeError);
    expect(() => withText(new Uint8Array(40), { Größe: 'x' })).toThrow(RangeError);
  });
});

describe('crc32', () => {
  it("has the check value of its catalogue entry (CRC-32/ISO-HDLC, '123456789')", () => {
    expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926);
  });
});
