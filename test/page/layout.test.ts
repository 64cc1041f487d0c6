import { mkdirSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Finding } from '../../src/shared/results/health';
import { bundle, launch, type OpenedPage, openPage } from './openPage';
import { catRecording, type Recording, starRecording } from './recording';
import type { ThemeKind } from './themes';

/** Set to a folder to get an image of each page for a look by eye. */
const images = process.env['WHYLIGHT_SCREENSHOTS'];
let browser: Browser;
let scripts: { readonly page: string; readonly host: string };

beforeAll(async () => {
  if (images !== undefined) mkdirSync(images, { recursive: true });
  [browser, scripts] = await Promise.all([launch(), bundle()]);
});
afterAll(() => browser.close());

async function settled(opened: OpenedPage, name: string): Promise<void> {
  await opened.page.evaluate(() => new Promise((done) => setTimeout(done, 300)));
  if (images !== undefined) await opened.page.screenshot({ path: `${images}/${name}.png`, fullPage: true });
}

/** Elements whose content is cut off or sticks out of the window, over all shadow roots. */
async function overflowing(opened: OpenedPage): Promise<readonly string[]> {
  return opened.page.evaluate(() => {
    const found: string[] = [];
    const visit = (root: ParentNode) => {
      for (const element of root.querySelectorAll('*')) {
        const box = element.getBoundingClientRect();
        const hidden = element.closest('.hidden-text, .frame, [hidden], .scrolls, .text *') !== null || box.width === 0;
        if (!hidden && (box.right > innerWidth + 0.5 || box.left < -0.5)) {
          found.push(`${element.tagName.toLowerCase()}.${element.getAttribute('class')} ${box.left}..${box.right}`);
        }
        // The toolkit's own shadow trees hide what does not fit on purpose.
        if (element.shadowRoot !== null && !element.localName.startsWith('vscode-')) visit(element.shadowRoot);
      }
    };
    visit(document);
    return found;
  });
}

/** Findings of every severity, as the engine words them. */
const findings: readonly Finding[] = [
  {
    severity: 'problem',
    sentence:
      'The gradient of the logit is exactly 0 at the input: it ends between “/features/features.18/features.18.2/Clip_output_0” and “image”, where every unit is dead or saturated, or nothing depends on the image; gradient maps are blank, Occlusion needs no gradient.',
    layer: '/features/features.18/features.18.2/Clip_output_0',
  },
  {
    severity: 'warning',
    sentence:
      '247 of the 256 units of “/features/features.18/features.18.2/Clip_output_0” (ReLU6) are 0 at every position for this image: class activation maps at this layer are made of the other 9.',
  },
  {
    severity: 'note',
    sentence:
      'The output is saturated (p = 0.999997 for “tabby”): methods that explain the probability see 3e−6 of the logit’s gradient; explain the logit.',
  },
];

/** An explanation half done: results, a method at work, one waiting, one failed. */
async function playHalf(opened: OpenedPage, { setup, prediction, attributions }: Recording): Promise<void> {
  const id = 'run-1';
  const { question, cards } = setup.state;
  const keys = cards.map(({ key }) => key);
  await opened.send('event', { kind: 'run', id, question, cards, keys });
  await opened.send('event', { id, kind: 'prediction', cards: keys, prediction });
  for (const attribution of attributions.filter((each) => each.method !== 'occlusion')) {
    await opened.send('event', { id, kind: 'result', attribution });
  }
  const partial = attributions.find((each) => each.method === 'occlusion')!.map;
  await opened.send('event', { id, kind: 'progress', key: 'occlusion', done: 61, total: 196, partial });
  await opened.send('event', { id, kind: 'progress', key: 'smoothgrad', done: 8, total: 25 });
  await opened.send('event', { id, kind: 'findings', cards: keys, findings });
  const message = 'Guided backpropagation needs ReLU, and this model has none: choose another method.';
  await opened.send('event', { id, kind: 'failed', key: 'guided-backprop', message });
}

const kinds: readonly ThemeKind[] = [
  'vscode-dark',
  'vscode-light',
  'vscode-high-contrast',
  'vscode-high-contrast-light',
];

describe('layout', () => {
  for (const theme of kinds) {
    for (const width of [700, 1600]) {
      it(`${theme} at ${width} pixels: nine cards fit, no accessibility violation`, async () => {
        const recording = await starRecording();
        const opened = await openPage(browser, scripts, recording, { theme, width });
        await opened.play(recording);
        await opened.send('event', { kind: 'ended', id: 'run-1', seconds: 13.2, cancelled: false });
        await settled(opened, `star-${theme}-${width}`);
        expect(opened.problems).toEqual([]);
        expect(await overflowing(opened)).toEqual([]);
        expect(await opened.accessibility()).toEqual([]);
        await opened.page.close();
      });
    }
  }

  for (const [theme, forcedColours] of [
    ['vscode-dark', false],
    ['vscode-light', false],
    ['vscode-high-contrast', true],
  ] as const) {
    it(`${theme}${forcedColours ? ' with forced colours' : ''}: half-done run, guessed preprocessing, open disclosures`, async () => {
      const recording = await catRecording();
      const opened = await openPage(browser, scripts, recording, { theme, width: 1280, forcedColours });
      await playHalf(opened, recording);
      await opened.page.locator('[data-action="notices"]').click();
      await opened.page.locator('[data-action="compare-presets"]').click();
      await opened.page.locator('[data-method="integrated-gradients"] canvas').hover({ position: { x: 80, y: 60 } });
      await settled(opened, `cat-${theme}${forcedColours ? '-forced' : ''}`);
      expect(opened.problems).toEqual([]);
      expect(await overflowing(opened)).toEqual([]);
      expect(await opened.accessibility()).toEqual([]);
      await opened.page.close();
    });
  }
});
