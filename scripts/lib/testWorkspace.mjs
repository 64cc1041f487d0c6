import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { root } from './paths.mjs';

const sample = path.join(root, 'media/sample-workspace');

/**
 * A workspace in the temporary folder for tests that write: a copy of the sample workspace (`shapes/`, `imagenet/`) and a
 * folder `faults/` with one folder for each way in which a file can be wrong, each with one image and one checkpoint.
 *
 * @returns {{folder: string, multiRoot: string, remove: () => void}} The folder, a `.code-workspace` file that opens its
 *   parts as three roots, and what takes all of it away.
 */
export function makeWorkspace() {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'whylight-workspace-')));
  fs.cpSync(sample, folder, { recursive: true });
  const checkpoint = fs.readFileSync(path.join(sample, 'shapes/last_e08.onnx'));
  const image = fs.readFileSync(path.join(sample, 'shapes/images/star_0.png'));
  const notes = fs.readFileSync(path.join(sample, 'shapes/whylight.json'));
  const fault = (name, { model = checkpoint, pixels = image }) => {
    const place = path.join(folder, 'faults', name);
    fs.mkdirSync(place, { recursive: true });
    fs.writeFileSync(path.join(place, `${name}.onnx`), model);
    fs.writeFileSync(path.join(place, `${name}.png`), pixels);
    fs.writeFileSync(path.join(place, 'whylight.json'), notes);
  };
  fault('truncated-image', { pixels: image.subarray(0, Math.floor(image.length / 2)) });
  fault('empty-checkpoint', { model: Buffer.alloc(0) });
  fault('text-checkpoint', { model: Buffer.from('This is not a checkpoint.\n'.repeat(20)) });
  fault('unknown-operator', { model: renamedOperator(checkpoint, 'Relu', 'Ruly') });
  // Beside the folder: VS Code offers to open a workspace file that it finds in one.
  const multiRoot = `${folder}.code-workspace`;
  const folders = ['shapes', 'imagenet', 'faults'].map((name) => ({ name, path: path.join(folder, name) }));
  fs.writeFileSync(multiRoot, JSON.stringify({ folders, settings: {} }, null, 2));
  const remove = () => {
    for (const made of [folder, multiRoot]) fs.rmSync(made, { recursive: true, force: true, maxRetries: 5 });
  };
  return { folder, multiRoot, remove };
}

/** The model with another operator's name, of the same length, in place of every `from` (NodeProto's field 4, op_type). */
function renamedOperator(model, from, to) {
  const field = (name) => Buffer.concat([Buffer.from([0x22, name.length]), Buffer.from(name)]);
  const changed = Buffer.from(model);
  let count = 0;
  for (let at = changed.indexOf(field(from)); at >= 0; at = changed.indexOf(field(from), at + 1)) {
    field(to).copy(changed, at);
    count++;
  }
  if (count === 0) throw new Error(`The model has no node of the operator ${from}.`);
  return changed;
}
