// The command line. Standard output carries results, standard error one-line errors; exit codes 0, 1 (failed), 2 (usage).
import { complain, flushed, watchOutput } from './cli/output';
import { isSupervised, supervise, tellDone } from './cli/supervise';
import { endNow, watchParent } from './process/watchParent';

/** Commands that read files of others; the others can neither hang nor crash. */
const supervisedCommands = ['explain', 'inspect', 'list'];

const argv = process.argv.slice(2);

/** The supervisor loads none of what does the work. */
async function work(): Promise<number> {
  const [{ runProgram }, { createRuntimes }] = await Promise.all([import('./cli/program'), import('./runtime')]);
  return runProgram(argv, createRuntimes());
}

async function workSupervised(): Promise<void> {
  watchParent();
  const broken = new Promise<number>((resolve) => watchOutput(resolve));
  const worked = work().then(async (code) => {
    await flushed();
    return code;
  });
  await tellDone(await Promise.race([broken, worked]));
  endNow();
}

async function main(): Promise<void> {
  if (isSupervised()) return workSupervised();
  watchOutput((code) => process.exit(code));
  const supervised = argv.some((argument) => supervisedCommands.includes(argument));
  process.exitCode = await (supervised ? supervise(complain) : work());
}

void main();
