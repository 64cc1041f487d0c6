/** Where things stand on the page: maps on the first screen at every width, and nothing moves while results arrive. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle, launch, type OpenedPage, openPage } from './openPage';
import { overflowing } from './overflowing';
import { catRecording, starRecording } from './recording';
import { begin, findings, playHalf } from './scenes';

let browser: Browser;
let scripts: { readonly page: string; readonly host: string };

beforeAll(async () => {
  [browser, scripts] = await Promise.all([launch(), bundle()]);
});
afterAll(() => browser.close());

const height = 900;

/** Boxes of everything whose place must not change: the bar, every card and its map. */
async function boxes(opened: OpenedPage): Promise<Record<string, readonly number[]>> {
  await opened.page.evaluate(() => new Promise((done) => setTimeout(done, 120)));
  return opened.page.evaluate(() => {
    const found: Record<string, readonly number[]> = {};
    const keep = (name: string, element: Element | null | undefined) => {
      const { x, y, width, height } = element!.getBoundingClientRect();
      found[name] = [x, y, width, height].map((value) => Math.round(10 * value) / 10);
    };
    const page = document.querySelector('wl-page')!.shadowRoot!;
    keep('toolbar', page.querySelector('wl-toolbar'));
    const cards = page.querySelector('wl-cards')!.shadowRoot!;
    keep('image', cards.querySelector('wl-image-card'));
    for (const card of cards.querySelectorAll<HTMLElement>('wl-method-card')) {
      keep(card.dataset['key']!, card);
      keep(`map of ${card.dataset['key']}`, card.shadowRoot!.querySelector('wl-image-frame'));
      keep(`scale of ${card.dataset['key']}`, card.shadowRoot!.querySelector('.scale'));
    }
    return found;
  });
}

describe('nothing moves while results arrive', () => {
  for (const width of [500, 750, 1400]) {
    it(`at ${width} pixels`, async () => {
      const recording = await catRecording();
      const opened = await openPage(browser, scripts, recording, { width, height });
      const { prediction, attributions } = recording;
      const id = 'run-1';
      const keys = await begin(opened, recording);
      await opened.send('event', { id, kind: 'prediction', cards: keys, prediction });
      const first = await boxes(opened);
      const unmoved = async () => expect(await boxes(opened)).toEqual(first);
      await opened.send('event', {
        id,
        kind: 'stage',
        text: 'Compiling the backward pass of 58 layers for batches of up to 16 images',
      });
      await unmoved();
      await opened.send('event', { id, kind: 'started', key: 'gradient' });
      await opened.send('event', { id, kind: 'result', attribution: attributions[0]! });
      await unmoved();
      const { map } = attributions.find(({ method }) => method === 'occlusion')!;
      await opened.send('event', { id, kind: 'progress', key: 'occlusion', done: 61, total: 196, partial: map });
      await unmoved();
      const noted = { ...attributions[1]!, notes: ['The map is nearly the same for the second class (ρ = 0.98).'] };
      await opened.send('event', { id, kind: 'result', attribution: noted });
      await opened.send('event', { id, kind: 'failed', key: 'smoothgrad', message: `${'Out of memory. '.repeat(20)}` });
      await unmoved();
      await opened.send('event', { id, kind: 'findings', cards: keys, findings });
      await opened.send('event', { kind: 'ended', id, seconds: 13.2, cancelled: true });
      await unmoved();
      await opened.page.locator('[data-method="gradient"] canvas').hover({ position: { x: 80, y: 60 } });
      await unmoved();
      await opened.page.locator('[data-action="save"]').click();
      await opened.page.getByText('Saved to ').waitFor();
      await unmoved();
      // Another class: the maps from before stay in their places.
      const question = { ...recording.setup.state.question, target: { kind: 'index', index: 282 } } as const;
      const { cards } = recording.setup.state;
      await opened.send('event', { kind: 'run', id: 'run-2', question, cards, keys: [...keys] });
      await unmoved();
      await opened.send('event', {
        id: 'run-2',
        kind: 'prediction',
        cards: keys,
        prediction: { ...prediction, target: prediction.top5[1]! },
      });
      await unmoved();
      await opened.page.close();
    });
  }
});

describe('the first screen', () => {
  for (const [width, share, maps] of [
    [500, 0.6, 0.5],
    [750, 0.6, 0.5],
    [1100, 0.6, 0.5],
    [1400, 0.6, 0.5],
  ] as const) {
    it(`at ${width} pixels is for the cards, before and after they have their maps`, async () => {
      const recording = await starRecording();
      const opened = await openPage(browser, scripts, recording, { width, height });
      for (const finished of [false, true]) {
        if (finished) await opened.play(recording);
        const all = Object.entries(await boxes(opened));
        const visible = ([, [, y, across, down]]: (typeof all)[number]) =>
          across! * Math.max(0, Math.min(height, y! + down!) - Math.max(0, y!));
        const area = (chosen: typeof all) => chosen.reduce((sum, each) => sum + visible(each), 0) / (width * height);
        const cards = all.filter(([name]) => name !== 'toolbar' && !/^(map|scale) of /.test(name));
        expect(area(cards)).toBeGreaterThan(share);
        const images = all.filter(([name]) => name.startsWith('map of '));
        const image = cards.find(([name]) => name === 'image')!;
        const [, [, , side]] = images[0]!;
        const shownImage = (side! * side!) / (width * height);
        expect(visible(image)).toBeGreaterThan(0);
        expect(area(images) + shownImage).toBeGreaterThan(maps);
        expect(Math.min(...images.map(([, [, y]]) => y!))).toBeLessThan(220);
      }
      await opened.page.close();
    });
  }

  it('keeps the bar in sight, as high as ever, when the page is scrolled', async () => {
    const recording = await starRecording();
    const opened = await openPage(browser, scripts, recording, { width: 750, height });
    await opened.play(recording);
    const before = (await boxes(opened))['toolbar']!;
    await opened.page.evaluate(() => scrollTo(0, 700));
    const after = (await boxes(opened))['toolbar']!;
    expect([after[0], after[1], after[2], after[3]]).toEqual([before[0], 0, before[2], before[3]]);
    await opened.page.close();
  });
});

describe('with forced colours', () => {
  it('everything that is opened fits and can be read', async () => {
    const recording = await catRecording();
    const opened = await openPage(browser, scripts, recording, {
      theme: 'vscode-high-contrast',
      width: 1280,
      forcedColours: true,
    });
    await playHalf(opened, recording);
    await opened.page.locator('[data-action="notices"]').click();
    await opened.page.locator('[data-action="compare-presets"]').click();
    await opened.page.locator('[data-method="integrated-gradients"] canvas').hover({ position: { x: 80, y: 60 } });
    expect(opened.problems).toEqual([]);
    expect(await overflowing(opened)).toEqual([]);
    expect(await opened.accessibility()).toEqual([]);
    await opened.page.close();
  });
});
