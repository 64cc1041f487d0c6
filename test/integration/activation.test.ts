import { strict as assert } from 'node:assert';
import { commands, extensions } from 'vscode';
import { until, whylight } from './support/whylight';

interface Manifest {
  readonly contributes: { readonly commands: readonly { readonly command: string }[] };
}

describe('Activation', () => {
  it('comes by itself where there is a checkpoint', async () => {
    const extension = extensions.getExtension('whylight.whylight');
    await until('the extension to be active', () => extension?.isActive);
  });

  it('starts no engine', async () => {
    const { engine } = await whylight();
    assert.equal(engine.state, 'stopped');
    assert.equal(engine.pid, undefined);
  });

  it('registers every command of the manifest', async () => {
    await whylight();
    const manifest = extensions.getExtension('whylight.whylight')?.packageJSON as Manifest;
    const contributed = manifest.contributes.commands.map(({ command }) => command);
    const registered = new Set(await commands.getCommands(true));
    assert.ok(contributed.includes('whylight.explainImage'));
    assert.deepEqual(
      contributed.filter((command) => !registered.has(command)),
      [],
    );
  });
});
