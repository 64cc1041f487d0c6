// npm run demo: explains images of the sample workspace with its checkpoints, and says where the figures are.
import fs from 'node:fs';
import path from 'node:path';
import { root, shown } from './lib/paths.mjs';
import { run } from './lib/processes.mjs';
import { setup } from './setup.mjs';

const sample = path.join(root, 'media/sample-workspace');
const out = path.join(root, 'whylight-demo');
const runs = [
  {
    title: 'The shapes checkpoint, trained with a planted watermark: why would this circle be a star?',
    models: ['shapes/last_e08.onnx'],
    images: ['shapes/images/circle_watermark_0.png', 'shapes/images/circle_watermark_1.png'],
    more: ['--target', 'star'],
    folder: 'shapes-as-star',
  },
  {
    title: 'Three epochs of its training in one figure, on one scale: how much does the watermark count in each?',
    models: ['shapes/early_e02.onnx', 'shapes/middle_e05.onnx', 'shapes/last_e08.onnx'],
    images: ['shapes/images/circle_watermark_0.png'],
    more: ['--methods', 'integrated-gradients,grad-cam,layer-cam,occlusion', '--target', 'star'],
    folder: 'shapes-epochs',
  },
  {
    title: 'The last epoch as ONNX, Keras, torch.export and TensorFlow SavedModel: do they give one answer?',
    models: ['last_e08.onnx', 'last_e08.keras', 'last_e08.pt2', 'last_e08_saved_model'].map(
      (name) => `formats/${name}`,
    ),
    images: ['formats/images/circle_watermark_0.png'],
    more: ['--methods', 'gradient,integrated-gradients,grad-cam,occlusion', '--target', 'star'],
    folder: 'formats',
  },
  {
    title: 'The last checkpoint on images without the watermark, each for its most probable class',
    models: ['shapes/last_e08.onnx'],
    images: ['shapes/images/star_0.png', 'shapes/images/triangle_0.png'],
    more: [],
    folder: 'shapes',
  },
  {
    title: 'MobileNetV1, trained on ImageNet, on a photograph of a cat',
    models: ['imagenet/mobilenet_v1_025.onnx'],
    images: ['imagenet/cat.png'],
    more: [],
    folder: 'imagenet',
  },
];

await setup();
fs.rmSync(out, { recursive: true, force: true });
const figures = [];
for (const { title, models, images, more, folder } of runs) {
  console.log(`\n${title}`);
  const target = path.join(out, folder);
  const { code } = await run(
    process.execPath,
    [
      path.join(root, 'dist/cli.cjs'),
      'explain',
      ...images.map((image) => path.join(sample, image)),
      ...models.flatMap((model) => ['--model', path.join(sample, model)]),
      ...['--out', target],
      ...more,
    ],
    { timeoutMs: 10 * 60_000 },
  );
  if (code !== 0) process.exit(code);
  for (const image of images) figures.push(path.join(target, path.basename(image, path.extname(image)), 'figure.png'));
}
const missing = figures.filter((figure) => !fs.existsSync(figure));
if (missing.length > 0) {
  console.error(`The command line did not write ${missing.map(shown).join(', ')}.`);
  process.exit(1);
}
console.log(
  '\nThe methods side by side, one figure for each image (single overlays, raw maps and numbers lie beside them):',
);
for (const figure of figures) console.log(`  ${figure}`);
console.log('\nNext: npm run demo:vscode opens the same workspace in VS Code.');
