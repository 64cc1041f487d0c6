/*
 * `npm run bench -- session`: how long somebody at a panel waits: the first explanation, another class, back, another layer, a second row,
 * three epochs; in seconds and in bare onnxruntime forward passes of the same model.
 */
import * as ort from 'onnxruntime-node';
import { image, median, seconds } from './measure';
import { cancellations, epochs, type Step, steps, subjects } from './session/scenario';

const print = (line: string): void => void process.stdout.write(`${line}\n`);

async function forwardSeconds(checkpoint: string, side: number): Promise<number> {
  const session = await ort.InferenceSession.create(checkpoint, { extra: { session: { force_spinning_stop: '1' } } });
  const [input = ''] = session.inputNames;
  const { data, dims } = image([3, side, side]);
  const feeds = { [input]: new ort.Tensor('float32', data, dims) };
  const times: number[] = [];
  for (let i = 0; i < 31; i++) times.push(await seconds(() => session.run(feeds)));
  return median(times);
}

function tell({ what, seconds: time, methods }: Step, forward: number): void {
  print(`  ${what.padEnd(52)} ${time.toFixed(2).padStart(6)} s ${(time / forward).toFixed(0).padStart(7)} ×`);
  const each = Object.entries(methods).map(([key, value]) => `${key} ${(value * 1000).toFixed(0)}`);
  if (each.length > 0) print(`      ms: ${each.join(', ')}`);
}

async function main(): Promise<void> {
  print(
    `Seconds to the last card, and in forward passes, ${process.version} on ${process.platform}-${process.arch}.\n`,
  );
  for (const subject of subjects) {
    const forward = await forwardSeconds(subject.checkpoint, subject.name.includes('224') ? 224 : 96);
    print(`${subject.name}: one bare forward pass ${(forward * 1000).toFixed(2)} ms`);
    for (const step of await steps(subject)) tell(step, forward);
    if (subject.name.startsWith('shapes')) for (const step of await epochs()) tell(step, forward);
    const { median: usual, longest } = await cancellations(subject);
    print(`  a cancelled run ends after ${(usual * 1000).toFixed(0)} ms, at most ${(longest * 1000).toFixed(0)} ms\n`);
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
});
