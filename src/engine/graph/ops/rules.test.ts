/** Every operator's rule can be read in one place and in few lines: this holds the promise that ARCHITECTURE.md makes to readers. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { operators } from '.';

const limit = 15;

/** Rules that take steps of their own, each of which keeps to the limit: what the steps are, and how many lines all of them have. */
const inSteps: Readonly<Record<string, readonly [lines: number, steps: string]>> = {
  GridSample: [
    70,
    'the taps of each axis and the places they meet in, then a gradient by the image and one by the grid',
  ],
  Conv: [
    45,
    'a flipped kernel at stride 1, a spread gradient for strided depthwise weights, ConvTranspose for the others',
  ],
  Pad: [30, 'constants are cut off again, reflected and repeated elements are added up'],
  Resize: [35, 'one matrix for each axis that is resized, by scale, by length or by the aspect ratio'],
  Einsum: [35, 'the equation of the gradient and the factors that give all its letters a length'],
  LayerNormalization: [25, 'mean and deviation are outputs too, and add to the gradient where they are read'],
  BatchNormalization: [25, 'constant statistics become one factor per channel'],
};

interface Family {
  readonly file: string;
  readonly functions: ReadonlyMap<string, ts.Node>;
  readonly imports: ReadonlyMap<string, readonly [file: string, name: string]>;
  /** The table of operators, by name. */
  readonly rules: ReadonlyMap<string, ts.Expression>;
}

const folder = dirname(fileURLToPath(import.meta.url));

function readFamily(file: string): Family {
  const source = ts.createSourceFile(file, readFileSync(join(folder, file), 'utf8'), ts.ScriptTarget.Latest, true);
  const functions = new Map<string, ts.Node>();
  const imports = new Map<string, readonly [string, string]>();
  const rules = new Map<string, ts.Expression>();
  for (const statement of source.statements) {
    if (ts.isFunctionDeclaration(statement) && statement.name) functions.set(statement.name.text, statement);
    if (ts.isImportDeclaration(statement)) readImport(statement, imports);
    if (!ts.isVariableStatement(statement)) continue;
    for (const { name, type, initializer } of statement.declarationList.declarations) {
      if (!initializer) continue;
      if (type?.getText() !== 'Operators') functions.set(name.getText(), initializer);
      else if (ts.isObjectLiteralExpression(initializer)) readRules(initializer, rules);
    }
  }
  return { file, functions, imports, rules };
}

function readImport(statement: ts.ImportDeclaration, imports: Map<string, readonly [string, string]>): void {
  const from = (statement.moduleSpecifier as ts.StringLiteral).text;
  const bindings = statement.importClause?.namedBindings;
  if (!from.startsWith('./') || !bindings || !ts.isNamedImports(bindings)) return;
  for (const { name, propertyName } of bindings.elements) {
    imports.set(name.text, [`${from.slice(2)}.ts`, (propertyName ?? name).text]);
  }
}

function readRules(table: ts.ObjectLiteralExpression, rules: Map<string, ts.Expression>): void {
  for (const property of table.properties) {
    if (ts.isPropertyAssignment(property)) rules.set(property.name.getText(), property.initializer);
  }
}

const families = new Map(
  readdirSync(folder)
    .filter((file) => file.endsWith('.ts') && !/\.(test|grid)\.ts$/.test(file))
    .map((file) => [file, readFamily(file)]),
);

/** Lines of code: without empty ones and comments. */
function lines(node: ts.Node): number {
  return node
    .getText()
    .split('\n')
    .filter((line) => !/^\s*(\/\/|\/?\*|$)/.test(line)).length;
}

/** Whether a function writes gradients: it is handed the backward context, first and by this name. */
function writesGradients(node: ts.Node): boolean {
  return ts.isFunctionLike(node) && node.parameters[0]?.name.getText() === 'b';
}

function visit(node: ts.Node, see: (node: ts.Node) => boolean): void {
  if (see(node)) ts.forEachChild(node, (child) => visit(child, see));
}

/** The functions that a piece of a family's file names, and those that they name, by file and name. */
function reached(family: Family, node: ts.Node, seen = new Map<string, ts.Node>()): Map<string, ts.Node> {
  visit(node, (child) => {
    if (!ts.isIdentifier(child)) return true;
    const [file, name] = family.imports.get(child.text) ?? [family.file, child.text];
    const owner = families.get(file);
    const found = owner?.functions.get(name);
    if (!owner || !found || seen.has(`${file} ${name}`)) return true;
    seen.set(`${file} ${name}`, found);
    reached(owner, found, seen);
    return true;
  });
  return seen;
}

/** Arrow functions in an operator's entry that write gradients. */
function written(entry: ts.Expression): ts.Node[] {
  const result: ts.Node[] = [];
  visit(entry, (child) => {
    if (!writesGradients(child)) return true;
    result.push(child);
    return false;
  });
  return result;
}

const entries = [...families.values()].flatMap((family) =>
  [...family.rules].map(([op, entry]) => ({ op, entry, helpers: reached(family, entry) })),
);

/** Lines of an operator's rule: what stands in its entry, and every function that serves this rule alone. */
function linesOf({ entry, helpers }: (typeof entries)[number]): number {
  const users = (id: string) => entries.filter((other) => other.helpers.has(id)).length;
  const own = [...helpers].filter(([id, node]) => writesGradients(node) && users(id) === 1).map(([, node]) => node);
  return [...written(entry), ...own].reduce((total, node) => total + lines(node), 0);
}

describe('the rules of operators', () => {
  it('stand in the tables of the family files, each operator in one', () => {
    expect(entries.map(({ op }) => op).toSorted()).toEqual(Object.keys(operators).toSorted());
  });

  it.each(entries.map((entry) => [entry.op, entry] as const))('%s', (op, entry) => {
    expect(linesOf(entry)).toBeLessThanOrEqual(inSteps[op]?.[0] ?? limit);
  });

  it('lists no rule that keeps to the limit as one in steps', () => {
    const short = Object.keys(inSteps).filter((op) => {
      const entry = entries.find((each) => each.op === op);
      return !entry || linesOf(entry) <= limit;
    });
    expect(short).toEqual([]);
  });
});

describe('the functions beside them', () => {
  const functions = [...families.values()].flatMap(({ file, functions }) =>
    [...functions].filter(([, node]) => ts.isFunctionLike(node)).map(([name, node]) => [file, name, node] as const),
  );

  it.each(functions)('%s: %s', (_file, _name, node) => {
    expect(lines(node)).toBeLessThanOrEqual(limit);
  });
});
