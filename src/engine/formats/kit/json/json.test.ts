import { expect, it } from 'vitest';
import { MemorySource } from '../bytes/byteSource';
import { isJsonObject, own, parseJson, readJson } from './json';

const name = 'config.json of cats.keras';
const range = (bytes: Uint8Array) => ({ source: new MemorySource('cats.keras', bytes), start: 0, end: bytes.length });

it('reads what is JSON, and Python’s numbers where they are expected', () => {
  expect(readJson(range(new TextEncoder().encode('{"ä": [1, null]}')), { name })).toEqual({ ä: [1, null] });
  const text = '{"a NaN \\" Infinity": [NaN, -Infinity, Infinity, "-Infinity"]}';
  expect(parseJson(text, { name, python: true })).toEqual({
    'a NaN " Infinity': [null, -Infinity, Infinity, '-Infinity'],
  });
});

it('ends in one sentence otherwise', () => {
  expect(() => parseJson('{"a": NaN}', { name })).toThrow(`${name} is truncated or damaged: it is no JSON.`);
  expect(() => parseJson('{"a": 1', { name })).toThrow('it is no JSON');
  expect(() => readJson(range(Uint8Array.of(0x22, 0xff, 0x22)), { name })).toThrow('it is no UTF-8 text');
  expect(() => parseJson(`${'['.repeat(300)}${']'.repeat(300)}`, { name })).toThrow('it is nested more than 256 deep');
  expect(parseJson(JSON.stringify('['.repeat(300)), { name })).toHaveLength(300);
});

it('takes __proto__ for a name', () => {
  const value = parseJson('{"__proto__": 1}', { name });
  expect(isJsonObject(value) && own(value, '__proto__')).toBe(1);
  expect(isJsonObject(value) && own(value, 'constructor')).toBeUndefined();
  expect([null, [], 'a', undefined].some((each) => isJsonObject(each))).toBe(false);
});
