// The command line. Standard output carries results, standard error one-line errors; exit codes 0, 1 (failed), 2 (usage).
import { resolve } from 'node:path';
import { UsageError, WhylightError } from '../shared/errors';
import { type Arguments, readArguments } from './cli/arguments';
import { explainCommand } from './cli/explainCommand';
import { sentenceFor } from './cli/failure';
import { checkHealth, describeHealth } from './cli/healthCommand';
import { help } from './cli/help';
import { describeModel } from './cli/inspectCommand';
import { describeMethods } from './cli/methodsCommand';
import { methods } from './methods';
import { createRuntimes } from './runtime';
import type { Runtimes } from './runtime/runtimes';
import { Engine } from './service/engine';
import { whylightVersion } from './service/versions';

const print = (text: string): void => void process.stdout.write(`${text.trimEnd()}\n`);
const json = (value: unknown): void => print(JSON.stringify(value, null, 2));

async function run(args: Arguments, runtimes: Runtimes): Promise<number> {
  const log = (level: string, message: string): void => {
    if (level === 'error' && process.env['WHYLIGHT_DEBUG']) process.stderr.write(`${message}\n`);
  };
  const engine = new Engine(runtimes, log, undefined, 'memory' in args ? args.memory : 0);
  switch (args.command) {
    case 'explain':
      return explainCommand(engine, args);
    case 'inspect': {
      const summary = await engine.inspect(resolve(args.checkpoint), args.logits);
      if (args.json) json(summary);
      else print(describeModel(summary));
      return 0;
    }
    case 'health': {
      const report = await checkHealth(engine, args);
      if (args.json) json(report);
      else print(describeHealth(report));
      return 0;
    }
    case 'methods': {
      const infos = methods.map((method) => method.info);
      if (args.json) json(infos);
      else print(describeMethods(infos));
      return 0;
    }
    case 'help':
      print(help(runtimes.choices));
      return 0;
    case 'version':
      print(whylightVersion);
      return 0;
  }
}

async function main(): Promise<number> {
  try {
    const runtimes = createRuntimes();
    return await run(readArguments(process.argv.slice(2), runtimes), runtimes);
  } catch (error) {
    if (!(error instanceof WhylightError)) throw error;
    process.stderr.write(`whylight: ${sentenceFor(error)}\n`);
    return error instanceof UsageError || error.kind === 'usage' ? 2 : 1;
  }
}

// Whoever reads the output may stop early (`whylight methods | head`); that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(
      `whylight: this is a bug; please report it.\n${error instanceof Error ? error.stack : String(error)}\n`,
    );
    process.exitCode = 1;
  },
);
