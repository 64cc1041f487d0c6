/*
 * Copies the golden cases of the methods built here from the reference bundle into test/data/golden-methods:
 *
 *     node scripts/copyGoldenMethods.mjs <bundle>/golden/methods
 *
 * cases.json keeps each case's words and numbers; of its arrays only those that the tests read are copied.
 */
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

const wanted = [
  /^base\.forward$/,
  /^pair\.(vanilla|gradcam|ig)(\.(softmax|raw|zero|minus1))?$/,
  /^pair\.smoothgrad\.(squared|mean)$/,
  /^pair\.occlusion\.15$/,
  /^torchcam\.(gradcam|gradcampp|layercam)(\.(mid|early))?$/,
  /^pgc\.(gradcam|gradcampp|layercam)(\.(mid|softmax))?$/,
  /^(pgc|captum)\.guidedbackprop$/,
  /^captum\.(saliency|inputxgradient|layergradcam)$/,
  /^captum\.(ig|occlusion)\./,
  /^own\.simonyan_saliency$/,
  /^keras\/tfexplain\.(gradcam\.guided|gradcam\.plain|vanilla|gradientsinputs|ig|smoothgrad|occlusion\.12)$/,
  /^keras\/tfkerasvis\.(gradcam|gradcampp|layercam)\.(last|mid)$/,
  /^keras\/tfkerasvis\.saliency(\.smooth)?$/,
];
/** Secondary outputs that the tests compare. */
const outputs = /^(main|unnormalised|upsampled|softmax|convergence_delta|(activation|gradient)_(last|mid|early))$/;

const [source] = process.argv.slice(2);
if (!source) {
  console.error('Usage: node scripts/copyGoldenMethods.mjs <bundle>/golden/methods');
  process.exit(2);
}
const target = join(import.meta.dirname, '../test/data/golden-methods');
const bundle = JSON.parse(readFileSync(join(source, 'cases.json'), 'utf8'));

const files = new Set(['models/tinyseq.onnx']);
const cases = bundle.cases.flatMap((each) => {
  const [, model, image, name] = /^([^/]+)\/([^/]+)\/(.+)$/.exec(each.id);
  if (!['shapes', 'mobilenet_v1_025', 'tinyseq'].includes(model) || !wanted.some((pattern) => pattern.test(name)))
    return [];
  // Of the big MobileNet activations the last layer's are enough.
  const kept = Object.entries(each.outputs).filter(
    ([key]) => outputs.test(key) && !(model.startsWith('mobilenet') && /_(mid|early)$/.test(key)),
  );
  const draws = Object.values(each.random?.draws ?? {});
  for (const value of [...kept.map(([, value]) => value), ...draws]) if (value.file) files.add(value.file);
  const { id, method, upstream, target: index, scalar, layer, params, layout, tolerance, notes } = each;
  return [
    {
      id,
      model,
      image,
      method,
      upstream,
      target: index,
      scalar,
      layer,
      params,
      layout,
      ...(draws.length > 0 && { draws: draws.map((draw) => ({ file: draw.file, shape: draw.shape })) }),
      outputs: Object.fromEntries(
        kept.map(([key, value]) => [key, value.file ? { file: value.file, shape: value.shape } : value]),
      ),
      tolerance,
      ...(notes && { notes }),
    },
  ];
});

rmSync(target, { recursive: true, force: true });
for (const file of files) {
  mkdirSync(dirname(join(target, file)), { recursive: true });
  if (file.endsWith('.npy')) {
    writeFileSync(join(target, `${file}.gz`), gzipSync(readFileSync(join(source, file)), { level: 9 }));
  } else {
    copyFileSync(join(source, file), join(target, file));
  }
}
const models = Object.fromEntries(
  Object.entries(bundle.models).filter(([name]) => /^(shapes|mobilenet_v1_025|tinyseq)(\/keras)?$/.test(name)),
);
writeFileSync(join(target, 'cases.json'), `${JSON.stringify({ models, cases }, null, 1)}\n`);
writeFileSync(
  join(target, 'README.md'),
  `# Golden attribution maps

${cases.length} cases: attribution maps computed by the published Python libraries themselves on three small networks, with the inputs and noise
really used, from the project's reference bundle (golden/methods). Written by \`node scripts/copyGoldenMethods.mjs <bundle>/golden/methods\`.

\`cases.json\`: \`upstream\` names package, version, commit and entry point; \`tolerance\` is what the difference may be; \`draws\` are the noise
values used, in call order. Arrays are NumPy float32, each file compressed by gzip (\`.gz\` is added to the name in cases.json). Inputs lie in ../images/inputs, the ONNX files of \`shapes\` and \`mobilenet_v1_025\` in
../models.

Licences: the numbers are outputs of PAIR saliency (Apache-2.0), captum (BSD-3-Clause), torch-cam (Apache-2.0), pytorch-grad-cam (MIT),
tf-explain (MIT) and tf-keras-vis (MIT) run on networks of the reference bundle (\`tinyseq\`: random weights; \`shapes\`: trained on generated
images; \`mobilenet_v1_025\`: Google's MobileNetV1 weights, Apache-2.0; \`chelsea\`: photograph by Stéfan van der Walt, CC0). No code or
text of those libraries is here.
`,
);
console.log(`${cases.length} cases, ${files.size} files`);
