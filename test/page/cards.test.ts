/** What a card shows while it is computed anew, and what is read, zoomed, opened and closed on it. */
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bundle, launch, type OpenedPage, openPage } from './openPage';
import { type Recording, starRecording } from './recording';
import { scenes } from './scenes';

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

const card = (method: string) => opened.page.locator(`wl-method-card[data-method="${method}"]`);
const scene = (name: string) => scenes.find((each) => each.name === name)!;
const dimmed = (method: string) => card(method).locator('wl-image-frame[dimmed]').count();
const frames = () => opened.page.evaluate(() => new Promise((done) => setTimeout(done, 200)));
const picture = async (method: string) => {
  await frames();
  return card(method)
    .locator('canvas')
    .evaluate((element) => (element as HTMLCanvasElement).toDataURL());
};
const number = (text: string | null) => Number(text!.trim().replaceAll('−', '-'));

describe('a card that is computed anew', () => {
  it('shows its map from before, dimmed, with its progress on it, until the new one is there', async () => {
    await scene('stale').play(opened, recording);
    expect(await dimmed('occlusion')).toBe(1);
    await card('occlusion').getByText('30 of 169').waitFor();
    expect(await dimmed('gradient')).toBe(0);
    const before = await picture('occlusion');
    // What is unfinished does not take the place of what was finished.
    const partial = recording.attributions.find(({ method }) => method === 'gradient')!.map;
    await opened.send('event', { id: 'run-2', kind: 'progress', key: 'occlusion', done: 60, total: 169, partial });
    expect(await picture('occlusion')).toBe(before);
    const attribution = recording.attributions.find(({ method }) => method === 'occlusion')!;
    await opened.send('event', { id: 'run-2', kind: 'result', attribution });
    await expect.poll(() => dimmed('occlusion')).toBe(0);
  });

  it('keeps it after a cancel, says of which class it is, and runs again', async () => {
    await scene('cancelled').play(opened, recording);
    expect(await dimmed('occlusion')).toBe(1);
    expect(await card('occlusion').getByTestId('card-before').innerText()).toContain('from before: star');
    expect(await card('integrated-gradients').getByTestId('card-failure').innerText()).toContain('ran out of memory');
    await card('occlusion').locator('[data-action="run-card"]').click();
    const calls = () => opened.page.evaluate(() => window.harness.calls.filter(({ name }) => name === 'explain'));
    await expect.poll(calls).toMatchObject([{ params: { again: ['occlusion'] } }]);
    expect(await opened.accessibility()).toEqual([]);
  });

  it('has the name of the checkpoint that gave what is shown, not of the one that is being opened', async () => {
    await scene('done').play(opened, recording);
    const { state } = recording.setup;
    const question = { ...state.question, checkpoint: '/workspace/middle_e05.onnx' };
    const model = opened.page.locator('[data-action="model"]');
    await opened.send('state', { ...state, question });
    const keys = state.cards.map(({ key }) => key);
    await opened.send('event', { kind: 'run', id: 'run-2', question, cards: state.cards, keys });
    expect(await model.innerText()).toBe('last_e08.onnx');
    const prediction = { ...recording.prediction, model: { ...recording.prediction.model, path: question.checkpoint } };
    await opened.send('event', { id: 'run-2', kind: 'prediction', cards: keys, prediction });
    await expect.poll(() => model.innerText()).toBe('middle_e05.onnx');
  });
});

