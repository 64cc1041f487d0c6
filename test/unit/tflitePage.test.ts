import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { dtypes } from '../../src/engine/formats/tfjs/weights/weights';
import { readTflite } from '../../src/engine/formats/tflite';
import { families } from '../../src/engine/formats/tflite/operators';
import { temporaryFolder } from '../support/folder';
import { readTfliteCases } from '../support/tfliteCases';

const folder = temporaryFolder();

interface Held {
  /** Operators that it became. */
  readonly becomes: Set<string>;
  cases: number;
  integers: number;
}

/** What the cases show of every operator. */
async function shownByCases(): Promise<ReadonlyMap<string, Held>> {
  const shown = new Map<string, Held>();
  for (const { title, inputs, writeTo } of await readTfliteCases()) {
    const [op = ''] = title.split(' ');
    const held = shown.get(op) ?? { becomes: new Set(), cases: 0, integers: 0 };
    shown.set(op, held);
    held.cases++;
    const steps = inputs.some(({ dtype }) => /^u?int(8|16)$/.test(dtype));
    if (steps) {
      held.integers++;
      continue;
    }
    const { graph } = await readTflite(await writeTo(folder));
    for (const node of graph.nodes) held.becomes.add(node.op);
  }
  return shown;
}

const becomes = (op: string, held: Held | undefined): string =>
  [...(held?.becomes ?? [])]
    .filter((name) => name !== 'Transpose' || op.includes('TRANSPOSE'))
    .sort()
    .join(', ');

async function tflitePage(): Promise<string> {
  const shown = await shownByCases();
  const tables = Object.entries(families).map(([title, rules]) => {
    const rows = Object.keys(rules).map((op) => {
      const held = shown.get(op);
      return `| ${op} | ${becomes(op, held) || 'a constant'} | ${held?.cases ?? 0} | ${held?.integers || '–'} |`;
    });
    return `## ${title}\n\n| operator | becomes | cases | in integers |\n| --- | --- | --: | --: |\n${rows.join('\n')}\n`;
  });
  return `# TensorFlow Lite

What is read of .tflite files. This page is generated: \`npm run docs:operators\`.

- The first graph of the file is read; values are called as its tensors, and a signature's names are told by \`inspect\`.
- **becomes**: the operators of [operators.md](../operators.md) that stand for it in the engine. Fused activations stand behind it under the
  same name. Operators that ONNX has for channels first only stand between two Transposes, which are taken out when the sizes are bound.
- **cases**: models of this one operator, with what TensorFlow Lite's interpreter gives for them (\`scripts/makeTfliteCases.py\`); **in
  integers**: those of them whose values are quantised. Floating-point results agree within 1e-5, quantised ones within one step.
- **Quantised values** (uint8, int8, int16; scales for all or for each channel) are carried as the numbers that they stand for. Behind each
  operator they are rounded to its output's steps and cut off where its integers end (QuantizeLinear, DequantizeLinear), as in files whose
  ReLU6 is only that. Gradients pass the rounding straight through. The scores are those in front of the last rounding.
- **Weights** stay in the file until they are wanted: float32, float16 behind a DEQUANTIZE, int8 and int4 for floating-point values (where
  TensorFlow Lite rounds what they are multiplied with, the engine does not). Sparse ones are refused by name.
- **Images**: an input of uint8 takes pixels as they are, one of int8 pixels less 128; the metadata of a file say how others are normalised,
  and the zip archive behind it has the labels.
- Every other operator, custom ones too, stays in the graph under its name. It is named as unsupported when the logits depend on it.

${tables.join('\n')}`;
}

function tfjsPage(): string {
  return `# TensorFlow.js

What is read of a \`model.json\` (or a JSON file of another name that holds a network) and the weights beside it. This page is generated:
\`npm run docs:operators\`.

- **graph-model**: a TensorFlow graph, with the operators of [tensorflow.md](tensorflow.md), its functions and fused operators. A signature
  says which values are inputs and outputs; without one the ends of the network are looked for.
- **layers-model**: a network of Keras, with its layers, as \`model.save\` and the converter write it.
- Files without a \`format\` are told by what their topology holds.
- **Weights**: ${[...dtypes.keys()].join(', ')}; quantised to uint8, uint16 or float16. Texts and complex numbers are skipped. They may be cut into
  files at any byte, and stay there until they are wanted. A file that is missing or too short is named.
- Lists of weights without a network (\`…-weights_manifest.json\`) are named and refused.
- \`userDefinedMetadata\` may name the classes (\`labels\`, \`classes\` …); \`metadata.json\` of Teachable Machine names them and says how images are
  scaled.
`;
}

it.each([
  ['tflite.md', tflitePage],
  ['tfjs.md', tfjsPage],
])('docs/formats/%s says what is read (npm run docs:operators writes it)', async (name, write) => {
  const page = resolve(import.meta.dirname, '../../docs/formats', name);
  const now = await write();
  if (process.env['WHYLIGHT_UPDATE'] === '1') {
    mkdirSync(dirname(page), { recursive: true });
    writeFileSync(page, now);
  }
  expect(readFileSync(page, 'utf8')).toBe(now);
});
