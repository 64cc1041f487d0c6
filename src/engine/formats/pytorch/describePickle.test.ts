import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../../test/support/folder';
import { CheckpointError } from '../../../shared/errors';
import { onnx } from '../onnx';
import { recognised, refusal } from '../recognise';
import { torchPickle } from './describePickle';

const data = join(import.meta.dirname, '../../../../test/data/pickle');
const folder = temporaryFolder();

async function sentence(path: string): Promise<string> {
  const found = await recognised(path, [onnx], [torchPickle]);
  return refusal(path, found, [onnx]).message.replace(`${path} is `, '');
}

describe('a file of torch.save without a program', () => {
  it.each([
    [
      'training.pth',
      'a PyTorch checkpoint of a training (epoch 8, with the optimizer’s state): 2 tensors without a program, such as “0.weight” (2×3×3×3); it holds no program; build the network in Python, load them, and save it with torch.export.save or to ONNX.',
    ],
    [
      'module.pth',
      'a whole pickled network of the class “torch.nn.modules.container.Sequential”, which only its Python code can run; load it there and save it with torch.export.save or to ONNX.',
    ],
    [
      'others.pth',
      'a PyTorch checkpoint of quantised weights, which only PyTorch can read; save the network before it was quantised, with torch.export.save or to ONNX.',
    ],
    ['optimizer.pth', 'the state of an optimizer of PyTorch; choose the file with the weights beside it.'],
  ])('is described: %s', async (name, expected) => {
    expect(await sentence(join(data, name))).toBe(expected);
  });

  it('is told of every age', async () => {
    expect(await sentence(join(data, 'tensors_tar.pth'))).toMatch(/^a PyTorch checkpoint: 2 tensors without a program/);
    expect(await sentence(join(data, 'tensors_legacy.pth'))).toMatch(/^a PyTorch checkpoint: \d+ tensors without/);
    expect(await sentence(join(data, 'tensors.pth'))).toMatch(/^a PyTorch checkpoint: \d+ tensors without/);
  });

  it('is told by its bytes, whatever its name', async () => {
    const path = join(folder, 'weights.onnx');
    copyFileSync(join(data, 'training.pth'), path);
    expect(await sentence(path)).toContain('a PyTorch checkpoint of a training (epoch 8');
  });

  it('ends in one sentence where it is damaged', async () => {
    const bytes = readFileSync(join(data, 'training.pth'));
    const path = join(folder, 'damaged.pth');
    for (let at = 40; at < bytes.length; at += 97) {
      const changed = Buffer.from(bytes);
      changed[at] = changed[at]! ^ 0xff;
      writeFileSync(path, changed);
      const said = await sentence(path).catch((error: unknown) => {
        expect(error).toBeInstanceOf(CheckpointError);
        return (error as CheckpointError).message;
      });
      expect(said).toMatch(/^[^\n]+\.$/);
    }
  });
});
