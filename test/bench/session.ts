/*
 * `npm run bench -- session`: how long somebody at a panel waits: the first explanation, another class, back, another layer, a second row,
 * three epochs; in seconds and in bare onnxruntime forward passes of the same model. With `--engine` twice, two engines take turns.
 */
import { parseArgs } from 'node:util';
import * as ort from 'onnxruntime-node';
import { withModelFile } from './engine/files';
import { image, median, seconds } from './measure';
import { networks } from './networks';
import type { ChildOptions } from './session/engineChild';
import { cancellations, mobilenet, type Subject, sessions, shapes } from './session/scenario';

const help = `npm run bench -- session [options]

  --engine <file>   an engine as scripts/build.mjs bundles it, default dist/engine.cjs; several take turns
  --cpu             processor time of one thread instead of elapsed time: steady on a busy machine (Linux)
  --times <n>       sessions with each, default 5
  --methods         also the seconds of each method`;

const print = (line: string): void => void process.stdout.write(`${line}\n`);

async function forwardSeconds({ checkpoint, side }: Subject, cpu: boolean): Promise<number> {
  const threads = cpu ? { intraOpNumThreads: 1 } : {};
  const session = await ort.InferenceSession.create(checkpoint, {
    ...threads,
    extra: { session: { force_spinning_stop: '1' } },
  });
  const [input = ''] = session.inputNames;
  const { data, dims } = image([3, side, side]);
  const feeds = { [input]: new ort.Tensor('float32', data, dims) };
  const times: number[] = [];
  for (let i = 0; i < 31; i++) times.push(await seconds(() => session.run(feeds), cpu ? 'cpu' : 'wall'));
  return median(times);
}

const ended = (times: readonly number[]): string =>
  `a cancelled run ends after ${(median(times) * 1000).toFixed(0)} ms, at most ${(Math.max(...times) * 1000).toFixed(0)} ms`;

async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      engine: { type: 'string', multiple: true },
      times: { type: 'string', default: '5' },
      cpu: { type: 'boolean', default: false },
      methods: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return print(help);
  const { cpu } = values;
  const engines: ChildOptions[] = values.engine?.map((script) => ({ script, cpu })) ?? [{ cpu }];
  const clock = cpu ? 'processor seconds of one thread' : 'elapsed seconds';
  print(`Medians of ${values.times} sessions, ${clock}, ${process.version} on ${process.platform}-${process.arch}.\n`);
  for (const subject of [mobilenet, shapes]) {
    const forward = await forwardSeconds(subject, cpu);
    print(`${subject.name}: one bare forward pass ${(forward * 1000).toFixed(2)} ms`);
    const columns = await sessions(subject, engines, Number(values.times));
    for (const [step, { what }] of (columns[0] ?? []).entries()) {
      const each = columns.map((column) => column[step]?.seconds ?? Number.NaN);
      const cells = each.map((time) => `${time.toFixed(2).padStart(7)} s ${(time / forward).toFixed(0).padStart(6)} ×`);
      print(`  ${what.padEnd(46)} ${cells.join('  ')}`);
      for (const column of values.methods ? columns : []) {
        const parts = Object.entries(column[step]?.methods ?? {});
        if (parts.length > 0)
          print(`      ${parts.map(([key, value]) => `${key} ${(value * 1000).toFixed(0)}`).join(', ')} ms`);
      }
    }
    for (const options of engines) print(`  ${ended(await cancellations(subject, 24, options))}`);
    print('');
  }
  for (const network of networks.filter(({ id }) => id === 'resnet50')) {
    await withModelFile(network, 'dynamo', async (checkpoint) => {
      for (const options of engines) {
        print(`${network.name}, 224²: ${ended(await cancellations({ ...mobilenet, checkpoint }, 8, options))}`);
      }
    });
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
});
