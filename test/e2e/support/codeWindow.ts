import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Locator, type Page } from 'playwright-core';
import { inject } from 'vitest';
import { chromiumArguments, ensureChromium } from '../../../scripts/vscode/chromium.mjs';
import { startServer } from '../../../scripts/vscode/server.mjs';
import { until } from './until';
import { WhylightPanel } from './whylightPanel';

/** Where screenshots go. */
export const shots = process.env['WHYLIGHT_SHOTS'] ?? join(tmpdir(), 'whylight-shots');

export interface WindowOptions {
  /** Folder or `.code-workspace` file to open. */
  readonly workspace: string;
  /** User settings. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** `false` leaves Workspace Trust on, so that the folder opens in Restricted Mode. */
  readonly trust?: boolean;
}

/** A VS Code window in a headless browser, with the packaged extension installed and with what a person does in it. */
export class CodeWindow {
  private constructor(
    readonly page: Page,
    private readonly context: BrowserContext,
    private readonly server: Awaited<ReturnType<typeof startServer>>,
    private readonly profile: string,
  ) {}

  static async open(options: WindowOptions): Promise<CodeWindow> {
    const { workspace, settings = {}, trust = true } = options;
    const server = await startServer({ trust, settings, vsix: inject('vsix') });
    const profile = mkdtempSync(join(tmpdir(), 'whylight-browser-'));
    try {
      const context = await chromium.launchPersistentContext(profile, {
        executablePath: await ensureChromium(),
        headless: true,
        args: [...chromiumArguments],
        viewport: { width: 1500, height: 1000 },
      });
      context.setDefaultTimeout(30_000);
      const page = context.pages()[0] ?? (await context.newPage());
      await page.goto(server.url(workspace));
      const window = new CodeWindow(page, context, server, profile);
      await window.untilReady();
      return window;
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  /** Process id of VS Code's server, whose children are the extension host and the engine. */
  get serverPid(): number {
    return this.server.pid!;
  }

  async close(): Promise<void> {
    await this.context.close();
    await this.server.stop();
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }

  /** Closes the browser only: what happens to the server's side of the window then? */
  async closeBrowser(): Promise<void> {
    await this.context.close();
  }

  async stopServer(): Promise<void> {
    await this.server.stop();
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }

  /** Reloads as a user does, who lets VS Code write down its state first; pulling the page away loses the last second of it. */
  async reload(): Promise<void> {
    const gone = this.page.waitForEvent('framenavigated', (frame) => frame === this.page.mainFrame());
    await this.command('Developer: Reload Window');
    await gone;
    await this.untilReady();
  }

  /** Chooses a colour theme by its name, as a user does. */
  async chooseTheme(name: string): Promise<void> {
    await this.command('Preferences: Color Theme');
    const input = this.quickInput.locator('input[type="text"]');
    await input.and(this.page.locator('[placeholder*="Color Theme"]')).waitFor();
    await input.fill(name);
    await this.quickInput.locator('.monaco-list-row.focused', { hasText: name }).waitFor();
    await this.page.keyboard.press('Enter');
    await this.quickInput.waitFor({ state: 'hidden' });
  }

  private async untilReady(): Promise<void> {
    await this.page.locator('.monaco-workbench').waitFor();
    await this.page.locator('.explorer-viewlet, .part.sidebar').first().waitFor();
  }

  /** A file or folder in the Explorer; folders on the way are opened. */
  async explorerItem(...path: string[]): Promise<Locator> {
    const row = (name: string) =>
      this.page.locator('.explorer-folders-view').getByRole('treeitem', { name, exact: true }).first();
    for (const folder of path.slice(0, -1)) {
      const item = row(folder);
      await item.waitFor();
      if ((await item.getAttribute('aria-expanded')) !== 'true') await item.click();
      await item.and(this.page.locator('[aria-expanded="true"]')).waitFor();
    }
    const item = row(path.at(-1)!);
    await item.scrollIntoViewIfNeeded();
    return item;
  }

  /** Right-clicks a file and chooses from its context menu. */
  async rightClick(file: Locator, title: string): Promise<void> {
    const menu = this.page.locator('.monaco-menu');
    const item = menu.locator('.action-item', { hasText: title });
    // A menu shows what was contributed when it was opened, and VS Code shows files before it has read its extensions.
    await until(`the menu item ${title}`, async () => {
      await file.click({ button: 'right' });
      await menu.locator('.action-item').first().waitFor();
      if ((await item.count()) > 0) return true;
      await this.page.keyboard.press('Escape');
      await menu.waitFor({ state: 'hidden' });
      return false;
    });
    // A menu does not listen to the mouse in its first tenth of a second and stays open then.
    await until(`the menu to take ${title}`, async () => {
      await item.first().click();
      return menu.waitFor({ state: 'hidden', timeout: 500 }).then(
        () => true,
        () => false,
      );
    });
  }

  /** Runs a command by its title in the command palette, with the keyboard. */
  async command(title: string): Promise<void> {
    await this.page.keyboard.press('F1');
    const input = this.quickInput.locator('input[type="text"]');
    await input.fill(`>${title}`);
    // The label goes on after a comma: a key binding, a group.
    const row = this.quickInput.locator(
      `.monaco-list-row[aria-label="${title}"], .monaco-list-row[aria-label^="${title},"]`,
    );
    await row.first().waitFor();
    // Commands that merely resemble the title may be listed first.
    await until(`the command ${title} to be focused`, async () => {
      if (/\bfocused\b/.test((await row.first().getAttribute('class')) ?? '')) return true;
      await this.page.keyboard.press('ArrowDown');
      return false;
    });
    await this.page.keyboard.press('Enter');
  }

  get quickInput(): Locator {
    return this.page.locator('.quick-input-widget');
  }

  /** A row of the open quick pick. */
  quickPickRow(text: string): Locator {
    return this.quickInput.locator('.monaco-list-row', { hasText: text });
  }

  tab(title: string): Locator {
    return this.page.locator('.tabs-container .tab', { hasText: title });
  }

  notification(text: string | RegExp): Locator {
    return this.page.locator('.notification-toast, .notifications-center .monaco-list-row').filter({ hasText: text });
  }

  /** The panel that is being shown; waits until its page has drawn itself. */
  async panel(): Promise<WhylightPanel> {
    return WhylightPanel.find(this.page);
  }

  /** Right-clicks an image and chooses Explain Image; answers the question for a checkpoint when one is named. */
  async explain(path: readonly string[], checkpoint?: string): Promise<WhylightPanel> {
    await this.rightClick(await this.explorerItem(...path), 'Explain Image');
    if (checkpoint !== undefined) await this.quickPickRow(checkpoint).first().click();
    await this.tab(`Why: ${path.at(-1)}`).waitFor();
    return this.panel();
  }

  /** Writes an image of the window and prints where it is. */
  async screenshot(name: string): Promise<void> {
    mkdirSync(shots, { recursive: true });
    const file = join(shots, `${name}.png`);
    await this.page.screenshot({ path: file });
    console.log(`Screenshot: ${file}`);
  }
}
