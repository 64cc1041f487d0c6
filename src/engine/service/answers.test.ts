import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { detector, segmentation, side, write } from '../../../test/support/answerNetworks';
import { runtimes } from '../../../test/support/runtimes';
import { node } from '../../../test/support/smallNetwork';
import type { Prediction } from '../../shared/explanation/events';
import { cardFor } from '../../shared/question/card';
import type { Question } from '../../shared/question/question';
import type { Attribution } from '../../shared/results/attribution';
import { float32 } from '../graph/ir/tensor';
import { Engine } from './engine';

const image = { name: 'noise.png', bytes: new Uint8Array() };
const pixels = float32(
  [1, 3, side, side],
  Float32Array.from({ length: 3 * side * side }, (_, i) => Math.sin(3.1 * i)),
);

/** One white pixel, for what only wants some image. */
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8/5+hHgAHggJ/PchI7wAAAABJRU5ErkJggg==',
  'base64',
);

async function ask(checkpoint: string, rest: Partial<Question> = {}, methods: readonly string[] = ['gradient']) {
  const engine = new Engine(runtimes, () => {}, 1);
  let prediction: Prediction | undefined;
  const attributions: Attribution[] = [];
  const question: Question = { checkpoint, image: { ...image, bytes: png }, target: { kind: 'top1' }, ...rest };
  try {
    await engine.explain(
      { id: 'a', question, cards: methods.map(cardFor) },
      (event) => {
        if (event.kind === 'prediction') prediction = event.prediction;
        if (event.kind === 'result') attributions.push(event.attribution);
        if (event.kind === 'failed') throw new Error(event.message);
      },
      new AbortController().signal,
      pixels,
    );
    return { prediction: prediction as Prediction, attributions };
  } finally {
    await engine.dispose();
  }
}

describe('a model with several answers', () => {
  it('is explained for the chosen one, and says so', async () => {
    const { prediction, attributions } = await ask(write(segmentation()), {
      output: { kind: 'region', start: [0, 0], end: [2, 2] },
    });
    expect(prediction.output).toMatchObject({ count: 4, answers: { dims: [8, 8], kind: 'pixels' } });
    expect(prediction.notes).toContain(prediction.output?.why);
    expect(attributions).toHaveLength(1);
    expect(attributions[0]?.max).toBeGreaterThan(0);
  });

  it('is explained for the surest one where none is chosen', async () => {
    const { prediction } = await ask(write(detector()));
    expect(prediction.output?.selection.kind).toBe('index');
    expect(prediction.output?.why).toMatch(
      /^The model gives 160 answers \(anchors\) for one image; number \d+ is explained/,
    );
    const others = await Promise.all(
      [0, 77, 159].map((index) => ask(checkpointOf(prediction), { output: { kind: 'index', indices: [index] } }, [])),
    );
    for (const other of others) {
      expect(other.prediction.target.probability).toBeLessThanOrEqual(prediction.target.probability + 1e-6);
    }
  });

  it('takes its default from whylight.json', async () => {
    const checkpoint = write(segmentation());
    const notes = join(dirname(checkpoint), 'whylight.json');
    writeFileSync(notes, JSON.stringify({ output: '1,2' }));
    const { prediction } = await ask(checkpoint, {}, []);
    expect(prediction.output).toMatchObject({ selection: { kind: 'index', indices: [1, 2] } });
    expect(prediction.output?.why).toContain('as whylight.json says');
    writeFileSync(notes, JSON.stringify({ output: '1-2' }));
    await expect(ask(checkpoint, {}, [])).rejects.toThrow(/output is "1-2"; it must be an index/);
    writeFileSync(notes, '{}');
  });

  it('refuses an answer that is not there', async () => {
    const checkpoint = write(segmentation());
    await expect(ask(checkpoint, { output: { kind: 'index', indices: [8, 0] } })).rejects.toThrow(
      'There is no output “8,0”: the model gives 8 × 8 answers (pixels by row and column) for one image, 0,0 to 7,7.',
    );
    const mean = [node('GlobalAveragePool', ['logits'], 'mean'), node('Flatten', ['mean'], 'classes')];
    await expect(ask(write(segmentation(mean, 'classes')), { output: { kind: 'all' } })).rejects.toThrow(
      'one answer for an image',
    );
  });

  it('is inspected and checked with what it gives', async () => {
    const engine = new Engine(runtimes, () => {}, 1);
    const checkpoint = write(detector());
    const summary = await engine.inspect(checkpoint);
    expect(summary.logits).toMatchObject({ classes: 3, answers: { dims: [160], kind: 'anchors' } });
    expect(summary.notes[0]).toMatch(/^The model gives 160 answers/);
    const output = { kind: 'index', indices: [3] } as const;
    const question: Question = { checkpoint, image: { ...image, bytes: png }, target: { kind: 'top1' }, output };
    const report = await engine.checkHealth(question, new AbortController().signal, pixels);
    expect(report.answer).toMatchObject({ selection: '3', count: 1, answers: [160] });
    expect(report.input.gradient?.norm).toBeGreaterThan(0);
    expect(report.layers.find(({ name }) => name === 'features')?.gradient?.norm).toBeGreaterThan(0);
    await engine.dispose();
  });
});

const checkpointOf = ({ model }: Prediction): string => model.path;
