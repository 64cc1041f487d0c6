import { strict as assert } from 'node:assert';
import { commands, ViewColumn, window } from 'vscode';
import { cardFor, type MethodRequest } from '../../src/shared/question/card';
import { closePanels, ended, explain, file, until, useCheckpoint, whylight } from './support/whylight';

/** Work for minutes, on any machine. */
const long: readonly MethodRequest[] = [{ ...cardFor('smoothgrad'), parameters: { samples: 5000 } }];

describe('The status bar', () => {
  before(() => useCheckpoint('last_e08.onnx'));
  after(() => useCheckpoint(undefined));
  afterEach(closePanels);

  /** What the item says, its symbol taken off. */
  async function said(): Promise<string> {
    const { statusBar } = await whylight();
    return statusBar.shown.text.replace(/\$\([^)]*\)\s*/g, '');
  }

  it('is there before anything was explained', async () => {
    const { statusBar } = await whylight();
    assert.equal(await said(), 'Whylight');
    assert.match(statusBar.shown.tooltip, /Explain Image/);
  });

  it('follows the panel that is looked at', async () => {
    const cat = await explain(file('imagenet', 'cat.png'));
    await ended(cat);
    assert.match(await said(), /^mobilenet_v1_025\.onnx · onnxruntime · idle$/);
    const star = await explain(file('shapes', 'images', 'star_0.png'));
    await ended(star);
    assert.match(await said(), /^last_e08\.onnx · .* · idle$/);

    cat.view.reveal();
    await until('the state of cat.png', async () => /^mobilenet_v1_025\.onnx · .* idle$/.test(await said()));
    // The other one works on; what is looked at is told.
    void star.runner.run({ ...star.runner.state, cards: long });
    assert.match(await said(), /^mobilenet_v1_025\.onnx · .* idle$/);
    const { statusBar } = await whylight();
    await until('the one at work to be counted', () => /busy: 1$/.test(statusBar.shown.tooltip));
    star.view.reveal();
    await until('the state of star_0.png', async () =>
      /^last_e08\.onnx · .*(waiting|loading|running)/.test(await said()),
    );

    // Something else is looked at: what is at work is told.
    await window.showTextDocument(file('shapes', 'whylight.json'), { viewColumn: ViewColumn.Beside });
    await until('no panel to be active', async () => /^last_e08\.onnx · .*running/.test(await said()));

    // The panel that was told of is closed: the one that is left is told of, not nothing.
    star.view.dispose();
    await until('the state of the panel that is left', async () =>
      /^mobilenet_v1_025\.onnx · .* idle$/.test(await said()),
    );
    await commands.executeCommand('workbench.action.closeAllEditors');
    await until('the item as it was at the start', async () => (await said()) === 'Whylight');
  });
});
