import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { importProgram } from '../../src/engine/formats/tensorflow/operators';
import { families } from '../../src/engine/formats/tensorflow/operators/rules';
import { readTensorflowCases } from '../support/tensorflowCases';

const page = resolve(import.meta.dirname, '../../docs/formats/tensorflow.md');
const cases = readTensorflowCases(
  readFileSync(resolve(import.meta.dirname, '../data/tensorflow/operators.json'), 'utf8'),
);

interface Held {
  /** Operators that nodes of this one became. */
  readonly becomes: Set<string>;
  cases: number;
  gradients: number;
}

/** What the cases show of every operator of TensorFlow. */
function shownByCases(): ReadonlyMap<string, Held> {
  const shown = new Map<string, Held>();
  for (const { program, gradient } of cases) {
    const { graph } = importProgram(program);
    for (const op of new Set(program.nodes.map((node) => node.op))) {
      const held = shown.get(op) ?? { becomes: new Set(), cases: 0, gradients: 0 };
      shown.set(op, held);
      held.cases++;
      if (gradient) held.gradients++;
      const names = new Set(program.nodes.filter((node) => node.op === op).map((node) => node.name));
      for (const node of graph.nodes) if (names.has(node.name)) held.becomes.add(node.op);
    }
  }
  return shown;
}

/** Where an operator of the same name is all that is left, it says so by itself. */
function becomes(op: string, held: Held | undefined): string {
  const names = [...(held?.becomes ?? [])].filter((name) => name !== 'Transpose' || op.includes('Transpose')).sort();
  return names.length === 1 && names[0] === op ? 'itself' : names.join(', ');
}

function tensorflowPage(): string {
  const shown = shownByCases();
  const tables = Object.entries(families).map(([title, rules]) => {
    const rows = Object.keys(rules).map((op) => {
      const held = shown.get(op);
      return `| ${op} | ${becomes(op, held)} | ${held?.cases ?? 0} | ${held?.gradients || '–'} |`;
    });
    return `## ${title}\n\n| operator | becomes | cases | gradients |\n| --- | --- | --: | --: |\n${rows.join('\n')}\n`;
  });
  return `# Operators of TensorFlow

What is read of TensorFlow's graphs (checkpoints with a .meta file, frozen graphs, SavedModels) and of graph-models of TensorFlow.js. This
page is generated: \`npm run docs:operators\`.

- **becomes**: the operators of [operators.md](../operators.md) that stand for it in the engine, with what the cases need of them. Operators
  that ONNX has for channels first only stand between two Transposes, which are taken out when the sizes are bound.
- **cases**: small graphs that hold it, with the numbers that TensorFlow computes of them (\`scripts/makeTensorflowCases.py\`); **gradients**:
  those of them whose gradient is compared with TensorFlow's too.
- Numbers of every floating-point type are computed as float32, int32 as int64. Integers, truth values and what rounds carry no gradient;
  StopGradient and PreventGradient let it pass, and FakeQuant… passes it on as if it did not round.
- Every other operator stays in the graph under its name. It is named as unsupported when the logits depend on it.

${tables.join('\n')}`;
}

it('docs/formats/tensorflow.md says what is read (npm run docs:operators writes it)', () => {
  const now = tensorflowPage();
  if (process.env['WHYLIGHT_UPDATE'] === '1') {
    mkdirSync(dirname(page), { recursive: true });
    writeFileSync(page, now);
  }
  expect(readFileSync(page, 'utf8')).toBe(now);
});
