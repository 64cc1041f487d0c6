import { describe, expect, it } from 'vitest';
import type { CheckpointFacts } from '../../shared/results/checkpointFacts';
import { listItems } from './listItems';

const root = '/p';
const translate = (message: string, ...values: (string | number)[]) =>
  message.replace(/\{(\d)\}/g, (_, index) => String(values[Number(index)]));
const known = (path: string, more: Partial<CheckpointFacts> = {}): CheckpointFacts => ({
  path,
  format: 'ONNX',
  architecture: null,
  classes: null,
  bytes: 2 ** 20,
  modified: 0,
  problem: null,
  isCheckpoint: true,
  ...more,
});
const paths = ['/p/runs/e1.onnx', '/p/runs/e2.onnx', '/p/net.onnx', '/p/weights.pt', '/p/config.pb'];
const items = (...facts: CheckpointFacts[]) =>
  listItems(paths, {
    root,
    near: '/p/runs',
    chosenBefore: ['/p/net.onnx'],
    facts: new Map(facts.map((each) => [each.path, each])),
    translate,
  });
const labels = (...facts: CheckpointFacts[]) =>
  items(...facts).map(({ kind, label }) => (kind === 'heading' ? `# ${label}` : label));

describe('the list of checkpoints', () => {
  it('is there before anything is known of them, in groups, the nearest first', () => {
    expect(labels()).toEqual([
      '# runs: 2 states of a training, newest first',
      'e2.onnx',
      'e1.onnx',
      '# .',
      'config.pb',
      'net.onnx',
      'weights.pt',
    ]);
    expect(items()[1]).toMatchObject({ description: '', detail: 'reading…' });
  });

  it('says what was found out', () => {
    const facts = known('/p/net.onnx', { architecture: { name: 'ResNet', guessed: true }, classes: 6 });
    const item = items(facts).find(({ label }) => label === 'net.onnx');
    expect(item).toMatchObject({ description: 'ONNX · ResNet (guessed) · 6 classes' });
    expect(item).toMatchObject({ detail: expect.stringMatching(/^1\.0 MiB · .+ · chosen before$/) });
  });

  it('leaves out what is no checkpoint and puts what cannot be opened last, with the reason', () => {
    const facts = [
      known('/p/config.pb', { format: null, isCheckpoint: false, problem: 'a JSON file' }),
      known('/p/weights.pt', { format: null, problem: 'a PyTorch checkpoint without its program; export it' }),
    ];
    expect(labels(...facts).slice(3)).toEqual(['# .', 'net.onnx', '# cannot be opened', 'weights.pt']);
    expect(items(...facts).at(-1)).toMatchObject({ detail: 'a PyTorch checkpoint without its program; export it' });
  });
});
