import { strict as assert } from 'node:assert';
import { commands } from 'vscode';
import { shownMap } from '../../src/shared/explanation/explanation';
import { cardFor, type MethodRequest } from '../../src/shared/question/card';
import { closePanels, ended, explain, file, mapsOf, until, whylight } from './support/whylight';

/** Work for minutes, on any machine. */
const long: readonly MethodRequest[] = [{ ...cardFor('smoothgrad'), parameters: { samples: 5000 } }];

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('The engine', () => {
  afterEach(closePanels);

  /** A panel in the middle of a long run. */
  async function busyPanel() {
    const panel = await explain(file('imagenet', 'cat.png'));
    await ended(panel);
    let steps = 0;
    panel.runner.onEvent((event) => {
      if (event.kind === 'progress') steps++;
    });
    void panel.runner.run({ ...panel.runner.state, cards: long });
    await until('the first progress of a long run', () => steps > 0);
    return panel;
  }

  it('is one process for all panels', async () => {
    const { engine } = await whylight();
    await ended(await explain(file('imagenet', 'cat.png')));
    const { pid } = engine;
    assert.ok(pid !== undefined && pid !== process.pid && isAlive(pid));
    await ended(await explain(file('imagenet', 'coffee.png')));
    assert.equal(engine.pid, pid);
  });

  it('obeys a cancel and lives on', async () => {
    const { engine } = await whylight();
    const panel = await busyPanel();
    const { pid } = engine;
    const asked = performance.now();
    panel.runner.cancel();
    const end = await ended(panel, 10_000);
    assert.equal(end.cancelled, true);
    assert.equal(end.error, undefined);
    assert.ok(performance.now() - asked < 3000, 'a cancel is heard within the grace period');
    assert.equal(engine.pid, pid, 'no kill was needed');
    const next = await explain(file('imagenet', 'coffee.png'));
    assert.equal((await ended(next)).error, undefined);
    assert.equal(engine.pid, pid);
  });

  it('killed in mid-run ends in one sentence, and the next request works', async () => {
    const { engine } = await whylight();
    const panel = await busyPanel();
    const pid = engine.pid!;
    process.kill(pid, 'SIGKILL');
    const { error } = await ended(panel);
    assert.match(error ?? '', /^The engine stopped unexpectedly \(SIGKILL\); [^\n]+\.$/);
    assert.ok(!isAlive(pid));
    // Nothing that was finished is lost: the card shows its map from before.
    const { explanation } = panel.runner;
    assert.deepEqual(
      explanation.cards.map((card) => [card.phase, shownMap(explanation, card)?.stale]),
      [['failed', true]],
    );
    const next = await explain(file('imagenet', 'coffee.png'));
    assert.equal((await ended(next)).error, undefined);
    assert.equal(mapsOf(next).length, 9);
    assert.notEqual(engine.pid, pid);
  });

  it('is restarted by the command', async () => {
    const { engine } = await whylight();
    await ended(await explain(file('imagenet', 'cat.png')));
    const pid = engine.pid!;
    await commands.executeCommand('whylight.restartEngine');
    await until('the old process to be gone', () => !isAlive(pid));
    const panel = await explain(file('imagenet', 'cat.png'));
    assert.equal((await ended(panel)).error, undefined);
    assert.ok(engine.pid !== undefined && engine.pid !== pid);
  });
});
