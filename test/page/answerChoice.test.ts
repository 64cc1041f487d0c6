/** The field of a model with several answers for an image: which one is explained, and another. */
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { chosenOutput } from '../../src/engine/model/target/output';
import type { PanelRequests } from '../../src/shared/protocol/panel';
import type { OutputSelection } from '../../src/shared/question/output';
import { bundle, launch, type OpenedPage, openPage } from './openPage';
import { type Recording, starRecording } from './recording';

let browser: Browser;
let scripts: { readonly page: string; readonly host: string };
let star: Recording;
let opened: OpenedPage;

beforeAll(async () => {
  [browser, scripts, star] = await Promise.all([launch(), bundle(), starRecording()]);
});
afterAll(() => browser.close());
beforeEach(async () => {
  opened = await openPage(browser, scripts, star);
});
afterEach(async () => {
  expect(opened.problems).toEqual([]);
  await opened.page.close();
});

const field = () => opened.page.locator('[data-field="answer"] input');
const button = (action: string) => opened.page.locator(`[data-action="${action}"]`);
const sentence = 'Give an index (12; 3,5 for row 3, column 5), ranges without their ends (10:20,30:40), or all.';

/** The questions that the page asked for, oldest first. */
async function asked(): Promise<readonly PanelRequests['explain'][0]['question'][]> {
  const calls = await opened.page.evaluate(() => window.harness.calls.filter(({ name }) => name === 'explain'));
  return calls.map(({ params }) => (params as PanelRequests['explain'][0]).question);
}

/** The recording as of a model with 64 × 48 answers, for a question that chooses `output` or leaves the choice to the engine. */
function withAnswers(taken: OutputSelection, output?: OutputSelection): Recording {
  const { state } = star.setup;
  const question = output === undefined ? state.question : { ...state.question, output };
  const settled = chosenOutput({ dims: [64, 48], kind: 'pixels' }, taken, 'the one in the middle');
  return {
    setup: { ...star.setup, state: { ...state, question } },
    prediction: { ...star.prediction, output: settled },
    attributions: star.attributions,
  };
}

const middle: OutputSelection = { kind: 'index', indices: [32, 24] };
const region: OutputSelection = { kind: 'region', start: [10, 30], end: [20, 40] };

describe('a model with one answer', () => {
  it('has no field for it', async () => {
    await opened.play(star);
    await opened.page.locator('[data-testid="target"]').waitFor();
    expect(await field().count()).toBe(0);
  });
});

describe('a model with several answers', () => {
  it('shows how many there are and which is explained', async () => {
    await opened.play(withAnswers(middle));
    const named = opened.page.getByRole('textbox', { name: 'Answer (of 64 × 48)' });
    await expect.poll(() => named.inputValue()).toBe('32,24');
    // Neither a button that would ask the same again nor one to a default that is in use.
    expect(await button('explain-answer').getAttribute('disabled')).not.toBeNull();
    expect(await button('default-answer').count()).toBe(0);
    expect(await opened.accessibility()).toEqual([]);
  });

  it('explains another by the button, and the sum over a range by Enter', async () => {
    await opened.play(withAnswers(middle));
    await field().fill('3, 5');
    await button('explain-answer').click();
    await field().fill('10:20,30:40');
    await field().press('Enter');
    await expect.poll(asked).toHaveLength(2);
    const { question } = star.setup.state;
    expect(await asked()).toEqual([
      { ...question, output: { kind: 'index', indices: [3, 5] } },
      { ...question, output: region },
    ]);
  });

  it('says at the field what it cannot read, and asks nothing', async () => {
    await opened.play(withAnswers(middle));
    await field().fill('the left eye');
    await opened.page.locator('wl-answer-choice').getByText(sentence).waitFor();
    expect(await opened.page.locator('[data-field="answer"]').getAttribute('aria-invalid')).toBe('true');
    expect(await button('explain-answer').getAttribute('disabled')).not.toBeNull();
    await field().press('Enter');
    expect(await opened.accessibility()).toEqual([]);
    await field().fill('all');
    await expect.poll(() => opened.page.getByText(sentence).count()).toBe(0);
    await field().press('Enter');
    await expect.poll(asked).toEqual([{ ...star.setup.state.question, output: { kind: 'all' } }]);
  });

  it('shows the chosen one when its run has answered, and goes back to the default', async () => {
    await opened.play(withAnswers(middle));
    await field().fill('1,1');
    await opened.play(withAnswers(region, region));
    await expect.poll(() => field().inputValue()).toBe('10:20,30:40');
    await button('default-answer').click();
    await expect.poll(asked).toEqual([star.setup.state.question]);
  });
});
