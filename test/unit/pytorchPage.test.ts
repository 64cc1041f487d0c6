import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { importAten } from '../../src/engine/formats/pytorch/aten';
import { families, operators } from '../../src/engine/formats/pytorch/aten/rules';
import { findOperator } from '../../src/engine/formats/pytorch/aten/values/table';
import { callOf, programOf, readAtenCases } from '../support/atenCases';

const page = resolve(import.meta.dirname, '../../docs/formats/pytorch.md');
/** What stands behind this line is written by hand. */
const end = '<!-- Behind this line, the page is written by hand. -->';

interface Held {
  /** Operators that the calls became. */
  readonly becomes: Set<string>;
  cases: number;
  gradients: number;
}

/** What the cases show of every operator, by its key in the table. */
function shownByCases(): ReadonlyMap<string, Held> {
  const shown = new Map<string, Held>();
  for (const each of readAtenCases()) {
    const match = findOperator(operators, callOf(each));
    if (!match || match === 'misfit') continue;
    const { key } = match.operator;
    const held = shown.get(key) ?? { becomes: new Set(), cases: 0, gradients: 0 };
    shown.set(key, held);
    held.cases++;
    if (each.gradients) held.gradients++;
    for (const { op } of importAten(programOf(each, false)).graph.nodes) held.becomes.add(op);
  }
  return shown;
}

function pytorchPage(): string {
  const shown = shownByCases();
  const tables = Object.entries(families).map(([title, family]) => {
    const rows = Object.entries(family).map(([key, [schema]]) => {
      const held = shown.get(key);
      const becomes = [...(held?.becomes ?? [])].sort().join(', ');
      const names = schema.split(' ').map((parameter) => parameter.replace(/:[^=]*/, ''));
      return `| ${key.replaceAll('|', ', .')} | ${names.join(', ')} | ${becomes || '–'} | ${held?.cases || '–'} | ${held?.gradients || '–'} |`;
    });
    return `## ${title}\n\n| operator | takes | becomes | cases | gradients |\n| --- | --- | --- | --: | --: |\n${rows.join('\n')}\n`;
  });
  return `# Operators of PyTorch

The aten operators that are read from archives of torch.export (.pt2, in the operators of a training program and in core aten) and from
TorchScript. This page is generated: \`npm run docs:operators\`.

- **takes**: the parameters in their order, with the values of those that a call may leave out. An operator stands several times where its
  overloads take different ones. Forms that work in place (\`relu_\`) are read as the operator without its last letter: what reads the
  changed value later, also through another view of the same memory, reads the result.
- **becomes**: the operators of [operators.md](../operators.md) that stand for it in the engine in its cases.
- **cases**: calls with the numbers that PyTorch gives for them (\`scripts/makeAtenCases.py\`), each with sizes that are fixed and with sizes
  that follow the input; **gradients**: those of them whose gradient is compared with PyTorch's too. Operators on sizes give integers of
  Python and have their tests beside the reader; checks give nothing.
- Numbers of every floating-point type are computed as float32. Every other operator stays in the graph under its name. It is named as
  unsupported when the logits depend on it.

${tables.join('\n')}
${end}
`;
}

it('docs/formats/pytorch.md says what is read (npm run docs:operators writes it)', () => {
  const now = pytorchPage();
  const text = existsSync(page) ? readFileSync(page, 'utf8') : '';
  const byHand = text.includes(end) ? text.slice(text.indexOf(end) + end.length + 1) : '';
  if (process.env['WHYLIGHT_UPDATE'] === '1') {
    mkdirSync(dirname(page), { recursive: true });
    writeFileSync(page, now + byHand);
  }
  const written = readFileSync(page, 'utf8');
  expect(written.slice(0, written.indexOf(end) + end.length + 1)).toBe(now);
});
