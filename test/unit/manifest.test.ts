import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';
import { describe, expect, it } from 'vitest';
import manifest from '../../package.json';
import words from '../../package.nls.json';
import { readers } from '../../src/engine/formats';
import { methods } from '../../src/engine/methods';
import { imageExtensions } from '../../src/extension/images/images';
import { checkpointWhen } from '../../src/shared/formats/checkpointNames';
import { foreignWhen } from '../../src/shared/formats/foreignFormats';
import { colourMaps } from '../../src/shared/rendering/colourMaps';
import { defaultDisplay } from '../../src/shared/rendering/display';

const { contributes, capabilities } = manifest;
const commands = contributes.commands.map(({ command }) => command);
const settings: Record<string, { default: unknown; enum?: string[]; scope: string }> = Object.assign(
  {},
  ...contributes.configuration.map(({ properties }) => properties),
);
const read = (name: string) => readFileSync(name, 'utf8');

describe('package.json', () => {
  it('has every word in package.nls.json, and none too many', () => {
    const used = new Set([...JSON.stringify(manifest).matchAll(/"%([^%"]+)%"/g)].map((match) => match[1]));
    expect(Object.keys(words).sort()).toEqual([...used].sort());
  });

  it('declares exactly the commands that the extension registers', () => {
    const source = read('src/extension/commands/register.ts');
    const registered = [...source.matchAll(/\bregister(?:Trusted)?\('(\w+)'/g)].map((match) => `whylight.${match[1]}`);
    expect(registered.sort()).toEqual([...commands].sort());
  });

  it('uses only declared commands in menus and keys', () => {
    const used = [...Object.values(contributes.menus).flat(), ...contributes.keybindings].map(({ command }) => command);
    for (const command of used) expect(commands).toContain(command);
  });

  it('offers Explain Image for exactly the extensions that the command takes', () => {
    const menus = contributes.menus;
    const entries = [...menus['explorer/context'], ...menus['editor/title'], ...menus['editor/title/context']];
    const whens = entries.filter(({ command }) => command === 'whylight.explainImage').map(({ when }) => when);
    expect(whens).toHaveLength(3);
    for (const when of whens) {
      const [, source, flags] = /resourceExtname =~ \/(.+)\/(\w*)$/.exec(when)!;
      const pattern = new RegExp(source!, flags);
      for (const extension of imageExtensions) {
        expect(pattern.test(`.${extension}`), extension).toBe(true);
        expect(pattern.test(`.${extension.toUpperCase()}`), extension).toBe(true);
      }
      for (const other of ['.onnx', '.npy', '.txt', '.pngx', '.xpng', ''])
        expect(pattern.test(other), other).toBe(false);
    }
  });

  it('offers Inspect Checkpoint, and looks for checkpoints, by what the readers read (npm run formats writes it)', async () => {
    const script = (await import('../../scripts/formats.mjs' as string)) as {
      writtenFiles(): Promise<Record<string, unknown>>;
    };
    for (const [name, content] of Object.entries(await script.writtenFiles())) {
      expect(JSON.parse(read(name)), name).toEqual(JSON.parse(JSON.stringify(content)));
    }
    const inspect = contributes.menus['explorer/context'].filter(
      ({ command }) => command === 'whylight.inspectCheckpoint',
    );
    expect(inspect.map(({ when }) => when)).toEqual([checkpointWhen(readers), foreignWhen(readers)]);
    // Every format is named by one of the endings that its files usually have.
    for (const { title, extensions, folderFile } of readers) {
      const endings = [...extensions, ...(folderFile === undefined ? [] : [folderFile])];
      for (const key of ['setting.checkpoint.description', 'walkthrough.checkpoint.description'] as const)
        expect(
          endings.some((ending) => words[key].includes(ending)),
          `${title} in ${key}`,
        ).toBe(true);
    }
  });

  it('lists the colour maps and display defaults that the code has', () => {
    expect(settings['whylight.display.colourMap']!.enum).toEqual(['auto', ...colourMaps.map(({ name }) => name)]);
    for (const [name, value] of Object.entries(defaultDisplay)) {
      expect(settings[`whylight.display.${name}`]!.default, name).toBe(value);
    }
  });

  it('runs by default every method that the engine has, in its order', () => {
    const ids = methods.map(({ info }) => info.id);
    expect(settings['whylight.methods']!.default).toEqual(ids);
    expect(settings['whylight.methods']).toMatchObject({ items: { enum: ids } });
  });

  it('reads every setting somewhere, and reads none that is not declared', () => {
    const source = read('src/extension/host/settings.ts');
    const used = [...source.matchAll(/\.get\('([\w.]+)'/g)].map((match) => `whylight.${match[1]}`);
    expect(used.sort()).toEqual(Object.keys(settings).sort());
  });

  it('restricts what an untrusted workspace could use to run something or write somewhere', () => {
    expect(capabilities.untrustedWorkspaces.supported).toBe('limited');
    for (const name of capabilities.untrustedWorkspaces.restrictedConfigurations)
      expect(settings).toHaveProperty([name]);
    expect(capabilities.untrustedWorkspaces.restrictedConfigurations).toContain('whylight.nodePath');
    expect(settings['whylight.nodePath']!.scope).toBe('machine');
  });

  it('names files that exist', () => {
    const media = contributes.walkthroughs.flatMap(({ steps }) =>
      steps.map(({ media }) => media.svg ?? media.image ?? ''),
    );
    const files = [manifest.icon, ...media, ...contributes.jsonValidation.map(({ url }) => url)];
    for (const file of files) expect(() => readFileSync(file), file).not.toThrow();
  });
});

describe('whylight.schema.json', () => {
  const schema = JSON.parse(read('media/whylight.schema.json'));
  const ajv = new Ajv({ strict: false, allErrors: true });
  const valid = ajv.compile(schema);

  it('accepts the files of the sample workspace', () => {
    const folder = 'media/sample-workspace';
    const found = readdirSync(folder, { recursive: true })
      .map(String)
      .filter((name) => name.endsWith('whylight.json'));
    expect(found.length).toBeGreaterThan(0);
    for (const name of found) {
      expect(valid(JSON.parse(read(join(folder, name)))), `${name}: ${ajv.errorsText(valid.errors)}`).toBe(true);
    }
  });

  it('accepts presets, overrides, and notes for single checkpoints', () => {
    expect(valid({ preprocessing: 'keras-tf', labels: 'labels.txt' })).toBe(true);
    const preprocessing = { preset: 'torchvision', width: 96, height: 96, resize: 'stretch', mean: [0], std: [1] };
    expect(
      valid({ checkpoints: { 'a.onnx': { preprocessing, labels: ['a', 'b'], layer: 'relu', logits: 'out' } } }),
    ).toBe(true);
  });

  it('refuses misspelt fields and impossible values', () => {
    for (const wrong of [
      { preprocesing: 'keras-tf' },
      { preprocessing: 'imagenet' },
      { preprocessing: { std: [0] } },
      { preprocessing: { width: 0 } },
      { preprocessing: { channelOrder: 'RGB' } },
      { labels: [] },
      { checkpoints: { 'a.onnx': { label: ['a'] } } },
    ]) {
      expect(valid(wrong), JSON.stringify(wrong)).toBe(false);
    }
  });
});

describe('l10n/bundle.l10n.json', () => {
  it('holds every message of the host and the panel (node scripts/l10n.mjs writes it)', async () => {
    const script = (await import('../../scripts/l10n.mjs' as string)) as { bundleText(): Promise<string> };
    expect(read('l10n/bundle.l10n.json')).toBe(await script.bundleText());
  });
});
