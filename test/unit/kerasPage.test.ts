import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { functionFamilies } from '../../src/engine/formats/keras/functions';
import { layerFamilies } from '../../src/engine/formats/keras/layers';
import { activationFunctions } from '../../src/engine/formats/keras/layers/activationFunctions';
import { classesIn, readKerasCases } from '../support/kerasCases';

const page = resolve(import.meta.dirname, '../../docs/formats/keras.md');

function kerasPage(): string {
  const counts = new Map<string, number>();
  for (const { config } of readKerasCases()) {
    for (const className of new Set(classesIn(config))) counts.set(className, (counts.get(className) ?? 0) + 1);
  }
  const tables = Object.entries(layerFamilies).map(([title, rules]) => {
    const rows = Object.entries(rules).map(
      ([className, { about = '' }]) => `| ${className} | ${about} | ${counts.get(className) ?? '–'} |`,
    );
    return `## ${title}\n\n| layer | | cases |\n| --- | --- | --: |\n${rows.join('\n')}\n`;
  });
  const functions = Object.entries(functionFamilies).map(
    ([title, rules]) => `- **${title}**: ${Object.keys(rules).toSorted().join(', ')}`,
  );
  return `# Layers of Keras

What is read of networks that Keras 1, 2 and 3 describe: .keras archives and folders, .h5 files, weights beside a description, layers-models
of TensorFlow.js. This page is generated: \`npm run docs:operators\`.

- **cases**: small models that hold the layer, with outputs and gradients that Keras computes of them (\`scripts/makeKerasCases.py\`); layers
  without a number are those that Keras 3 has no more.
- Functional and Sequential models stand in each other and are called several times; a second call of \`conv\` is \`conv_1\`, a layer \`conv\`
  of the model \`base\` is \`base/conv\` where another layer is called \`conv\`, too. The value in front of a layer's own activation is
  \`conv/before_relu\`.
- Both orders of axes (\`data_format\`) and the differences between versions are followed: \`hard_sigmoid\`, names of settings and weights.
- Lambda layers and classes of an author's own hold code that is never run: they stay in the graph under their names, and are named as
  unsupported when the logits depend on them. So do layers and functions that are not listed here.

Activations: ${Object.keys(activationFunctions).toSorted().join(', ')}.

${tables.join('\n')}
## Functions

\`keras.ops\` among the layers (Keras 3), and TensorFlow's own functions (TFOpLambda and SlicingOpLambda of Keras 2):

${functions.join('\n')}
`;
}

it('docs/formats/keras.md says what is read (npm run docs:operators writes it)', () => {
  const now = kerasPage();
  if (process.env['WHYLIGHT_UPDATE'] === '1') {
    mkdirSync(dirname(page), { recursive: true });
    writeFileSync(page, now);
  }
  expect(readFileSync(page, 'utf8')).toBe(now);
});
