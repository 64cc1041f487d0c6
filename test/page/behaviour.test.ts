import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ExplanationEvent, RunEnd } from '../../src/shared/explanation/explanation';
import { reduceExplanation } from '../../src/shared/explanation/reduce';
import type { PanelRequests, PanelState } from '../../src/shared/protocol/panel';
import { cardFor } from '../../src/shared/question/card';
import { bundle, launch, type OpenedPage, openPage } from './openPage';
import { catRecording, type Recording, starRecording } from './recording';

let browser: Browser;
let scripts: { readonly page: string; readonly host: string };
let recording: Recording;
let opened: OpenedPage;

beforeAll(async () => {
  [browser, scripts, recording] = await Promise.all([launch(), bundle(), starRecording()]);
});
afterAll(() => browser.close());
beforeEach(async () => {
  opened = await openPage(browser, scripts, recording);
});
afterEach(async () => {
  expect(opened.problems).toEqual([]);
  await opened.page.close();
});

const card = (id: string) => opened.page.locator(`[data-method="${id}"]`);
const detail = () => opened.page.locator('wl-detail');
const calls = (name: string) =>
  opened.page.evaluate((wanted) => window.harness.calls.filter((call) => call.name === wanted), name);
const ended = () => end('run-1', { seconds: 13.2 });
const allKeys = () => recording.setup.state.cards.map(({ key }) => key);

/** A run begins. */
function begin(id: string, keys = allKeys(), state: Partial<PanelState> = {}): Promise<void> {
  const { question, cards } = { ...recording.setup.state, ...state };
  return opened.send('event', { kind: 'run', id, question, cards, keys });
}

function predict(id: string, cards = allKeys(), prediction = recording.prediction): Promise<void> {
  return opened.send('event', { id, kind: 'prediction', cards, prediction });
}

function end(id: string, how: Partial<RunEnd>): Promise<void> {
  return opened.send('event', { kind: 'ended', id, seconds: 0.1, cancelled: false, ...how });
}

async function frames(): Promise<void> {
  await opened.page.evaluate(() => new Promise((done) => setTimeout(done, 150)));
}

/** Sum over a card's pixels, which changes with whatever is drawn. */
async function checksum(id: string): Promise<number> {
  await frames();
  return card(id)
    .locator('canvas')
    .evaluate((element) => {
      const canvas = element as HTMLCanvasElement;
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      return data.reduce((sum, value, i) => (sum * 31 + value * (i % 7)) % 1000003, 0);
    });
}

async function choose(field: string, option: string): Promise<void> {
  await opened.page.locator(`[data-field="${field}"]`).click();
  await opened.page.locator(`[data-field="${field}"] vscode-option`).getByText(option, { exact: true }).click();
}

