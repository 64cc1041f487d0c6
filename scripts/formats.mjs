// Writes down which checkpoints the engine's readers read, for those who may not import the engine: the list that the extension
// discovers checkpoints by, and in package.json the menus' `when` clauses and what activates the extension.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { mustRun } from './lib/processes.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

/** A module of the project's, bundled so that Node can run it. Packages for Node only know `require`. */
async function importTypeScript(name) {
  const { outputFiles } = await build({
    entryPoints: [path.join(root, name)],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
  });
  const module = { exports: {} };
  new Function('module', 'exports', 'require', outputFiles[0].text)(
    module,
    module.exports,
    createRequire(path.join(root, name)),
  );
  return module.exports;
}

/** The files that are written, by name, with what belongs in them. */
export async function writtenFiles() {
  const { readers } = await importTypeScript('src/engine/formats/index.ts');
  const { checkpointGlob, checkpointWhen } = await importTypeScript('src/shared/formats/checkpointNames.ts');
  const { foreignGlob, foreignWhen } = await importTypeScript('src/shared/formats/foreignFormats.ts');
  const formats = readers.map(({ title, extensions, folderFile, parts }) => ({ title, extensions, folderFile, parts }));
  const manifest = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
  // For what cannot be read, the same command says the way out.
  const whens = [checkpointWhen(formats), foreignWhen(formats)];
  for (const entry of manifest.contributes.menus['explorer/context']) {
    if (entry.command === 'whylight.inspectCheckpoint') entry.when = whens.shift();
  }
  // The status-bar item shows at once where there is something to explain with.
  const written = manifest.activationEvents.filter((event) => !event.startsWith('workspaceContains:'));
  const globs = [checkpointGlob(formats), foreignGlob(formats, true)].filter((glob) => glob !== null);
  manifest.activationEvents = [...written, ...globs.map((glob) => `workspaceContains:${glob}`)];
  return {
    'src/shared/formats/checkpointFormats.json': formats,
    'package.json': manifest,
  };
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const files = Object.entries(await writtenFiles());
  for (const [name, content] of files) fs.writeFileSync(path.join(root, name), JSON.stringify(content, null, 2));
  const biome = path.join(root, 'node_modules', '@biomejs', 'biome', 'bin', 'biome');
  await mustRun(process.execPath, [biome, 'format', '--write', ...files.map(([name]) => name)], { cwd: root });
}
