/** What a newcomer follows first: the documents name files that are there, and F5 starts what it says. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const read = (name: string): string => readFileSync(join(root, name), 'utf8');
const json = (name: string) => JSON.parse(read(name));
const entries = (folder: string) => readdirSync(join(root, folder), { withFileTypes: true });
const documents = entries('docs').flatMap(({ name }) => (name.endsWith('.md') ? [`docs/${name}`] : []));

/** Paths in code spans (`src/engine/graph`, `x.ts` is no path) and targets of links. */
function pathsIn(document: string): string[] {
  const text = read(document);
  const spans = [...text.matchAll(/`([^`\s]+\/[^`\s]*)`/g)].map((match) => match[1]!);
  const rooted = spans.filter((path) => /^(src|test|docs|media|scripts|\.vscode|\.ci)\//.test(path));
  const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map((match) => match[1]!);
  return [...new Set([...rooted, ...links.map((link) => join(dirname(document), link))])];
}

describe.each(['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', ...documents])('%s', (name) => {
  it('names only files and folders that are there', () => {
    expect(pathsIn(name).filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });
});

it('ARCHITECTURE.md names every room of the engine, of the graph and of what is shared', () => {
  const text = read('ARCHITECTURE.md');
  const rooms = ['src/engine', 'src/engine/graph', 'src/engine/model', 'src/shared', 'src/extension'].flatMap(
    (folder) => entries(folder).flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])),
  );
  expect(rooms.filter((room) => !new RegExp(`\\b${room}\\b`).test(text))).toEqual([]);
});

describe('F5', () => {
  const { configurations } = json('.vscode/launch.json') as {
    configurations: { name: string; program?: string; args: string[]; preLaunchTask: string }[];
  };
  const { tasks } = json('.vscode/tasks.json') as { tasks: { label: string; type: string; script: string }[] };

  it.each(configurations)('$name starts files that are there or built, after a task that exists', (configuration) => {
    const { program, args, preLaunchTask } = configuration;
    expect(tasks.map(({ label }) => label)).toContain(preLaunchTask);
    const named = [program ?? '', ...args]
      .map((each) => each.replace(/^--\w+=/, '').replace(/^\$\{workspaceFolder\}/, '.'))
      .filter((each) => /^\.($|\/)|^media\//.test(each));
    expect(named.length).toBeGreaterThan(0);
    for (const path of named) expect(existsSync(join(root, path)), path).toBe(true);
  });

  it('runs scripts of package.json', () => {
    const { scripts } = json('package.json') as { scripts: Record<string, string> };
    for (const { type, script } of tasks) {
      expect(type).toBe('npm');
      expect(Object.hasOwn(scripts, script), script).toBe(true);
    }
  });
});
