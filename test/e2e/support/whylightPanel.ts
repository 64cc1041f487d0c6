import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Frame, Locator, Page } from 'playwright-core';
import { until } from './until';

/** What is drawn on a canvas. */
export interface Drawn {
  readonly width: number;
  readonly height: number;
  /** Number of different colours. */
  readonly colours: number;
  /** Share of the pixels that are not opaque. */
  readonly transparent: number;
  /** A number that changes with the pixels. */
  readonly sum: number;
}

export interface Violation {
  readonly id: string;
  readonly help: string;
  readonly targets: readonly string[];
}

interface AxeWindow extends Window {
  axe: {
    run(): Promise<{
      violations: { id: string; help: string; nodes: { target: unknown[]; failureSummary?: string }[] }[];
    }>;
  };
}

/** Whylight's page inside its webview. */
export class WhylightPanel {
  private constructor(readonly frame: Frame) {}

  /** Finds the page among the frames of the window: VS Code's own previews are webviews too. */
  static async find(page: Page): Promise<WhylightPanel> {
    const frame = await until("Whylight's page to be shown", async () => {
      for (const frame of page.frames()) {
        // A frame that goes away while it is asked is not the one.
        const count = await frame
          .locator('wl-page main')
          .count()
          .catch(() => 0);
        if (count > 0 && (await isShown(frame))) return frame;
      }
      return undefined;
    });
    return new WhylightPanel(frame);
  }

  card(method: string): Locator {
    return this.frame.locator(`wl-method-card[data-method="${method}"]`);
  }

  /** Opens a card with its parameters and what its method is; answers the enlarged one. */
  async enlarge(method: string): Promise<Locator> {
    await this.card(method).locator('[data-action="enlarge"]').click();
    return this.frame.locator('wl-detail');
  }

  /** Chooses a colour map, wherever the bar has room for it. */
  async chooseColours(name: string): Promise<void> {
    const field = this.frame.locator('[data-field="colour-map"]');
    if (!(await field.isVisible())) await this.action('more-display').click();
    await field.click();
    await this.frame.locator(`[data-field="colour-map"] vscode-option[value="${name}"]`).click();
  }

  action(name: string): Locator {
    return this.frame.locator(`[data-action="${name}"]`);
  }

  get classes(): Locator {
    return this.frame.locator('wl-class-list button[data-class-index]');
  }

  get target(): Locator {
    return this.frame.getByTestId('target');
  }

  get runStatus(): Locator {
    return this.frame.getByTestId('run-status');
  }

  /** Key of a card (of the panel's own ones, its method's id) → its state. */
  async states(): Promise<Record<string, string>> {
    const pairs = await this.frame
      .locator('wl-method-card')
      .evaluateAll((cards) => cards.map((card) => [card.getAttribute('data-key'), card.getAttribute('data-state')]));
    return Object.fromEntries(pairs);
  }

  /** `running`, `done`, `cancelled` or `failed`; null before the first run. */
  async phase(): Promise<string | null> {
    const [phase] = await this.runStatus.evaluateAll((all) => all.map((each) => each.getAttribute('data-run')));
    return phase ?? null;
  }

  /** Waits until the run has ended and exactly so many cards are done; fails at once when the page reports a failure. */
  async untilDone(count: number, timeout = 90_000): Promise<void> {
    const errors = this.frame.locator('[data-notice="error"]');
    await until(
      `${count} cards to be done`,
      async () => {
        const states = Object.values(await this.states());
        const done = states.filter((state) => state === 'done').length;
        if ((await this.phase()) === 'done' && states.length === count && done === count) return true;
        const said = await errors.allInnerTexts();
        if (said.length > 0) throw new Error(`The page says: ${said.join(' | ')}`);
        return false;
      },
      timeout,
    );
  }

  /** Key of a card → what its canvas holds. */
  async drawn(): Promise<Record<string, Drawn>> {
    const pairs = await this.frame.locator('wl-method-card').evaluateAll((cards) =>
      cards.map((card) => {
        const frame = card.shadowRoot?.querySelector('wl-image-frame');
        const canvas = frame?.shadowRoot?.querySelector('canvas');
        const context = canvas?.getContext('2d');
        const key = card.getAttribute('data-key');
        if (!canvas || !context) return [key, { width: 0, height: 0, colours: 0, transparent: 1, sum: 0 }];
        const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
        const colours = new Set<number>();
        let [transparent, sum] = [0, 0];
        for (let i = 0; i < data.length; i += 4) {
          const colour = (data[i]! << 16) | (data[i + 1]! << 8) | data[i + 2]!;
          colours.add(colour);
          sum = (sum * 31 + colour) % 4294967291;
          if (data[i + 3] !== 255) transparent++;
        }
        const pixels = data.length / 4;
        return [
          key,
          { width: canvas.width, height: canvas.height, colours: colours.size, transparent: transparent / pixels, sum },
        ];
      }),
    );
    return Object.fromEntries(pairs);
  }

  /** Runs axe-core over the page. */
  async violations(): Promise<Violation[]> {
    await this.frame.evaluate(axeSource());
    return this.frame.evaluate(async () => {
      const { violations } = await (window as unknown as AxeWindow).axe.run();
      return violations.map(({ id, help, nodes }) => ({
        id,
        help,
        targets: nodes.map(({ target, failureSummary }) => `${target.join(' ')}: ${failureSummary ?? ''}`),
      }));
    });
  }
}

function axeSource(): string {
  return readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
}

/** False for the page of a hidden tab, which VS Code keeps for a moment. */
async function isShown(frame: Frame): Promise<boolean> {
  const element = await frame
    .parentFrame()
    ?.frameElement()
    .catch(() => undefined);
  return (await element?.isVisible()) ?? false;
}