describe('numbers', () => {
  beforeEach(() => scene('done').play(opened, recording));

  it('under the cursor are never outside of the range that is stated, and never cut', async () => {
    const canvas = card('gradient').locator('canvas');
    const box = (await canvas.boundingBox())!;
    // Over the watermark, where the values are largest.
    for (let step = 0; step < 12; step++) {
      await opened.page.mouse.move(
        box.x + box.width * (0.04 + 0.011 * step),
        box.y + box.height * (0.94 - 0.006 * step),
      );
      const shown = await opened.page.locator('wl-method-card').evaluateAll((all) =>
        all.map((each) => {
          const value = each.shadowRoot!.querySelector<HTMLElement>('[data-testid="value"]')!;
          const range = each.shadowRoot!.querySelector<HTMLElement>('[data-testid="range"]')!;
          return { value: value.innerText, range: range.innerText, cut: value.scrollWidth > value.clientWidth + 1 };
        }),
      );
      expect(shown).toHaveLength(9);
      for (const { value, range, cut } of shown) {
        const [low, high] = range.split(' to ').map(number) as [number, number];
        expect(cut).toBe(false);
        // Both are rounded to three digits.
        expect(number(value)).toBeGreaterThanOrEqual(low - 0.006 * Math.abs(low));
        expect(number(value)).toBeLessThanOrEqual(high + 0.006 * Math.abs(high));
      }
    }
  });

  it('at the marks of the enlarged bar keep apart from each other at any width', async () => {
    for (const width of [500, 750, 1400]) {
      await opened.page.setViewportSize({ width, height: 900 });
      await card('gradient').locator('[data-action="enlarge"]').click();
      await frames();
      const ticks = await opened.page.locator('wl-detail wl-colour-bar .tick').evaluateAll((all) =>
        all.map((each) => {
          const { left, right } = each.getBoundingClientRect();
          return { left, right };
        }),
      );
      expect(ticks.length).toBeGreaterThan(1);
      ticks.forEach(({ left }, i) => {
        if (i > 0) expect(left - ticks[i - 1]!.right).toBeGreaterThanOrEqual(4);
      });
      await opened.page.keyboard.press('Escape');
      await opened.page.locator('wl-detail').waitFor({ state: 'detached' });
    }
  });
});