describe('streaming', () => {
  it('lays out a waiting card for each method before anything is known', async () => {
    await card('gradient').waitFor();
    expect(await opened.page.locator('wl-method-card[data-state="waiting"]').count()).toBe(9);
  });

  it('draws each result as it comes, at the resolution of the image', async () => {
    await opened.play(recording);
    await frames();
    expect(await opened.page.locator('wl-method-card[data-state="done"]').count()).toBe(9);
    for (const { id } of recording.setup.methods) {
      const size = await card(id)
        .locator('canvas')
        .evaluate((element) => {
          const canvas = element as HTMLCanvasElement;
          const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
          const colours = new Set<number>();
          for (let i = 0; i < data.length; i += 4) colours.add((data[i]! << 16) | (data[i + 1]! << 8) | data[i + 2]!);
          return { width: canvas.width, height: canvas.height, colours: colours.size };
        });
      expect(size).toMatchObject({ width: 96, height: 96 });
      expect(size.colours).toBeGreaterThan(100);
    }
    const label = await card('grad-cam').locator('canvas').getAttribute('aria-label');
    expect(label).toMatch(/^Grad-CAM, \/layer3\S+ for “star”: highest 1 at \d+, \d+; lowest 0 at \d+, \d+\.$/);
  });

  it('shows progress, a partial map and a failure in their cards', async () => {
    const { attributions } = recording;
    await begin('r');
    await opened.send('event', { id: 'r', kind: 'stage', text: 'Reading the checkpoint' });
    await opened.page.getByText('Reading the checkpoint').waitFor();
    await predict('r');
    const partial = attributions.find((each) => each.method === 'occlusion')!.map;
    await opened.send('event', { id: 'r', kind: 'progress', key: 'occlusion', done: 61, total: 169, partial });
    await opened.send('event', { id: 'r', kind: 'failed', key: 'gradient', message: 'No gradient for Foo.' });
    expect(await card('occlusion').getAttribute('data-state')).toBe('running');
    await card('occlusion').getByText('61 of 169').waitFor();
    await card('occlusion').locator('canvas').waitFor();
    expect(await card('gradient').getAttribute('data-state')).toBe('failed');
    await card('gradient').getByText('No gradient for Foo.').waitFor();
  });

  it('ignores what an older run still sends', async () => {
    const { attributions } = recording;
    await begin('old');
    await begin('new');
    await predict('new');
    await opened.send('event', { id: 'old', kind: 'result', attribution: attributions[0]! });
    await end('old', { cancelled: true });
    await opened.send('event', { id: 'new', kind: 'result', attribution: attributions[1]! });
    await frames();
    expect(await card('gradient').getAttribute('data-state')).toBe('waiting');
    expect(await card('gradient-x-input').getAttribute('data-state')).toBe('done');
  });

  it('ends a cancelled run without failures', async () => {
    const { attributions } = recording;
    await begin('r');
    await predict('r');
    await opened.send('event', { id: 'r', kind: 'result', attribution: attributions[0]! });
    await opened.page.locator('[data-action="cancel"]').click();
    expect(await calls('cancel')).toHaveLength(1);
    await end('r', { seconds: 2.5, cancelled: true });
    await opened.page.getByText('Cancelled after 2.50 s').waitFor();
    expect(await opened.page.locator('wl-method-card[data-state="cancelled"]').count()).toBe(8);
    expect(await opened.page.locator('[data-action="cancel"]').count()).toBe(0);
  });

  it('says a whole-run failure in one sentence with ways on', async () => {
    await begin('r', ['gradient']);
    const error = 'last_e08.onnx is cut off after 1024 of 90112 bytes: copy it again.';
    await end('r', { error });
    const alert = opened.page.locator('[data-testid="run-error"]');
    await alert.getByText(error).waitFor();
    await alert.locator('[data-action="show-log"]').click();
    await alert.locator('[data-action="choose-checkpoint"]').click();
    expect(await calls('showLog')).toHaveLength(1);
    expect(await calls('chooseCheckpoint')).toHaveLength(1);
    expect(await alert.locator('[data-action="explain-up-to"]').count()).toBe(0);
    expect(await opened.accessibility()).toEqual([]);
  });

  it('offers to explain up to an unsupported operator', async () => {
    await begin('r', ['gradient']);
    const error = 'The operator NonMaxSuppression of node “/head/nms” is not supported.';
    await end('r', { error, cut: '/head/scores' });
    const offer = opened.page.locator('[data-testid="run-error"] [data-action="explain-up-to"]');
    expect(await offer.textContent()).toBe('Explain Up To /head/scores');
    await offer.click();
    expect(await calls('keepLogits')).toEqual([{ name: 'keepLogits', params: { logits: '/head/scores' } }]);
    expect(await opened.accessibility()).toEqual([]);
  });

  it('tells findings after the methods, the gravest first, and offers the whole check', async () => {
    await opened.play(recording);
    expect(await opened.page.locator('[data-action="notices"]').count()).toBe(0);
    await opened.send('event', {
      id: 'run-1',
      kind: 'findings',
      cards: allKeys(),
      findings: [
        { severity: 'warning', sentence: 'The gradient vanishes.', layer: 'relu' },
        { severity: 'note', sentence: 'The output is saturated.' },
      ],
    });
    await ended();
    await opened.page.locator('[data-action="notices"]').click();
    const lines = opened.page.locator('[data-testid="finding"]');
    expect(await lines.locator('p').allTextContents()).toEqual(['The gradient vanishes.', 'The output is saturated.']);
    const kinds = await lines.evaluateAll((all) => all.map((line) => (line as HTMLElement).dataset['notice']));
    expect(kinds).toEqual(['warning', 'info']);
    expect(await lines.first().locator('[data-action="check-health"]').count()).toBe(1);
    await opened.page.locator('[data-action="check-health"]').click();
    expect(await calls('checkHealth')).toHaveLength(1);
    expect(await opened.accessibility()).toEqual([]);
    // Another class: the findings were about the one before.
    const target = { kind: 'index', index: 2 } as const;
    await begin('run-2', allKeys(), { question: { ...recording.setup.state.question, target } });
    await lines.first().waitFor({ state: 'detached' });
  });
});

