/**
 * A process that opens mutations one after another and says how each ended, a line of JSON for each: node child.cjs ROOT FORMAT FIRST COUNT FOLDER.
 * It says what it begins with first, so that who watches knows what it hangs in.
 */
import { mkdirSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { elementCount } from '../../src/engine/graph/ir/tensor';
import { MemoryBudget } from '../../src/engine/model/programs/memoryBudget';
import { describeCheckpoint } from '../../src/engine/service/describeCheckpoint';
import { WhylightError } from '../../src/shared/errors';
import { mutatedFiles } from './mutate/checkpoint';
import { findOriginals } from './originals';

/** Weights of more elements are not read: a mutation of a weight is not what is looked for. */
const smallWeight = 1 << 12;

export type Outcome =
  | {
      readonly seed: number;
      readonly ended: 'graph' | 'sentence';
      readonly ms: number;
      readonly told: string;
      readonly bytes: number;
    }
  | { readonly seed: number; readonly ended: 'bug'; readonly told: string };

const [root = '', format = '', first = '0', count = '0', folder = ''] = process.argv.slice(2);
const say = (line: object) => writeSync(1, `${JSON.stringify(line)}\n`);

async function open(path: string): Promise<{ readonly ended: 'graph' | 'sentence'; readonly told: string }> {
  try {
    const { checkpoint, problem, sha256 } = await describeCheckpoint(path, { memory: new MemoryBudget(2 ** 30) });
    await sha256;
    for (const tensor of checkpoint.graph.constants.values()) {
      if (elementCount(tensor.dims) <= smallWeight && tensor.data.length !== elementCount(tensor.dims))
        throw new Error('A weight has another number of elements than its shape says.');
    }
    return problem ? { ended: 'sentence', told: problem.message } : { ended: 'graph', told: '' };
  } catch (error) {
    if (error instanceof WhylightError) return { ended: 'sentence', told: error.message };
    throw error;
  }
}

async function main(): Promise<void> {
  const originals = (await findOriginals(root)).get(format) ?? [];
  if (originals.length === 0) throw new Error(`There is no file of the format ${format} in ${root}.`);
  say({ ready: originals.length });
  for (let seed = Number(first); seed < Number(first) + Number(count); seed++) {
    const original = originals[seed % originals.length];
    const other = originals[(seed + 1 + Math.floor(seed / originals.length)) % originals.length];
    if (!original || !other) break;
    const inside = join(folder, 'mutation');
    rmSync(inside, { recursive: true, force: true });
    let bytes = 0;
    mkdirSync(inside, { recursive: true });
    for (const [name, content] of mutatedFiles(original.files, Math.floor(seed / originals.length), other.files)) {
      mkdirSync(dirname(join(inside, name)), { recursive: true });
      writeFileSync(join(inside, name), content);
      bytes += content.length;
    }
    say({ begun: seed });
    const started = performance.now();
    try {
      const outcome = await open(join(inside, original.main));
      say({ seed, ...outcome, ms: performance.now() - started, bytes });
    } catch (error) {
      say({ seed, ended: 'bug', told: `${original.title}: ${error instanceof Error ? error.stack : error}` });
    }
  }
}

void main();