describe('opening and closing', () => {
  beforeEach(() => scene('done').play(opened, recording));
  const zoom = () => opened.page.getByTestId('zoom').innerText();

  it('zooms in where a map is pressed twice, and Esc shows the whole image again', async () => {
    await card('grad-cam')
      .locator('canvas')
      .dblclick({ position: { x: 40, y: 160 } });
    await expect.poll(zoom).toBe('200 %');
    const left = () =>
      card('occlusion')
        .locator('canvas')
        .evaluate((element) => element.style.left);
    expect(await left()).not.toBe('0%');
    await opened.page.keyboard.press('Escape');
    await expect.poll(zoom).toBe('100 %');
    await opened.page.locator('[data-action="zoom-in"]').click();
    await expect.poll(zoom).toBe('150 %');
    await opened.page.locator('[data-action="zoom-out"]').click();
    await expect.poll(zoom).toBe('100 %');
  });

  it('Esc closes what was opened last, and the focus goes back to where it was', async () => {
    await card('smoothgrad').locator('.frame').focus();
    await opened.page.keyboard.press('+');
    await opened.page.keyboard.press('e');
    const detail = opened.page.locator('wl-detail dialog[open]');
    await detail.waitFor();
    expect(await opened.accessibility()).toEqual([]);
    await opened.page.keyboard.press('Escape');
    await detail.waitFor({ state: 'detached' });
    expect(await zoom()).toBe('150 %');
    expect(
      await card('smoothgrad')
        .locator('.frame')
        .evaluate((element) => element.matches(':focus')),
    ).toBe(true);
    await opened.page.locator('[data-action="model"]').click();
    const facts = opened.page.locator('[data-action="edit-preprocessing"]');
    expect(await facts.isVisible()).toBe(true);
    await opened.page.keyboard.press('Escape');
    expect(await facts.isVisible()).toBe(false);
    expect(await zoom()).toBe('150 %');
    await opened.page.keyboard.press('Escape');
    await expect.poll(zoom).toBe('100 %');
  });

  it('marks parameters that were changed and not run, on the card too', async () => {
    await card('smoothgrad').locator('[data-action="enlarge"]').click();
    const detail = opened.page.locator('wl-detail');
    await detail.locator('[data-field="samples"] input').fill('50');
    expect(await detail.locator('.field.changed').count()).toBe(1);
    await opened.page.keyboard.press('Escape');
    await detail.waitFor({ state: 'detached' });
    expect(await card('smoothgrad').locator('h2').innerText()).toContain('changed, not run');
    await card('smoothgrad').locator('[data-action="enlarge"]').click();
    expect(await detail.locator('[data-field="samples"] input').inputValue()).toBe('50');
    await detail.locator('[data-action="run-again"]').click();
    const { question, cards } = recording.setup.state;
    const changed = cards.map((each) => (each.key === 'smoothgrad' ? { ...each, parameters: { samples: 50 } } : each));
    await opened.send('event', { kind: 'run', id: 'run-2', question, cards: changed, keys: ['smoothgrad'] });
    await opened.send('event', { id: 'run-2', kind: 'started', key: 'smoothgrad' });
    await opened.send('event', { id: 'run-2', kind: 'progress', key: 'smoothgrad', done: 7, total: 50 });
    await detail.getByText('7 of 50').waitFor();
    expect(await detail.locator('.field.changed').count()).toBe(0);
    await detail.locator('[data-action="cancel-card"]').click();
    const calls = () => opened.page.evaluate(() => window.harness.calls.filter(({ name }) => name === 'cancel'));
    await expect.poll(async () => (await calls()).length).toBe(1);
  });

  it('is reached by the keyboard in the order of the page: subject, classes, bar, cards', async () => {
    const order: string[] = [];
    for (let presses = 0; presses < 40; presses++) {
      await opened.page.keyboard.press('Tab');
      order.push(
        await opened.page.evaluate(() => {
          const path: string[] = [];
          let element = document.activeElement;
          while (element) {
            path.push(element.localName);
            element = element.shadowRoot?.activeElement ?? null;
          }
          return path.find((name) => ['wl-subject', 'wl-class-list', 'wl-toolbar', 'wl-cards'].includes(name)) ?? '';
        }),
      );
    }
    const parts = order.filter((name, i) => name !== '' && name !== order[i - 1]);
    expect(parts).toEqual(['wl-subject', 'wl-class-list', 'wl-toolbar', 'wl-cards']);
  });
});

describe('what is said', () => {
  it('of many cards is said once above them', async () => {
    const warned = await scene('warned').recording();
    await scene('warned').play(opened, warned);
    await opened.page.locator('[data-action="notices"]').click();
    const said = opened.page.getByText('The preprocessing was guessed: the map may be that of another image.');
    expect(await said.count()).toBe(2);
    expect(await opened.page.getByTestId('card').count()).toBe(1);
    // A card’s own finding stays with it.
    expect(await opened.page.locator('wl-method-card [data-action="findings"]').count()).toBe(1);
    await opened.page.locator('[data-action="choose-labels"]').click();
    const calls = () => opened.page.evaluate(() => window.harness.calls.filter(({ name }) => name === 'chooseLabels'));
    await expect.poll(async () => (await calls()).length).toBe(1);
  });

  it('of a save goes away by itself', async () => {
    await scene('done').play(opened, recording);
    await opened.page.locator('[data-action="save"]').click();
    const message = opened.page.getByTestId('message');
    await message.getByText('Saved to whylight/star_0.').waitFor();
    await expect.poll(() => message.innerText(), { timeout: 12_000 }).toBe('');
  });

  it('where the labels and the preprocessing come from is in what is known of the model', async () => {
    await scene('done').play(opened, recording);
    await opened.page.locator('[data-action="model"]').click();
    const facts = opened.page.locator('wl-subject dl.facts');
    expect(await facts.innerText()).toContain('from whylight.json beside the checkpoint');
    expect(await facts.innerText()).toContain('onnxruntime: The default.');
    expect(await opened.accessibility()).toEqual([]);
  });
});