describe('asking', () => {
  beforeEach(async () => {
    await opened.play(recording);
    await ended();
    await frames();
  });

  it('explains the class that is clicked, and one that is typed', async () => {
    await opened.page.locator('[data-class-index="2"]').click();
    const field = opened.page.locator('[data-field="other-class"]');
    await field.fill('ri');
    expect(await opened.page.locator('[data-choice]').allInnerTexts()).toEqual([
      'ring\n5 · < 0.01 %',
      'triangle\n2 · 0.03 %',
    ]);
    await field.press('Enter');
    await field.fill('4');
    await field.press('Enter');
    await expect.poll(async () => (await calls('explain')).length).toBe(3);
    const asked = await calls('explain');
    expect(asked.map((call) => (call.params as PanelRequests['explain'][0]).question.target)).toEqual([
      { kind: 'index', index: 2 },
      { kind: 'index', index: 5 },
      { kind: 'index', index: 4 },
    ]);
    expect(asked[0]!.params).not.toHaveProperty('again');
  });

  it('says at its field what is no class, offers the nearest, and asks nothing of the host', async () => {
    const field = opened.page.locator('[data-field="other-class"]');
    await field.fill('trangle');
    await opened.page.getByText('No class is called “trangle”. Is it “triangle”, ').waitFor();
    expect(await field.getAttribute('aria-invalid')).toBe('true');
    expect(await opened.accessibility()).toEqual([]);
    await field.press('Enter');
    expect(await calls('explain')).toEqual([]);
    await field.press('ArrowDown');
    await field.press('Enter');
    await expect.poll(() => calls('explain')).toMatchObject([{ params: { question: { target: { index: 2 } } } }]);
    await field.fill('17');
    await opened.page.getByText('There is no class 17: the last one is 5.').waitFor();
    await field.press('Escape');
    expect(await field.inputValue()).toBe('');
  });

  it('finds a layer by its name and explains with it', async () => {
    const field = opened.page.locator('[data-field="layer"]');
    await field.click();
    await field.fill('layer2.1 conv2');
    expect(await opened.page.locator('[data-choice]').count()).toBe(1);
    await field.press('Enter');
    const [asked] = await calls('explain');
    expect(asked!.params).toMatchObject({
      question: { layer: '/layer2/layer2.1/conv2/Conv_output_0', target: { kind: 'top1' } },
    });
  });

  it('runs one method again with other parameters, and refuses wrong ones', async () => {
    const smooth = card('smoothgrad');
    await smooth.locator('[data-action="enlarge"]').click();
    const field = detail().locator('[data-field="samples"] input');
    await field.fill('0');
    await detail().getByText('Must be at least 1.').waitFor();
    expect(await detail().locator('[data-action="run-again"]').getAttribute('disabled')).not.toBeNull();
    await field.fill('50');
    await detail().locator('[data-field="square"]').click();
    await detail().getByText('changed, not run').waitFor();
    await detail().locator('[data-action="run-again"]').click();
    const [asked] = await calls('explain');
    expect(asked!.params).toMatchObject({ again: ['smoothgrad'] });
    const { cards } = asked!.params as PanelRequests['explain'][0];
    expect(cards).toHaveLength(9);
    expect(cards.find((each) => each.key === 'smoothgrad')).toEqual({
      ...cardFor('smoothgrad'),
      parameters: { samples: 50, square: true },
    });
  });

  it('fills in a preset and goes back to the defaults', async () => {
    await card('smoothgrad').locator('[data-action="enlarge"]').click();
    await choose('preset', 'captum');
    const field = detail().locator('[data-field="samples"] input');
    await expect.poll(() => field.inputValue()).toBe('5');
    await detail().locator('[data-action="run-again"]').click();
    expect((await calls('explain'))[0]!.params).toMatchObject({ again: ['smoothgrad'] });
    await detail().locator('[data-action="reset"]').click();
    await expect.poll(() => field.inputValue()).toBe('25');
  });

  it('saves everything or one card, says where, and says why it failed', async () => {
    await opened.page.locator('[data-action="save"]').click();
    await opened.page.getByText('Saved to whylight/star_0.').waitFor();
    await card('grad-cam').locator('[data-action="save-one"]').click();
    await expect.poll(async () => (await calls('save')).length).toBe(2);
    const saved = await calls('save');
    expect(saved[0]!.params).toMatchObject({ display: { mode: 'blended' } });
    expect(saved[1]!.params).toMatchObject({ only: ['grad-cam'] });
    await opened.page.evaluate(() => window.harness.fail('save', 'The disk is full.'));
    await opened.page.locator('[data-action="save"]').click();
    await opened.page.getByText('Saving failed: The disk is full.').waitFor();
  });

  it('saves when the host’s command says so', async () => {
    await opened.send('command', { name: 'save' });
    await expect.poll(async () => (await calls('save')).length).toBe(1);
  });

  it('opens whylight.json from the head of the page', async () => {
    await opened.page.locator('[data-action="model"]').click();
    await opened.page.locator('[data-action="edit-preprocessing"]').click();
    await expect.poll(async () => (await calls('editPreprocessing')).length).toBe(1);
    expect(await opened.page.locator('[data-action="edit-preprocessing"]').isVisible()).toBe(false);
  });

  it('opens a paper through the host', async () => {
    await card('occlusion').locator('[data-action="enlarge"]').click();
    await detail().locator('[data-action="open-source"]').click();
    expect((await calls('openSource'))[0]!.params).toEqual({ url: 'https://arxiv.org/abs/1312.6034' });
  });
});

