import { resolve } from 'node:path';
import { UsageError, WhylightError } from '../../shared/errors';
import { methods } from '../methods';
import type { Runtimes } from '../runtime/runtimes';
import { Engine } from '../service/engine';
import { whylightVersion } from '../service/versions';
import { type Arguments, readArguments } from './arguments';
import { explainCommand } from './explainCommand';
import { sentenceFor } from './failure';
import { checkHealth, describeHealth } from './healthCommand';
import { help } from './help';
import { describeModel } from './inspectCommand';
import { describeListing, listCheckpoints } from './listCommand';
import { describeMethods } from './methodsCommand';
import { complain, print, printJson } from './output';

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
      if (args.json) printJson(summary, 2);
      else print(describeModel(summary));
      return 0;
    }
    case 'health': {
      const report = await checkHealth(engine, args);
      if (args.json) printJson(report, 2);
      else print(describeHealth(report));
      return 0;
    }
    case 'list': {
      const listing = await listCheckpoints(engine, resolve(args.folder));
      if (args.json) printJson(listing, 2);
      else print(describeListing(listing));
      return 0;
    }
    case 'methods': {
      const infos = methods.map((method) => method.info);
      if (args.json) printJson(infos, 2);
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

/** Runs a command line (without node and script) and tells its failure, if any. Answers the exit code. */
export async function runProgram(argv: readonly string[], runtimes: Runtimes): Promise<number> {
  try {
    return await run(readArguments(argv, runtimes), runtimes);
  } catch (error) {
    if (error instanceof WhylightError) {
      complain(sentenceFor(error));
      return error instanceof UsageError || error.kind === 'usage' ? 2 : 1;
    }
    const stack = error instanceof Error ? error.stack : String(error);
    process.stderr.write(`whylight: this is a bug; please report it.\n${stack}\n`);
    return 1;
  }
}
