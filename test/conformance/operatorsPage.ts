/** Writes docs/operators.md from what the engine knows and what the node tests are known to give. */
import { opsets, rewrittenOperators } from '../../src/engine/formats/onnx/rewrites';
import { flowOperators } from '../../src/engine/graph/binding/controlFlow';
import { operators } from '../../src/engine/graph/ops';
import { noGradient } from '../../src/engine/graph/ops/definition';
import type { Expectation } from './listing';

interface Row {
  readonly name: string;
  readonly forward: string;
  readonly gradient: string;
  readonly passed: number;
}

const head = `# Operators

What the engine does with each ONNX operator of the opsets ${opsets.oldest} to ${opsets.newest}. This page is generated: \`npm run docs:operators\`.

- **Forward**: \`direct\`, the runtime's own kernel; \`decomposed\`, as other operators when the file is read or bound; \`resolved\`, decided when
  the sizes are bound, and unsupported, named with its node, where the data decides.
- **Gradient**: \`yes\`; \`straight-through\`, as if it did not round; \`none\`, because the outputs do not depend continuously on the inputs;
  \`as decomposed\`, that of the operators it becomes. \`yes\` is by every floating-point input that the row does not name; what decides sizes
  and positions (the scales and the crop of Resize, the numbers of Range) is fixed when the sizes are bound. Integers and truth values carry
  no gradient, but for those that QuantizeLinear makes. All gradients are more operators of this table and can be differentiated again where
  these have a gradient.
- **Cases**: public ONNX node tests that hold the operator and pass, of ONNX 1.12 and of ONNX 1.23 (newer or changed operators only). None
  fails; the unsupported ones are listed by reason below.
`;

function gradientOf(name: string, obstacles: readonly string[]): string {
  const { backward, quantised, constants = {} } = operators[name] ?? {};
  if (!backward) return 'no';
  if (backward === noGradient) return 'none';
  const unless = obstacles.length === 0 ? '' : `, unless it ${obstacles.join(' or ')}`;
  const held = Object.values(constants).join(' and ');
  return `${quantised === 'made' ? 'straight-through' : 'yes'}${unless}${held && `; ${held} count as constants`}`;
}

function table(rows: readonly Row[]): string {
  const lines = rows.map(
    ({ name, forward, gradient, passed }) => `| ${name} | ${forward} | ${gradient} | ${passed || '–'} |`,
  );
  return ['| operator | forward | gradient | cases |', '| --- | --- | --- | --: |', ...lines].join('\n');
}

function gradientsTold({ gradients, gradientsApart }: Expectation): string {
  const apart = Object.entries(gradientsApart).map(([reason, list]) => `, ${list.length} do not: ${reason}`);
  return `Of their gradients ${gradients} agree with differences of the cases${apart.join('')}.`;
}

/** @param expectations of the sets of cases, in the order of their titles. */
export function operatorsPage(
  expectations: readonly { readonly title: string; readonly expected: Expectation }[],
): string {
  const all = expectations.map(({ expected }) => expected);
  const passed = (name: string) => all.reduce((sum, { passed: counts }) => sum + (counts[name] ?? 0), 0);
  const obstacles = (name: string) => [...new Set(all.flatMap(({ withoutGradient }) => withoutGradient[name] ?? []))];
  const direct = Object.entries(operators).map(([name, { explicit, backward }]): Row => {
    // An explicit form without a gradient of its own always is other operators.
    if (explicit && !backward) return { name, forward: 'decomposed', gradient: 'as decomposed', passed: passed(name) };
    return { name, forward: 'direct', gradient: gradientOf(name, obstacles(name)), passed: passed(name) };
  });
  const known = new Set(direct.map(({ name }) => name));
  const decomposed = (names: readonly string[], prefix = ''): Row[] =>
    names.map((name) => ({
      name,
      forward: 'decomposed',
      gradient: 'as decomposed',
      passed: passed(`${prefix}${name}`),
    }));
  const resolved = [...flowOperators].map((name): Row => {
    return { name, forward: 'resolved', gradient: 'as resolved', passed: passed(name) };
  });
  const others = decomposed(rewrittenOperators('').filter((name) => !known.has(name)));
  const rows = [...direct, ...resolved, ...others].sort((a, b) => (a.name < b.name ? -1 : 1));
  const unsupported = expectations.map(({ title, expected }) => {
    const reasons = Object.entries(expected.unsupported).sort(([, a], [, b]) => b.length - a.length);
    const count = reasons.reduce((sum, [, names]) => sum + names.length, 0);
    const lines = reasons.map(([reason, names]) => `| ${reason} | ${names.length} |`);
    const told = `${title}: of ${expected.cases} cases ${expected.cases - count} pass and ${count} are unsupported.`;
    const gradients = gradientsTold(expected);
    return [told, gradients, '', '| reason | cases |', '| --- | --: |', ...lines].join('\n');
  });
  const microsoft = decomposed(rewrittenOperators('com.microsoft'), 'com.microsoft::');
  const parts = [
    head,
    '## Standard operators\n',
    table(rows),
    '\n## Operators of `com.microsoft`\n',
    table(microsoft),
    '\n## Unsupported cases\n',
    unsupported.join('\n\n'),
  ];
  return `${parts.join('\n')}\n`;
}
