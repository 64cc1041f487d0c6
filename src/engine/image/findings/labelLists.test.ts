import { describe, expect, it } from 'vitest';
import { labelsFromLiteral, labelsFromText } from './labelLists';
import { fromJson, parseJsonOrPython, parsePythonLiteral } from './pythonLiteral';

const fromPython = (text: string) => labelsFromLiteral(parsePythonLiteral(text));
const json = (value: unknown) => labelsFromLiteral(fromJson(value));

describe("Python's literals", () => {
  it.each<[string, readonly string[] | null]>([
    [`{0: 'person', 1: "driver's seat"}`, ['person', "driver's seat"]],
    [`{1: 'b', 0: 'a'}`, ['a', 'b']],
    [`{'0': 'a', '1': 'b',}`, ['a', 'b']],
    [`['a', 'it\\'s', 'caf\\xe9', '\\u00fc', 'a\\\\b', '\\U0001f600']`, ['a', "it's", 'café', 'ü', 'a\\b', '😀']],
    [`('x', 'y')`, ['x', 'y']],
    [`{'cat': 0, 'dog': 1}`, ['cat', 'dog']],
    [`{'dog': 1, 'cat': 0}`, ['cat', 'dog']],
    [`{0: 'a', 2: 'b'}`, null],
    [`{0: 'a', 0: 'b'}`, null],
    [`{0: 'a', 1: 2}`, null],
    [`{}`, null],
    [`[]`, null],
    [`['a', 3]`, null],
    [`['a' 'b']`, null],
    [`['a', __import__('os')]`, null],
    [`['a'`, null],
    [`['a'] x`, null],
    [`'just text'`, null],
    ['['.repeat(100000), null],
  ])('%.60s', (text, names) => {
    expect(fromPython(text)).toEqual(names);
  });

  it('and JSON by the same call', () => {
    expect(labelsFromLiteral(parseJsonOrPython('{"1": "b", "0": "a"}'))).toEqual(['a', 'b']);
    expect(labelsFromLiteral(parseJsonOrPython('["a", "b"]'))).toEqual(['a', 'b']);
    expect(parseJsonOrPython('tench\ngoldfish')).toBeNull();
  });
});

describe('JSON lists', () => {
  it.each<[unknown, readonly string[] | null]>([
    [
      ['a', 'b'],
      ['a', 'b'],
    ],
    [{ '0': ['n01440764', 'tench'], '1': ['n01443537', 'goldfish'] }, ['tench', 'goldfish']],
    [{ cat: 0, dog: 1 }, ['cat', 'dog']],
    [{ a: { b: 'c' } }, null],
    [[null], null],
    [7, null],
    [JSON.parse(`${'['.repeat(5000)}${']'.repeat(5000)}`), null],
  ])('%#', (value, names) => {
    expect(json(value)).toEqual(names);
  });
});

describe('text files', () => {
  it.each<[string, string, readonly string[]]>([
    ['one name a line, empty lines left out', '\ntench\r\n goldfish \n\n', ['tench', 'goldfish']],
    ['WordNet numbers', 'n01440764 tench, Tinca tinca\nn01443537 goldfish', ['tench, Tinca tinca', 'goldfish']],
    ['indices that decide the order', '1 b\n0 a\n2  c d', ['a', 'b', 'c d']],
    ['indices with a colon or a comma', '0: a\n1,b', ['a', 'b']],
    ['indices from 1 in order', '1 a\n2 b', ['a', 'b']],
    ['numbers that are part of the names', '2 doors\n4 doors', ['2 doors', '4 doors']],
    ['digits as names', '0\n1\n2', ['0', '1', '2']],
    ['a WordNet number in some lines only', 'n01440764 tench\ngoldfish', ['n01440764 tench', 'goldfish']],
  ])('%s', (_, text, names) => {
    expect(labelsFromText(text)).toEqual(names);
  });
});
