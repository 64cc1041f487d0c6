import { strict as assert } from 'node:assert';
import { closePanels, ended, explain, file, mapsOf, useCheckpoint } from './support/whylight';

/** One sentence fit to be shown: no stack, no object, one line, one full stop at its end. */
function assertSentence(text: string | undefined): asserts text is string {
  assert.ok(text !== undefined && text.length > 10, `a sentence, not ${JSON.stringify(text)}`);
  assert.ok(!/\n|\bat \S+:\d+|undefined|\[object|unexpected error/.test(text), text);
  assert.match(text, /[.!?]$/, text);
}

describe('A file that is wrong', () => {
  before(() => useCheckpoint('last_e08.onnx'));
  after(() => useCheckpoint(undefined));
  afterEach(closePanels);

  const cases: readonly [fault: string, words: RegExp][] = [
    ['truncated-image', /truncated-image\.png/],
    ['empty-checkpoint', /empty/i],
    ['text-checkpoint', /text-checkpoint\.onnx/],
    ['unknown-operator', /Ruly/],
  ];
  for (const [fault, words] of cases) {
    it(`ends in one sentence: ${fault.replace('-', ' ')}; the next request works`, async () => {
      const panel = await explain(file('faults', fault, `${fault}.png`));
      const { error } = await ended(panel);
      assertSentence(error);
      assert.match(error, words);
      const next = await explain(file('shapes', 'images', 'star_0.png'));
      assert.equal((await ended(next)).error, undefined);
      assert.equal(mapsOf(next).length, 9);
    });
  }
});
