import { describe, expect, it } from 'vitest';
import { WhylightError } from '../errors';
import { escapeControls, plainMessage, plainName } from './plainText';

describe('plainName', () => {
  it('leaves names alone that are fit', () => {
    for (const name of ['', 'layer4.1/conv2', 'Katze äöü', '猫 🐈', "it's “quoted”"])
      expect(plainName(name)).toBe(name);
  });

  it('escapes what would act on a terminal or a page', () => {
    expect(plainName('a\x1b[2J\nb\r\tc\0\x7f\x9b')).toBe('a\\u{1b}[2J\\nb\\r\\tc\\u{0}\\u{7f}\\u{9b}');
    expect(plainName('evil\u202egnp.exe\u2028')).toBe('evil\\u{202e}gnp.exe\\u{2028}');
    expect(plainName('half \ud83d')).toBe('half \\u{d83d}');
  });

  it('leaves out the middle of long ones', () => {
    expect(plainName('abcdefghij', 5)).toBe('abc…j');
    const long = plainName(`first${'x'.repeat(1e6)}last`);
    expect(long).toHaveLength(160);
    expect(long).toMatch(/^firstx+…x+last$/);
    expect(plainName('\x1b'.repeat(1e6)).length).toBe(160);
    expect(plainName('🐈'.repeat(500), 100)).toMatch(/^(🐈)+…(🐈)+$/u);
  });
});

describe('plainMessage', () => {
  it('shortens the names in it and keeps its words', () => {
    const message = plainMessage(`The node “${'n'.repeat(1e4)}\n” reads “${'\x07'.repeat(300)}”, which is too much.`);
    expect(message).toMatch(/^The node “n+…n+\\n” reads “(\\u\{7\})+.*…?.*”, which is too much\.$/);
    expect(message.length).toBeLessThan(400);
  });

  it('keeps the end of a message that is long as a whole', () => {
    const message = plainMessage(`/${'d/'.repeat(1e6)} does not exist.`);
    expect(message).toHaveLength(2000);
    expect(message).toMatch(/ does not exist\.$/);
  });

  it('is what an expected failure says', () => {
    expect(new WhylightError('image', 'a\x1b[31m.png is empty.').message).toBe('a\\u{1b}[31m.png is empty.');
    expect(escapeControls('\n')).toBe('\\n');
  });
});
