/** Questions beside the panel's own: how they are asked for, where their cards stand, and what can be read from them. */
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bundle, launch, type OpenedPage, openPage } from './openPage';
import { type Recording, starRecording } from './recording';
import { epochs, playCompared } from './scenes';

let browser: Browser;
let scripts: { readonly page: string; readonly host: string };
let recording: Recording;
let opened: OpenedPage;

beforeAll(async () => {
  [browser, scripts, recording] = await Promise.all([launch(), bundle(), starRecording()]);
});
afterAll(() => browser.close());
beforeEach(async () => {
  opened = await openPage(browser, scripts, recording, { width: 1400 });
});
afterEach(async () => {
  expect(opened.problems).toEqual([]);
  await opened.page.close();
});

const byKey = (key: string) => opened.page.locator(`wl-method-card[data-key="${key}"]`);
const action = (name: string) => opened.page.locator(`[data-action="${name}"]`);
const calls = async (name: string) =>
  (await opened.page.evaluate((wanted) => window.harness.calls.filter((call) => call.name === wanted), name)).map(
    ({ params }) => params,
  );
const frames = () => opened.page.evaluate(() => new Promise((done) => setTimeout(done, 200)));
const picture = async (key: string) => {
  await frames();
  return byKey(key)
    .locator('canvas')
    .evaluate((element) => (element as HTMLCanvasElement).toDataURL());
};

describe('asking for a comparison', () => {
  beforeEach(async () => {
    await opened.play(recording);
    await opened.send('event', { kind: 'ended', id: 'run-1', seconds: 1, cancelled: false });
  });

  it('sets a class beside the explained one by Alt and a click, by its button, and by the keyboard', async () => {
    await opened.page.locator('[data-class-index="2"]').click({ modifiers: ['Alt'] });
    await opened.page.getByRole('button', { name: 'Compare with cross' }).click();
    await opened.page.getByRole('button', { name: 'Compare with ring' }).press('Enter');
    await expect
      .poll(() => calls('compare'))
      .toEqual([2, 4, 5].map((index) => ({ change: { kind: 'target', target: { kind: 'index', index } } })));
    expect(await calls('explain')).toEqual([]);
    // The explained class has nothing to be compared with.
    expect(await opened.page.getByRole('button', { name: 'Compare with star' }).count()).toBe(0);
  });

  it('asks the host for what only it knows, from a menu that closes', async () => {
    for (const name of ['target', 'epochs', 'checkpoint', 'layer', 'image']) {
      await action('compare').click();
      expect(await opened.accessibility()).toEqual([]);
      await action(`compare-${name}`).click();
      expect(await action(`compare-${name}`).isVisible()).toBe(false);
    }
    await expect.poll(async () => (await calls('compare')).length).toBe(5);
    expect((await calls('compare'))[1]).toEqual({ ask: 'epochs' });
  });

  it('sets other parameters beside a card from where they are typed', async () => {
    await byKey('smoothgrad').locator('[data-action="enlarge"]').click();
    const detail = opened.page.locator('wl-detail');
    expect(await detail.locator('[data-action="compare-parameters"]').getAttribute('disabled')).not.toBeNull();
    await detail.locator('[data-field="samples"] input').fill('50');
    await detail.locator('[data-action="compare-parameters"]').click();
    const change = { kind: 'parameters', card: 'smoothgrad', parameters: { samples: 50 } };
    await expect.poll(() => calls('compare')).toEqual([{ change }]);
    await detail.waitFor({ state: 'detached' });
  });

  it('pins a card that has a map, and nothing else', async () => {
    await byKey('grad-cam').locator('[data-action="pin"]').click();
    await expect.poll(() => calls('pin')).toEqual([{ key: 'grad-cam' }]);
    await opened.send('event', { kind: 'run', id: 'r', ...startAnew() });
    expect(await byKey('occlusion').locator('[data-action="save-one"]').count()).toBe(0);
  });
});

/** Another question, for which nothing is known. */
function startAnew() {
  const { state } = recording.setup;
  const question = { ...state.question, target: { kind: 'index', index: 1 } } as const;
  return { question, cards: state.cards, keys: state.cards.map(({ key }) => key) };
}

