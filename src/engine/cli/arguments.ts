import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { UsageError } from '../../shared/errors';
import { isCheckpointName } from '../../shared/formats/checkpointNames';
import type { OverlayFormat } from '../../shared/protocol/protocol';
import { cardFor, type MethodRequest } from '../../shared/question/card';
import { type OutputSelection, outputNotation, parseOutput } from '../../shared/question/output';
import type { Question, RuntimeChoice } from '../../shared/question/question';
import { parseTarget, type TargetRequest } from '../../shared/question/target';
import type { DisplayOptions } from '../../shared/rendering/display';
import type { Parameters } from '../../shared/results/attribution';
import { methods as allMethods, findMethod } from '../methods';
import { parsePreset, parseSetting, resolveParameters } from '../methods/parameters';
import type { Runtimes } from '../runtime/runtimes';

export interface ExplainArguments {
  readonly command: 'explain';
  readonly images: readonly string[];
  /** Paths as given: checkpoints, and folders of them. */
  readonly models: readonly string[];
  /** Each is asked of each checkpoint; null for the class that the first checkpoint finds most probable. */
  readonly targets: readonly TargetRequest[] | null;
  /** What else is asked of each image. */
  readonly question: Omit<Question, 'image' | 'checkpoint' | 'target'>;
  readonly cards: readonly MethodRequest[];
  /** A .npy file that is fed as it is. */
  readonly input: string | undefined;
  readonly seed: number;
  /** MB for models and what they compute; 0 for a share of the machine's. */
  readonly memory: number;
  readonly out: string;
  readonly view: 'image' | 'model';
  /** null: shared where several questions are asked, else own. */
  readonly scale: DisplayOptions['scale'] | null;
  /** Of overlays, in pixels; the image's own size when undefined. */
  readonly longestSide: number | undefined;
  readonly format: OverlayFormat;
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
  | { readonly command: 'list'; readonly folder: string; readonly json: boolean }
  | { readonly command: 'methods'; readonly json: boolean }
  | { readonly command: 'help' }
  | { readonly command: 'version' };

const options = {
  model: { type: 'string', short: 'm', multiple: true },
  methods: { type: 'string', default: 'all' },
  target: { type: 'string', short: 't', multiple: true },
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
  view: { type: 'string', default: 'image' },
  scale: { type: 'string' },
  'longest-side': { type: 'string' },
  format: { type: 'string', default: 'png' },
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

/** What the options ask, of whichever image, checkpoint and class. */
function questionOf(
  { layer, logits, output, runtime }: ReturnType<typeof parse>['values'],
  runtimes: Runtimes,
): ExplainArguments['question'] {
  return {
    ...(layer !== undefined && { layer }),
    ...(logits !== undefined && { logits }),
    ...(output !== undefined && { output: outputOf(output) }),
    runtime: parseRuntime(runtime, runtimes),
  };
}

function parseChoice<T extends string>(option: string, text: string, choices: readonly T[]): T {
  const choice = choices.find((each) => each === text);
  if (choice !== undefined) return choice;
  throw new UsageError(`${option} ${text}: choose ${choices.join(' or ')}.`);
}

function parseLongestSide(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const pixels = Number(text);
  if (Number.isSafeInteger(pixels) && pixels >= 16) return pixels;
  throw new UsageError(`--longest-side ${text}: give a whole number of pixels from 16.`);
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
      const { model: models = [], target: targets } = values;
      if (models.length === 0) throw new UsageError('explain needs --model <checkpoint>.');
      // A shell makes of --model *.onnx a model and images.
      const stray = rest.find((name) => isCheckpointName(name));
      if (stray !== undefined) {
        throw new UsageError(
          `${stray} stands among the images, but is a checkpoint: give each checkpoint its own --model, or the folder that holds them.`,
        );
      }
      if (rest.length === 0 && values.input === undefined) throw new UsageError('explain needs at least one image.');
      if (rest.length > 1 && values.input !== undefined) {
        throw new UsageError('--input feeds one model input, so it goes with at most one image.');
      }
      return {
        command,
        images: rest,
        models,
        targets: targets?.map(targetOf) ?? null,
        question: questionOf(values, runtimes),
        cards: parseMethods(values.methods, values.preset ?? [], values.set ?? []),
        input: values.input,
        seed: parseSeed(values.seed),
        memory: parseMemory(values.memory),
        out: values.out,
        view: parseChoice('--view', values.view, ['image', 'model']),
        scale: values.scale === undefined ? null : parseChoice('--scale', values.scale, ['own', 'shared'] as const),
        longestSide: parseLongestSide(values['longest-side']),
        format: parseChoice('--format', values.format, ['png', 'jpeg']),
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
      const [target = 'top1', ...more] = values.target ?? [];
      if (more.length > 0) throw new UsageError('inspect --gradients takes one --target.');
      return {
        command: 'health',
        question: { ...questionOf(values, runtimes), checkpoint: resolve(checkpoint), target: targetOf(target) },
        image: values.image ?? null,
        input: values.input,
        memory: parseMemory(values.memory),
        json: values.json,
      };
    }
    case 'list': {
      if (rest.length > 1) throw new UsageError('list takes one folder.');
      return { command, folder: rest[0] ?? '.', json: values.json };
    }
    case 'methods':
      return { command, json: values.json };
    default:
      throw new UsageError(`There is no command “${command}”; choose explain, inspect, list or methods.`);
  }
}
