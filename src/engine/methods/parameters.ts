import { UsageError } from '../../shared/errors';
import type {
  MethodInfo,
  ParameterInfo,
  Parameters,
  ParameterValue,
  PresetInfo,
} from '../../shared/results/attribution';
import { parameterProblem } from '../../shared/results/parameterProblem';
import { nearest, quoted } from '../../shared/words/nearest';

/** The allowed values of a parameter, in words. */
function allowed(info: ParameterInfo): string {
  switch (info.type) {
    case 'choice':
      return `one of ${quoted((info.choices ?? []).map((choice) => choice.value))}`;
    case 'boolean':
      return 'true or false';
    default: {
      const kind = info.type === 'integer' ? 'a whole number' : 'a number';
      if (info.minimum !== undefined && info.maximum !== undefined)
        return `${kind} from ${info.minimum} to ${info.maximum}`;
      if (info.minimum !== undefined) return `${kind} from ${info.minimum} up`;
      return info.maximum === undefined ? kind : `${kind} up to ${info.maximum}`;
    }
  }
}

function findPreset(info: MethodInfo, name: string): PresetInfo {
  const preset = info.presets.find((each) => each.name === name);
  if (preset) return preset;
  const known = info.presets.map((each) => each.name);
  throw new UsageError(
    known.length > 0
      ? `${info.id} has no preset “${name}”; it has ${quoted(known)}.`
      : `${info.id} has no preset “${name}”, nor any other.`,
  );
}

/**
 * All parameters of a method: its defaults, changed by the preset, changed by the overrides.
 *
 * @throws UsageError when the preset or a parameter does not exist, or a value has the wrong type or is out of range.
 */
export function resolveParameters(
  info: MethodInfo,
  preset?: string | null,
  overrides: Readonly<Parameters> = {},
): Parameters {
  const resolved: Parameters = Object.fromEntries(info.parameters.map((each) => [each.name, each.default]));
  Object.assign(resolved, preset ? findPreset(info, preset).parameters : {});
  for (const [name, value] of Object.entries(overrides)) {
    const parameter = info.parameters.find((each) => each.name === name);
    if (!parameter) {
      const known = info.parameters.map((each) => each.name);
      const [like] = nearest(name, known);
      throw new UsageError(
        `${info.id} has no parameter “${name}”; ${like === undefined ? 'it has none' : `did you mean “${like}”? It has ${quoted(known)}`}.`,
      );
    }
    if (parameterProblem(parameter, value)) {
      throw new UsageError(`${info.id}.${name} is ${JSON.stringify(value)}; it must be ${allowed(parameter)}.`);
    }
    resolved[name] = value;
  }
  return resolved;
}

/**
 * Reads `method.parameter=value`, e.g. `smoothgrad.samples=50`: `true` and `false` are booleans, what reads as a number is one, the rest
 * is text. Whether the method has such a parameter is checked by {@link resolveParameters}.
 *
 * @throws UsageError when the text has another form.
 */
export function parseSetting(text: string): {
  readonly method: string;
  readonly parameter: string;
  readonly value: ParameterValue;
} {
  const [, method, parameter, value] = /^([^.=\s]+)\.([^.=\s]+)=(.*)$/s.exec(text) ?? [];
  if (!method || !parameter || value === undefined || value.trim() === '') {
    throw new UsageError(`“${text}” is no setting; write method.parameter=value, for example smoothgrad.samples=50.`);
  }
  return { method, parameter, value: parseValue(value.trim()) };
}

function parseValue(text: string): ParameterValue {
  if (text === 'true' || text === 'false') return text === 'true';
  return Number.isNaN(Number(text)) ? text : Number(text);
}

/**
 * Reads `method=preset`, e.g. `grad-cam=torchcam`.
 *
 * @throws UsageError when the text has another form.
 */
export function parsePreset(text: string): { readonly method: string; readonly preset: string } {
  const [, method, preset] = /^([^=\s]+)=([^=\s]+)$/.exec(text.trim()) ?? [];
  if (!method || !preset) {
    throw new UsageError(`“${text}” names no preset; write method=preset, for example grad-cam=torchcam.`);
  }
  return { method, preset };
}

function typed<T>(parameters: Parameters, name: string, type: 'number' | 'boolean' | 'string'): T {
  const value = parameters[name];
  if (typeof value !== type) throw new TypeError(`The parameter ${name} is ${String(value)}, not a ${type}.`);
  return value as T;
}

/** A resolved parameter that is a number. */
export const numberOf = (parameters: Parameters, name: string): number => typed(parameters, name, 'number');
/** A resolved parameter that is a tick box. */
export const flagOf = (parameters: Parameters, name: string): boolean => typed(parameters, name, 'boolean');
/** A resolved parameter that is one of several words. */
export const choiceOf = <T extends string>(parameters: Parameters, name: string): T =>
  typed(parameters, name, 'string');
