import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { UsageError } from '../../shared/errors';
import { cardFor, type MethodRequest } from '../../shared/question/card';
import { type OutputSelection, outputNotation, parseOutput } from '../../shared/question/output';
import type { Question, RuntimeChoice } from '../../shared/question/question';
import { parseTarget, type TargetRequest } from '../../shared/question/target';
import type { Parameters } from '../../shared/results/attribution';
import { methods as allMethods, findMethod } from '../methods';
import { parsePreset, parseSetting, resolveParameters } from '../methods/parameters';
import type { Runtimes } from '../runtime/runtimes';

export interface ExplainArguments {
  readonly command: 'explain';
  readonly images: readonly string[];
  /** What is asked of each image. */
  readonly question: Omit<Question, 'image'>;
  readonly cards: readonly MethodRequest[];
  /** A .npy file that is fed as it is. */
  readonly input: string | undefined;
  readonly seed: number;
  /** MB for models and what they compute; 0 for a share of the machine's. */
  readonly memory: number;
  readonly out: string;
  readonly json: boolean;
}

export interface HealthArguments {
  readonly command: 'health';
  readonly question: Omit<Question, 'image'>;
  /** null with `input`. */
  readonly image: string | null;
  /** A .npy file that is fed as it is. */
  readonly input: string | undefined;
  readonly memory: number;
  readonly json: boolean;
}

export type Arguments =
  | ExplainArguments
  | HealthArguments
  | {
      readonly command: 'inspect';
      readonly checkpoint: string;
      readonly logits: string | undefined;
      readonly json: boolean;
    }
  | { readonly command: 'methods'; readonly json: boolean }
  | { readonly command: 'help' }
  | { readonly command: 'version' };

const options = {
  model: { type: 'string', short: 'm' },
  methods: { type: 'string', default: 'all' },
  target: { type: 'string', short: 't', default: 'top1' },
  layer: { type: 'string' },
  logits: { type: 'string' },
  output: { type: 'string' },
  set: { type: 'string', multiple: true },
  preset: { type: 'string', multiple: true },
  input: { type: 'string' },
  gradients: { type: 'boolean', default: false },
  image: { type: 'string' },
  seed: { type: 'string', default: '0' },
  runtime: { type: 'string', default: 'auto' },
  memory: { type: 'string', default: '0' },
  out: { type: 'string', short: 'o', default: 'whylight' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
  version: { type: 'boolean', default: false },
} as const;

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message.split('. ')[0] ?? error.message);
    throw error;
  }
}

function targetOf(text: string): TargetRequest {
  const target = parseTarget(text);
  if (target) return target;
  throw new UsageError('--target names no class: give top1, an index or a label.');
}

function outputOf(text: string): OutputSelection {
  const output = parseOutput(text);
  if (output) return output;
  throw new UsageError(`--output ${text}: give ${outputNotation}.`);
}

function parseRuntime(text: string, runtimes: Runtimes): RuntimeChoice {
  runtimes.check(text);
  return text;
}

/** What the options ask, of whichever image. */
function questionOf(
  checkpoint: string,
  { target, layer, logits, output, runtime }: ReturnType<typeof parse>['values'],
  runtimes: Runtimes,
): Omit<Question, 'image'> {
  return {
    checkpoint: resolve(checkpoint),
    target: targetOf(target),
    ...(layer !== undefined && { layer }),
    ...(logits !== undefined && { logits }),
    ...(output !== undefined && { output: outputOf(output) }),
    runtime: parseRuntime(runtime, runtimes),
  };
}

function parseSeed(text: string): number {
  const seed = Number(text);
  if (!Number.isSafeInteger(seed) || seed < 0) throw new UsageError(`--seed ${text}: give a whole number from 0.`);
  return seed;
}