describe('three epochs beside the last one', () => {
  beforeEach(() => playCompared(opened, recording, epochs));

  it('stand side by side for each method, named by what differs, with what each says of the class', async () => {
    const box = async (key: string) => (await byKey(key).boundingBox())!;
    for (const method of ['gradient', 'grad-cam', 'occlusion']) {
      const places = await Promise.all([method, ...epochs.map((each) => `${each.comparison.key}/${method}`)].map(box));
      expect(new Set(places.map(({ y, width, height }) => `${y} ${width} ${height}`)).size).toBe(1);
      expect(places.map(({ x }) => x)).toEqual([...places.map(({ x }) => x)].sort((a, b) => a - b));
    }
    expect(await byKey('row-2/grad-cam').locator('h2').textContent()).toBe('early_e02 · 41 %');
    expect(await byKey('row-2/grad-cam').locator('h2').getAttribute('aria-label')).toBe('Grad-CAM, early_e02 · 41 %');
    const said = opened.page.locator('[data-comparison="row-3"]');
    expect(await said.innerText()).toContain('middle_e05.onnx star 87 %');
    expect(await opened.page.getByTestId('run-status').textContent()).toBe('36 maps done in 1.32 s');
    expect(await opened.accessibility()).toEqual([]);
  });

  it('are on one scale, and read by one cursor', async () => {
    const bars = await Promise.all(
      ['gradient', 'row-1/gradient', 'row-3/gradient'].map((key) => byKey(key).locator('wl-colour-bar').innerText()),
    );
    expect(new Set(bars).size).toBe(1);
    await byKey('row-1/gradient')
      .locator('canvas')
      .hover({ position: { x: 30, y: 140 } });
    const read = async (key: string) =>
      Number((await byKey(key).getByTestId('value').innerText()).replaceAll('−', '-'));
    await expect.poll(() => opened.page.locator('.cross.vertical').count()).toBe(37);
    const own = await read('gradient');
    expect(Math.abs(own)).toBeGreaterThan(0);
    expect((await read('row-1/gradient')) / own).toBeCloseTo(0.22, 1);
    expect((await read('row-3/gradient')) / own).toBeCloseTo(0.87, 1);
  });

  it('show their differences on demand, also on one scale, and go back', async () => {
    const before = await picture('row-1/gradient');
    const untouched = await picture('row-2/gradient');
    const button = opened.page.getByRole('button', { name: 'Difference of first_e01.onnx' });
    await button.click();
    expect(await button.getAttribute('aria-pressed')).toBe('true');
    expect(await picture('row-1/gradient')).not.toBe(before);
    expect(await picture('row-2/gradient')).toBe(untouched);
    expect(await byKey('row-1/gradient').locator('h2').textContent()).toContain('difference');
    // 22 % of the last epoch's map minus that map: the largest value becomes the smallest one.
    const range = await byKey('row-1/gradient').getByTestId('range').textContent();
    const own = await byKey('gradient').getByTestId('range').textContent();
    const ends = (text: string | null) => text!.replaceAll('−', '-').split(' to ').map(Number) as [number, number];
    expect(ends(range)[0] / ends(own)[1]).toBeCloseTo(-0.78, 2);
    expect(await opened.accessibility()).toEqual([]);
    await button.click();
    expect(await picture('row-1/gradient')).toBe(before);
  });

  it('end one by one or all together', async () => {
    await opened.page.getByRole('button', { name: 'End the comparison with early_e02.onnx' }).click();
    await action('end-comparisons').click();
    await expect.poll(() => calls('endComparison')).toEqual([{ key: 'row-2' }, {}]);
    await opened.send('state', { ...recording.setup.state, comparisons: [] });
    await byKey('row-1/gradient').waitFor({ state: 'detached' });
    expect(await opened.page.locator('[data-comparison]').count()).toBe(0);
  });

  it('scroll sideways together in a narrow window, the first ones staying in sight', async () => {
    await opened.page.setViewportSize({ width: 500, height: 900 });
    const section = opened.page.locator('section.compared');
    await section.evaluate((element) => element.scrollTo(1000, 0));
    const left = (key: string) => byKey(key).evaluate((element) => element.getBoundingClientRect().left);
    expect(await left('gradient')).toBeLessThan(20);
    expect(await left('row-3/gradient')).toBeLessThan(400);
    expect(await opened.page.evaluate(() => document.documentElement.scrollWidth)).toBe(500);
  });
});

describe('comparisons of some methods, and one without an answer', () => {
  const question = {
    image: 'file:///workspace/ring_2.png',
    checkpoint: '/workspace/middle_e05.onnx',
    target: { kind: 'index', index: 3 },
  } as const;

  beforeEach(() =>
    playCompared(
      opened,
      recording,
      [
        {
          comparison: { key: 'row-1', change: { kind: 'layer', layer: '/layer2/layer2.1/relu2/Relu_output_0' } },
          probability: 0.9,
        },
        {
          comparison: { key: 'row-2', change: { kind: 'parameters', card: 'smoothgrad', parameters: { samples: 50 } } },
          probability: 0.5,
        },
        {
          comparison: { key: 'row-3', change: { kind: 'checkpoint', checkpoint: '/workspace/early_e02.onnx' } },
          probability: null,
        },
      ],
      [{ key: 'pin-1', method: 'grad-cam', question }],
    ),
  );

  it('stand behind the cards that they are compared with', async () => {
    const keys = await opened.page
      .locator('wl-method-card')
      .evaluateAll((all) => all.map((each) => each.dataset['key']));
    expect(keys.indexOf('row-1/grad-cam')).toBe(keys.indexOf('grad-cam') + 1);
    expect(keys.indexOf('row-2/smoothgrad')).toBe(keys.indexOf('smoothgrad') + 1);
    expect(keys).not.toContain('row-1/gradient');
    expect(await byKey('row-2/smoothgrad').locator('h2').textContent()).toBe('SmoothGrad Samples 50');
    expect(await byKey('row-1/grad-cam').locator('h2').textContent()).toContain('/layer2/layer2.1/');
  });

  it('says what could not be answered and what can be done, without empty cards', async () => {
    const failed = opened.page.locator('[data-comparison="row-3"]');
    expect(await failed.getByTestId('unanswered').textContent()).toContain('is cut off after 1024 of 90112 bytes');
    expect(await byKey('row-3/gradient').count()).toBe(0);
    await failed.locator('[data-action="compare-again"]').click();
    await expect.poll(async () => (await calls('explain')).length).toBe(1);
    expect(await opened.accessibility()).toEqual([]);
  });

  it('keeps pinned cards in a place of their own, each with its question', async () => {
    const pinned = opened.page.getByTestId('pinned');
    expect(await pinned.locator('h2').last().textContent()).toMatch(
      /^Grad-CAM star · middle_e05.onnx · ring_2.png · \/layer3/,
    );
    await pinned.locator('[data-action="unpin"]').click();
    await expect.poll(() => calls('unpin')).toEqual([{ key: 'pin-1' }]);
    // It has no parameters that could be changed, but says which it was run with.
    await byKey('pin-1').locator('[data-action="enlarge"]').click();
    expect(await opened.page.locator('wl-detail wl-method-parameters').count()).toBe(0);
  });
});