describe('a fresh page', () => {
  it('shows all that happened before from one message', async () => {
    const { setup, prediction, attributions } = recording;
    const { question, cards } = setup.state;
    const events: ExplanationEvent[] = [
      { kind: 'run', id: 'r', question, cards, keys: allKeys() },
      { id: 'r', kind: 'prediction', cards: allKeys(), prediction },
      ...attributions.slice(0, 4).map((each) => ({ id: 'r', kind: 'result', attribution: each }) as const),
      { id: 'r', kind: 'failed', key: 'occlusion', message: 'No memory.' },
    ];
    const explanation = events.reduce(reduceExplanation<string>, setup.explanation);
    const fresh = await openPage(browser, scripts, { ...recording, setup: { ...setup, explanation } });
    const state = (name: string) => fresh.page.locator(`wl-method-card[data-state="${name}"]`);
    await state('done').nth(3).locator('canvas').waitFor();
    expect(await state('failed').count()).toBe(1);
    expect(await state('waiting').count()).toBe(4);
    // The run goes on where it was.
    await fresh.send('event', { id: 'r', kind: 'result', attribution: attributions[5]! });
    await state('done').nth(4).waitFor();
    await fresh.send('event', { kind: 'ended', id: 'r', seconds: 3, cancelled: true });
    await fresh.page.getByText('Cancelled after 3.00 s').waitFor();
    expect(fresh.problems).toEqual([]);
    await fresh.page.close();
  });
});

describe('a guessed preprocessing', () => {
  it('is said, compared with the other presets, and replaced by a click', async () => {
    const cat = await catRecording();
    await opened.play(cat);
    await opened.page.locator('[data-action="notices"]').click();
    await opened.page.locator('[data-testid="guessed"]').waitFor();
    await opened.page.locator('[data-action="compare-presets"]').click();
    expect(await opened.page.locator('[data-preset] ol li').count()).toBe(15);
    await opened.page.locator('[data-preset="torchvision"] [data-action="keep-preprocessing"]').click();
    expect((await calls('keepPreprocessing'))[0]!.params).toEqual({
      preprocessing: cat.prediction.input.alternatives[1]!.preprocessing,
    });
    expect(await opened.accessibility()).toEqual([]);
  });
});

