import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeWorkspace } from '../../scripts/lib/testWorkspace.mjs';
import { CodeWindow } from './support/codeWindow';
import type { WhylightPanel } from './support/whylightPanel';

/** Where every map, the toolbar and the line of classes are, in pixels of the page. */
type Places = Record<string, readonly [left: number, top: number, width: number, height: number]>;

describe('The maps', () => {
  const workspace = makeWorkspace();
  let window: CodeWindow;
  let panel: WhylightPanel;

  beforeAll(async () => {
    window = await CodeWindow.open({ workspace: workspace.folder });
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await window.screenshot(`failed ${task.name}`);
  });
  afterAll(async () => {
    await window?.close();
    workspace.remove();
  });

  /** Makes the page so many pixels wide, by the window. */
  async function setWidth(width: number): Promise<void> {
    await expect
      .poll(async () => {
        const size = window.page.viewportSize()!;
        const now = await panel.frame.evaluate(() => innerWidth);
        if (now !== width) await window.page.setViewportSize({ ...size, width: size.width + width - now });
        return now;
      })
      .toBe(width);
  }

  /** Share of the page that is covered by maps. */
  const visibleShare = () =>
    panel.frame.locator('wl-method-card, wl-image-card').evaluateAll((cards) => {
      const seen = cards.map((card) => {
        const box = card.getBoundingClientRect();
        const across = Math.min(innerWidth, box.right) - Math.max(0, box.left);
        const down = Math.min(innerHeight, box.bottom) - Math.max(0, box.top);
        return Math.max(0, across) * Math.max(0, down);
      });
      return seen.reduce((sum, area) => sum + area, 0) / (innerWidth * innerHeight);
    });

  it('are above the fold in a split editor, and nothing moves while they come', async () => {
    await (await window.explorerItem('shapes', 'images', 'star_0.png')).click();
    await window.tab('star_0.png').first().waitFor();
    await window.command('Whylight: Explain Image');
    await window.quickPickRow('last_e08.onnx').click();
    await window.tab('Why: star_0.png').waitFor();
    panel = await window.panel();
    // Beside the image, so that both are seen.
    expect(await window.page.locator('.editor-group-container').count()).toBe(2);
    const card = panel.frame.locator('wl-method-card').first();
    await card.waitFor();
    await panel.frame.evaluate(() => {
      const first: Places = {};
      const moved: string[] = [];
      const look = () => {
        for (const element of deep('wl-method-card, wl-toolbar, wl-class-list')) {
          const { left, top, width, height } = element.getBoundingClientRect();
          const key = (element as HTMLElement).dataset['key'] ?? element.localName;
          const now = [left, top, width, height].map((side) => Math.round(side)) as unknown as Places[string];
          const then = first[key];
          if (then === undefined) first[key] = now;
          else if (then.join() !== now.join()) moved.push(`${key}: ${then.join()} became ${now.join()}`);
        }
        requestAnimationFrame(look);
      };
      const deep = (selector: string, root: ParentNode = document): Element[] => [
        ...root.querySelectorAll(selector),
        ...[...root.querySelectorAll('*')].flatMap(({ shadowRoot }) => (shadowRoot ? deep(selector, shadowRoot) : [])),
      ];
      (globalThis as unknown as { moved: string[] }).moved = moved;
      look();
    });
    await panel.untilDone(9);
    expect(await panel.frame.evaluate(() => (globalThis as unknown as { moved: string[] }).moved)).toEqual([]);
    expect(await visibleShare()).toBeGreaterThan(0.6);
    await window.screenshot('split editor');
  });

  it.each([500, 750, 1100, 1400])('are above the fold at %d pixels', async (width) => {
    await window.page.setViewportSize({ width: 1500, height: 1000 });
    await setWidth(width);
    const first = await panel.card('gradient').locator('wl-image-frame').boundingBox();
    const frame = (await panel.frame.frameElement()).boundingBox();
    expect(first!.y + first!.height).toBeLessThan((await frame)!.y + (await frame)!.height);
    expect(await visibleShare()).toBeGreaterThan(width >= 750 ? 0.6 : 0.5);
    // The page itself does not scroll sideways.
    expect(await panel.frame.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await window.screenshot(`panel ${width}`);
  });

  it('are zoomed together by buttons and a double click, and shown whole again by Esc', async () => {
    await window.page.setViewportSize({ width: 1500, height: 1000 });
    const level = () => panel.frame.getByTestId('zoom').textContent();
    expect(await level()).toContain('100');
    await panel.action('zoom-in').click();
    expect(await level()).toContain('150');
    await panel.action('reset-zoom').click();
    await panel.card('gradient').locator('wl-image-frame').dblclick();
    expect(await level()).toContain('200');
    await window.page.keyboard.press('Escape');
    await expect.poll(level).toContain('100');
  });

  it('never read a value outside of their range', async () => {
    const number = (text: string) => Number(text.replaceAll('−', '-').replace(/[^\d.e-].*$/, ''));
    const card = panel.card('gradient');
    const range = (await card.getByTestId('range').textContent())!;
    const [low, high] = range.match(/[−\d.e]+/g)!.map(number) as [number, number];
    const frame = card.locator('wl-image-frame');
    const box = (await frame.boundingBox())!;
    for (let k = 0; k < 40; k++) {
      await window.page.mouse.move(
        box.x + ((k * 37) % 97) * (box.width / 97),
        box.y + ((k * 61) % 89) * (box.height / 89),
      );
      const read = await card.getByTestId('value').textContent();
      const value = number(read!.trim());
      expect(Number.isFinite(value), read!).toBe(true);
      // Both are rounded to three digits.
      expect(value).toBeGreaterThanOrEqual(low - 0.006 * Math.abs(low));
      expect(value).toBeLessThanOrEqual(high + 0.006 * Math.abs(high));
    }
  });

  it('are enlarged one at a time, with parameters beside them, and Esc closes', async () => {
    const card = panel.card('smoothgrad');
    await card.hover();
    await card.locator('[data-action="enlarge"]').click();
    const detail = panel.frame.locator('wl-detail');
    const large = (await detail.locator('wl-image-frame').boundingBox())!;
    const small = (await card.locator('wl-image-frame').boundingBox())!;
    expect(large.width).toBeGreaterThan(1.5 * small.width);
    const samples = detail.locator('[data-field="samples"] input');
    await samples.fill('7');
    await window.screenshot('enlarged');
    await detail.locator('[data-action="run-again"]').click();
    await detail.getByText('7 gradients').first().waitFor();
    await window.page.keyboard.press('Escape');
    await detail.locator('wl-image-frame').waitFor({ state: 'hidden' });
    expect(await card.getByTestId('cost').textContent()).toContain('7 gradients');
  });

  it('show what the model saw, and say the checkpoint that they are of', async () => {
    panel = await window.explain(['imagenet', 'dog_cat.jpg']);
    await panel.untilDone(9);
    const size = async () => (await panel.drawn())['gradient']!;
    const whole = await size();
    expect(whole.width).not.toBe(whole.height);
    await panel.frame.locator('[data-field="view"] input[value="model"]').check({ force: true });
    await expect.poll(async () => (await size()).width / (await size()).height).toBeCloseTo(1, 2);
    await window.screenshot('model view');
    await panel.action('model').first().click();
    await panel.frame.locator('wl-subject .model').getByText('mobilenet_v1_025.onnx').first().waitFor();
  });
});
