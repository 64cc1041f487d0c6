/** Every state of the panel in every kind of theme: it fits, nothing is cut off, axe finds nothing, maps are on the first screen. */
import { mkdirSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle, launch, openPage } from './openPage';
import { overflowing } from './overflowing';
import { scenes } from './scenes';
import type { ThemeKind } from './themes';

/** Set to a folder to get an image of each page, at each width and in each theme, for a look by eye. */
const images = process.env['WHYLIGHT_SCREENSHOTS'];
let browser: Browser;
let scripts: { readonly page: string; readonly host: string };

beforeAll(async () => {
  if (images !== undefined) mkdirSync(images, { recursive: true });
  [browser, scripts] = await Promise.all([launch(), bundle()]);
});
afterAll(() => browser.close());

const kinds: readonly ThemeKind[] = [
  'vscode-dark',
  'vscode-light',
  'vscode-high-contrast',
  'vscode-high-contrast-light',
];
const widths = [500, 750, 1100, 1400] as const;

for (const [i, scene] of scenes.entries()) {
  describe(scene.name, () => {
    for (const [k, theme] of kinds.entries()) {
      for (const [w, width] of widths.entries()) {
        // Each theme and each width once for a state, another pair for the next one; all of them for a look.
        if (images === undefined && (i + k) % widths.length !== w) continue;
        it(`${theme} at ${width} pixels`, async () => {
          const recording = await scene.recording();
          const opened = await openPage(browser, scripts, recording, { theme, width });
          await scene.play(opened, recording);
          await opened.page.evaluate(() => new Promise((done) => setTimeout(done, 250)));
          if (images !== undefined) {
            await opened.page.screenshot({ path: `${images}/${scene.name}-${width}-${theme}.png` });
          }
          expect(opened.problems).toEqual([]);
          expect(await overflowing(opened)).toEqual([]);
          expect(await opened.accessibility()).toEqual([]);
          const first = await opened.page.locator('wl-method-card wl-image-frame').first().boundingBox();
          expect(first!.y + 60).toBeLessThan(900);
          await opened.page.close();
        });
      }
    }
  });
}