describe('looking', () => {
  beforeEach(async () => {
    await opened.play(recording);
    await ended();
    await frames();
  });

  it('draws all cards anew when the display changes, without asking the host to compute', async () => {
    const before = await Promise.all(['gradient', 'grad-cam'].map(checksum));
    await choose('mode', 'Heat map');
    const heat = await Promise.all(['gradient', 'grad-cam'].map(checksum));
    expect(heat[0]).not.toBe(before[0]);
    expect(heat[1]).not.toBe(before[1]);
    await choose('colour-map', 'Viridis');
    expect(await checksum('grad-cam')).not.toBe(heat[1]);
    await choose('mode', 'Top k %');
    const fifteen = await checksum('grad-cam');
    const slider = opened.page.locator('input[type="range"][data-field="top-k"]');
    await slider.focus();
    await slider.press('End');
    expect(await checksum('grad-cam')).not.toBe(fifteen);
    expect(await calls('explain')).toEqual([]);
    const told = await calls('stateChanged');
    expect(told.at(-1)!.params).toMatchObject({ display: { mode: 'top-k', colourMap: 'viridis', topK: 100 } });
    const kept = await opened.page.evaluate(() => window.harness.states.at(-1));
    expect(kept).toEqual(told.at(-1)!.params);
  });

  it('links the cursor over all cards and reads each raw value', async () => {
    const canvas = card('grad-cam').locator('canvas');
    await canvas.scrollIntoViewIfNeeded();
    const box = (await canvas.boundingBox())!;
    // The centre of pixel (12, 84), in the watermark.
    await opened.page.mouse.move(box.x + (12.5 / 96) * box.width, box.y + (84.5 / 96) * box.height);
    await opened.page.getByText('x 12, y 84').waitFor();
    const shown = await opened.page.locator('[data-testid="value"]').allInnerTexts();
    expect(shown).toHaveLength(9);
    for (const [i, { map }] of recording.attributions.entries()) {
      const start = (84 * map.width + 12) * map.channels;
      const value = map.data.subarray(start, start + map.channels).reduce((sum, each) => sum + each, 0);
      const read = Number(shown[i]!.trim().replaceAll('−', '-'));
      expect(Math.abs(read - value)).toBeLessThanOrEqual(0.006 * Math.abs(value));
    }
    expect(await opened.page.locator('.cross.vertical').count()).toBe(10);
    await opened.page.mouse.move(2, 2);
    await expect.poll(() => opened.page.locator('.cross.vertical').count()).toBe(0);
  });

  it('moves the cursor by keys and reads the value out', async () => {
    const frame = card('grad-cam').locator('.frame');
    await frame.focus();
    await frame.press('Home');
    await frame.press('PageUp');
    await frame.press('Shift+ArrowRight');
    await frame.press('ArrowDown');
    await opened.page.getByText('x 10, y 1', { exact: true }).waitFor();
    const spoken = opened.page.locator('[data-testid="announcement"]');
    await expect.poll(() => spoken.textContent()).toMatch(/^\S+ at x 10, y 1$/);
  });

  it('zooms all cards together by key and by wheel, and back', async () => {
    const frame = card('grad-cam').locator('.frame');
    await frame.focus();
    await frame.press('+');
    await opened.page.getByText('150 %', { exact: true }).waitFor();
    const width = () =>
      card('occlusion')
        .locator('canvas')
        .evaluate((element) => element.getBoundingClientRect().width / element.parentElement!.clientWidth);
    expect(await width()).toBeCloseTo(1.5, 2);
    const box = (await frame.boundingBox())!;
    await opened.page.mouse.move(box.x + 0.263 * box.width, box.y + 0.263 * box.height);
    const pixel = await opened.page.locator('[data-testid="position"]').textContent();
    await opened.page.keyboard.down('Control');
    await opened.page.mouse.wheel(0, -240);
    await opened.page.keyboard.up('Control');
    await opened.page.getByText('300 %', { exact: true }).waitFor();
    await opened.page.mouse.move(box.x + 0.263 * box.width, box.y + 0.264 * box.height);
    expect(await opened.page.locator('[data-testid="position"]').textContent()).toBe(pixel);
    await opened.page.locator('[data-action="reset-zoom"]').click();
    expect(await width()).toBeCloseTo(1, 2);
  });
});