function parseMemory(text: string): number {
  const megabytes = Number(text);
  if (Number.isSafeInteger(megabytes) && megabytes >= 0) return megabytes;
  throw new UsageError(`--memory ${text}: give a whole number of megabytes, or 0 for half of the machine's memory.`);
}

/** The methods named, each with its preset and settings; a setting of a method that is not run is an error. */
function parseMethods(list: string, presets: readonly string[], settings: readonly string[]): MethodRequest[] {
  const names =
    list === 'all' ? allMethods.map((method) => method.info.id) : list.split(',').map((name) => name.trim());
  const ids = [...new Set(names.filter((name) => name !== ''))].map((name) => findMethod(name).info.id);
  if (ids.length === 0) throw new UsageError('--methods names no method; `whylight methods` lists them.');
  const presetOf = new Map<string, string>();
  const parametersOf = new Map<string, Parameters>();
  const known = (id: string, option: string): string => {
    findMethod(id);
    if (!ids.includes(id))
      throw new UsageError(`${option}: the method ${id} is not among those that run (${ids.join(', ')}).`);
    return id;
  };
  for (const text of presets) {
    const { method, preset } = parsePreset(text);
    presetOf.set(known(method, `--preset ${text}`), preset);
  }
  for (const text of settings) {
    const { method, parameter, value } = parseSetting(text);
    const id = known(method, `--set ${text}`);
    parametersOf.set(id, { ...parametersOf.get(id), [parameter]: value });
  }
  return ids.map((id) => {
    const preset = presetOf.get(id);
    const parameters = parametersOf.get(id);
    // Wrong values are wrong usage, to be told before anything runs.
    resolveParameters(findMethod(id).info, preset, parameters);
    return { ...cardFor(id), ...(preset !== undefined && { preset }), ...(parameters && { parameters }) };
  });
}

/**
 * Reads the command line (without node and script). Throws UsageError with one sentence.
 *
 * @param runtimes those that --runtime may name.
 */
export function readArguments(argv: readonly string[], runtimes: Runtimes): Arguments {
  const { values, positionals } = parse(argv);
  const [command, ...rest] = positionals;
  if (values.version) return { command: 'version' };
  if (values.help || command === undefined || command === 'help') return { command: 'help' };
  switch (command) {
    case 'explain': {
      if (values.gradients || values.image !== undefined) {
        throw new UsageError('--gradients and --image go with inspect; explain takes its images by their names alone.');
      }
      if (values.model === undefined) throw new UsageError('explain needs --model <checkpoint>.');
      if (rest.length === 0 && values.input === undefined) throw new UsageError('explain needs at least one image.');
      if (rest.length > 1 && values.input !== undefined) {
        throw new UsageError('--input feeds one model input, so it goes with at most one image.');
      }
      return {
        command,
        images: rest,
        question: questionOf(values.model, values, runtimes),
        cards: parseMethods(values.methods, values.preset ?? [], values.set ?? []),
        input: values.input,
        seed: parseSeed(values.seed),
        memory: parseMemory(values.memory),
        out: values.out,
        json: values.json,
      };
    }
    case 'inspect': {
      const [checkpoint] = rest;
      if (checkpoint === undefined || rest.length > 1) throw new UsageError('inspect needs one checkpoint.');
      if (!values.gradients) {
        if (values.image !== undefined) throw new UsageError('--image goes with inspect --gradients.');
        return { command, checkpoint, logits: values.logits, json: values.json };
      }
      if (values.image === undefined && values.input === undefined) {
        throw new UsageError(
          'inspect --gradients sends an image through the model: name one with --image <file>, or a tensor with --input <file.npy>.',
        );
      }
      return {
        command: 'health',
        question: questionOf(checkpoint, values, runtimes),
        image: values.image ?? null,
        input: values.input,
        memory: parseMemory(values.memory),
        json: values.json,
      };
    }
    case 'methods':
      return { command, json: values.json };
    default:
      throw new UsageError(`There is no command “${command}”; choose explain, inspect or methods.`);
  }
}
