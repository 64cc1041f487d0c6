import { expect, it } from 'vitest';
import { type Kind, Memo } from './memo';

const numbers: Kind<Uint8Array> = { name: 'numbers', bytes: (value) => value.byteLength };
const others: Kind<Uint8Array> = { ...numbers, name: 'others' };
const owner = {};

it('gives back the thing itself, by owner, kind and key', () => {
  const memo = new Memo(100);
  const value = new Uint8Array(10);
  memo.keep(owner, numbers, 'a', value);
  expect(memo.find(owner, numbers, 'a')).toBe(value);
  expect(memo.find(owner, numbers, 'b')).toBeUndefined();
  expect(memo.find(owner, others, 'a')).toBeUndefined();
  expect(memo.find({}, numbers, 'a')).toBeUndefined();
  expect(memo.bytes).toBe(10);
});

it('drops what was wanted the longest time ago when the bytes do not suffice', () => {
  const memo = new Memo(100);
  for (const key of ['a', 'b', 'c', 'd']) memo.keep(owner, numbers, key, new Uint8Array(25));
  memo.find(owner, numbers, 'a');
  memo.keep(owner, numbers, 'e', new Uint8Array(1));
  expect(['a', 'b', 'c', 'd', 'e'].filter((key) => memo.find(owner, numbers, key))).toEqual(['a', 'c', 'd', 'e']);
  expect(memo.bytes).toBe(76);
});

it('does not let one large thing push out the others, and keeps nothing without bytes', () => {
  const memo = new Memo(100);
  memo.keep(owner, numbers, 'small', new Uint8Array(25));
  memo.keep(owner, numbers, 'large', new Uint8Array(26));
  expect(memo.find(owner, numbers, 'large')).toBeUndefined();
  expect(memo.find(owner, numbers, 'small')).toBeDefined();
  const nothing = new Memo(0);
  nothing.keep(owner, numbers, 'a', new Uint8Array(1));
  expect(nothing.find(owner, numbers, 'a')).toBeUndefined();
});

it('replaces what is kept under the same key', () => {
  const memo = new Memo(100);
  memo.keep(owner, numbers, 'a', new Uint8Array(20));
  memo.keep(owner, numbers, 'a', Uint8Array.of(7));
  expect(memo.find(owner, numbers, 'a')).toEqual(Uint8Array.of(7));
  expect(memo.bytes).toBe(1);
});

it('forgets all that belongs to an owner, and nothing else', () => {
  const memo = new Memo(100);
  const other = {};
  memo.keep(owner, numbers, 'a', new Uint8Array(10));
  memo.keep(owner, others, 'a', new Uint8Array(10));
  memo.keep(other, numbers, 'a', new Uint8Array(5));
  memo.forget(owner);
  memo.forget({});
  expect(memo.find(owner, numbers, 'a')).toBeUndefined();
  expect(memo.find(other, numbers, 'a')).toBeDefined();
  expect(memo.bytes).toBe(5);
});
