import type { MethodRequest } from '../../shared/question/card';
import type { MethodInfo, ParameterInfo, Parameters, ParameterValue } from '../../shared/results/attribution';
import { parameterProblem } from '../../shared/results/parameterProblem';
import type { Words } from './words';

/** What the fields of a card's form hold while they are edited; numbers stay text until they are checked. */
export interface ParameterForm {
  /** Preset name, or '' for the paper's defaults. */
  readonly preset: string;
  readonly values: Readonly<Record<string, string | boolean>>;
}

/** One field ready to draw. */
export interface ParameterField {
  readonly info: ParameterInfo;
  readonly value: string | boolean;
  /** Range and default in words. */
  readonly hint: string;
  /** What is wrong with the value, or null. */
  readonly error: string | null;
}

/** The form that shows a request. */
export function formOf(info: MethodInfo, request: Pick<MethodRequest, 'preset' | 'parameters'>): ParameterForm {
  return fill(info, request.preset ?? '', request.parameters ?? {});
}

/** The form with another preset's values; edits are dropped, as the preset means exactly its numbers. */
export function withPreset(info: MethodInfo, preset: string): ParameterForm {
  return fill(info, preset, {});
}

export function withValue(form: ParameterForm, name: string, value: string | boolean): ParameterForm {
  return { ...form, values: { ...form.values, [name]: value } };
}

export function fieldsOf(info: MethodInfo, form: ParameterForm, words: Words): readonly ParameterField[] {
  return info.parameters.map((parameter) => {
    const value = form.values[parameter.name] ?? textOf(parameter.default);
    return { info: parameter, value, hint: hintOf(parameter, words), error: check(parameter, value, words) };
  });
}

/**
 * The card's request with what the form says in place of its preset and parameters: only what differs from the preset is listed. Null when a
 * field is wrong.
 */
export function requestOf(
  info: MethodInfo,
  form: ParameterForm,
  words: Words,
  { preset: _, parameters: __, ...kept }: MethodRequest,
): MethodRequest | null {
  const base = baseValues(info, form.preset);
  const changed: Record<string, ParameterValue> = {};
  for (const field of fieldsOf(info, form, words)) {
    if (field.error !== null) return null;
    const value = parse(field.info, field.value);
    if (value !== base[field.info.name]) changed[field.info.name] = value;
  }
  return {
    ...kept,
    ...(form.preset === '' ? {} : { preset: form.preset }),
    ...(Object.keys(changed).length === 0 ? {} : { parameters: changed }),
  };
}

/** Whether two forms hold the same entries. */
export function sameForm(a: ParameterForm, b: ParameterForm): boolean {
  const names = Object.keys(a.values);
  return (
    a.preset === b.preset &&
    names.length === Object.keys(b.values).length &&
    names.every((name) => a.values[name] === b.values[name])
  );
}

function baseValues(info: MethodInfo, preset: string): Parameters {
  const named = info.presets.find((each) => each.name === preset);
  return { ...Object.fromEntries(info.parameters.map((each) => [each.name, each.default])), ...named?.parameters };
}

function fill(info: MethodInfo, preset: string, overrides: Readonly<Parameters>): ParameterForm {
  const known = info.presets.some((each) => each.name === preset) ? preset : '';
  const values = { ...baseValues(info, known), ...overrides };
  const entries = info.parameters.map((each) => [each.name, textOf(values[each.name] ?? each.default)] as const);
  return { preset: known, values: Object.fromEntries(entries) };
}

function textOf(value: ParameterValue): string | boolean {
  return typeof value === 'number' ? String(value) : value;
}

function parse(info: ParameterInfo, value: string | boolean): ParameterValue {
  return info.type === 'number' || info.type === 'integer' ? numberOf(value) : value;
}

/** The number that a field's text stands for; a decimal comma is taken for a point. NaN when it is none. */
function numberOf(value: string | boolean): number {
  const text = String(value).trim().replace(',', '.');
  return text === '' ? Number.NaN : Number(text);
}

function check(info: ParameterInfo, value: string | boolean, words: Words): string | null {
  switch (parameterProblem(info, parse(info, value))) {
    case null:
      return null;
    case 'choice':
      return words('field.notChoice');
    case 'below':
      return words('field.tooSmall', info.minimum ?? 0);
    case 'above':
      return words('field.tooLarge', info.maximum ?? 0);
    default:
      return words(info.type === 'integer' ? 'field.notInteger' : 'field.notNumber');
  }
}

function hintOf(info: ParameterInfo, words: Words): string {
  const parts: string[] = [];
  const { minimum, maximum } = info;
  if (minimum !== undefined && maximum !== undefined) parts.push(words('field.range', minimum, maximum));
  else if (minimum !== undefined) parts.push(words('field.atLeast', minimum));
  else if (maximum !== undefined) parts.push(words('field.atMost', maximum));
  if (typeof info.default === 'number') parts.push(words('field.default', info.default));
  return parts.join(', ');
}
