/** Names in a file may be words that every object knows: none of them is found where nobody put it, and none is lost. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Engine } from '../../src/engine/service/engine';
import { cardFor } from '../../src/shared/question/card';
import { temporaryFolder } from '../support/folder';
import { call, classifier, inheritedNames, type Parts, weights } from '../support/hostile/files';
import { runtimes } from '../support/runtimes';

const folder = temporaryFolder();
const engine = new Engine(runtimes);
afterAll(() => engine.dispose());
const image = { path: join(__dirname, '../../media/sample-workspace/imagenet/cat.png') };

let files = 0;
function write(parts: Parts): string {
  const path = join(folder, `${files++}.onnx`);
  writeFileSync(path, classifier(parts));
  return path;
}

/** The methods that were answered: one by the input's gradient, one by a layer. */
async function explained(parts: Parts): Promise<readonly string[]> {
  const question = { checkpoint: write(parts), image, target: { kind: 'top1' } } as const;
  const cards = ['gradient', 'grad-cam'].map(cardFor);
  const { signal } = new AbortController();
  const problems: string[] = [];
  const result = await engine.explain(
    { id: 'test', question, cards },
    (event) => void (event.kind === 'failed' && problems.push(event.message)),
    signal,
  );
  expect(problems).toEqual([]);
  return result.finished;
}

describe.each(inheritedNames)('%s', (word) => {
  it('as an operator is one that is not supported, in any domain', async () => {
    for (const domain of ['', 'com.microsoft', word]) {
      const path = write({ middle: [{ ...call(word, ['r'], ['m']), domain }] });
      const { unsupported, operators } = await engine.inspect(path);
      const operator = domain === '' ? word : `${domain}::${word}`;
      expect(unsupported).toMatchObject([{ operator, nodes: 1 }]);
      expect(Object.entries(operators)).toContainEqual([operator, 1]);
    }
  });

  it('as a domain is not known', async () => {
    const path = write({ middle: [{ ...call('Relu', ['r'], ['m']), domain: word }] });
    expect((await engine.inspect(path)).unsupported).toMatchObject([{ operator: `${word}::Relu` }]);
  });

  it('as an attribute is one that the runtime does not know, or is passed over', async () => {
    const softmax = call('Softmax', ['r'], ['m'], { [word]: { i: 1 } });
    const path = write({ middle: [softmax] });
    const { logits, unsupported } = await engine.inspect(path);
    expect([logits?.name, unsupported]).toEqual(['logits', []]);
    const ended = await explained({ middle: [softmax] }).catch((error: unknown) => error);
    if (!Array.isArray(ended)) expect(ended).toMatchObject({ kind: 'runtime', message: expect.stringContaining(word) });
  });

  it('as the text of an attribute is none that the runtime knows', async () => {
    const places = { dtype: 'int64', dims: [1, 4, 8, 8], data: new BigInt64Array(256) } as const;
    const scatter = call('ScatterElements', ['r', 'places', 'r'], ['m'], { reduction: { s: word } });
    const ended = await explained({ middle: [scatter], initializers: { places } }).catch((error: unknown) => error);
    expect(ended).toMatchObject({ kind: 'runtime', message: expect.stringMatching(/^onnxruntime could not /) });
  });

  it.each(['input', 'layer', 'logits'] as const)('as the name of the %s is a name', async (which) => {
    const names = { [which]: word };
    const middle = [call('Identity', [names.layer ?? 'r'], ['m'])];
    expect(await explained({ names, middle })).toHaveLength(2);
  });

  it('as the name of a weight is a name', async () => {
    const middle = [call('Conv', ['r', word], ['m'])];
    expect(await explained({ middle, initializers: { [word]: weights([4, 4, 3, 3]) } })).toHaveLength(2);
  });
});
