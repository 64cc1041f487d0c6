/*
 * The sections on memory and compile time of `npm run bench:engine`. Called with `--case NAME FILE THREADS` it is the process of
 * one figure and prints it as JSON; with `--write FILE` it writes the network that is measured.
 */
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resnet50 } from './networks/resnet50';
import { type CaseName, runCase } from './resources/cases';
import { compileSection, memorySection, withResNet50 } from './resources/sections';

async function main(args: readonly string[]): Promise<void> {
  const [option, name, file, threads] = args;
  if (option === '--case') {
    process.stdout.write(JSON.stringify(await runCase(name as CaseName, file ?? '', Number(threads))));
    return;
  }
  if (option === '--write') {
    writeFileSync(name ?? '', resnet50('dynamo'));
    return;
  }
  const wanted = (section: string) => !args.some((arg) => /^--(memory|compile)$/.test(arg)) || args.includes(section);
  await withResNet50(__filename, async (path) => {
    if (wanted('--memory')) await memorySection(__filename, path, availableParallelism());
    if (wanted('--compile')) await compileSection(__filename, path, availableParallelism());
  });
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
});
