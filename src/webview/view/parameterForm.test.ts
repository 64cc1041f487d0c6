import { describe, expect, it } from 'vitest';
import { type CardRequest, cardFor } from '../../shared/question/card';
import type { MethodInfo } from '../../shared/results/attribution';
import { fieldsOf, formOf, requestOf, sameForm, withPreset, withValue } from './parameterForm';
import { englishWords as words } from './words';

const info = {
  id: 'smoothgrad',
  title: 'SmoothGrad',
  parameters: [
    { name: 'samples', title: '', description: '', type: 'integer', default: 25, minimum: 1, maximum: 1000 },
    { name: 'noise', title: '', description: '', type: 'number', default: 0.15, minimum: 0 },
    { name: 'square', title: '', description: '', type: 'boolean', default: false },
    {
      name: 'reduce',
      title: '',
      description: '',
      type: 'choice',
      default: 'sum',
      choices: [
        { value: 'sum', description: '' },
        { value: 'max', description: '' },
      ],
    },
  ],
  presets: [{ name: 'pair', title: 'PAIR', description: '', parameters: { square: true, samples: 50 } }],
} as unknown as MethodInfo;

const question = { image: 'a', checkpoint: 'b', target: { kind: 'top1' } } as const;
/** The second card of a method, which was run with other parameters before. */
const second: CardRequest<string> = {
  key: 'second',
  method: 'smoothgrad',
  preset: 'captum',
  parameters: { samples: 3 },
  layer: 'conv5',
  question,
};

const errors = (name: string, value: string) =>
  fieldsOf(info, withValue(formOf(info, {}), name, value), words).find((field) => field.info.name === name)?.error;

describe('parameter form', () => {
  it('starts from the defaults, the preset over them, and the request’s own values over both', () => {
    expect(formOf(info, {}).values).toEqual({
      samples: '25',
      noise: '0.15',
      square: false,
      reduce: 'sum',
    });
    const form = formOf(info, { preset: 'pair', parameters: { samples: 7 } });
    expect(form).toEqual({ preset: 'pair', values: { samples: '7', noise: '0.15', square: true, reduce: 'sum' } });
  });

  it('takes an unknown preset for none', () => {
    expect(formOf(info, { preset: 'gone' }).preset).toBe('');
  });

  it('asks only for what differs from the preset', () => {
    const form = withValue(withPreset(info, 'pair'), 'noise', '0.2');
    expect(requestOf(info, form, words, cardFor('smoothgrad'))).toEqual({
      ...cardFor('smoothgrad'),
      preset: 'pair',
      parameters: { noise: 0.2 },
    });
    const { preset: _, parameters: __, ...kept } = second;
    expect(requestOf(info, withValue(form, 'square', false), words, second)).toEqual({
      ...kept,
      preset: 'pair',
      parameters: { noise: 0.2, square: false },
    });
    expect(requestOf(info, withPreset(info, ''), words, cardFor('smoothgrad'))).toEqual(cardFor('smoothgrad'));
  });

  it('survives the way to a request and back', () => {
    const form = withValue(withValue(withPreset(info, 'pair'), 'samples', '12'), 'reduce', 'max');
    expect(sameForm(formOf(info, requestOf(info, form, words, cardFor('smoothgrad'))!), form)).toBe(true);
    expect(sameForm(form, withValue(form, 'samples', '13'))).toBe(false);
  });

  it.each([
    ['samples', '', 'Enter a whole number.'],
    ['samples', '2.5', 'Enter a whole number.'],
    ['samples', '0', 'Must be at least 1.'],
    ['samples', '1001', 'Must be at most 1000.'],
    ['samples', '1000', null],
    ['noise', 'x', 'Enter a number.'],
    ['noise', 'Infinity', 'Enter a number.'],
    ['noise', '0,5', null],
    ['noise', '1e-3', null],
    ['reduce', 'median', 'Choose one of the listed values.'],
  ])('%s = “%s”: %s', (name, value, error) => {
    expect(errors(name, value)).toBe(error);
  });

  it('makes no request of a wrong form', () => {
    const form = withValue(formOf(info, {}), 'samples', 'many');
    expect(requestOf(info, form, words, cardFor('smoothgrad'))).toBeNull();
  });

  it('says range and default', () => {
    const hints = fieldsOf(info, formOf(info, {}), words).map((field) => field.hint);
    expect(hints).toEqual(['1 to 1000, default 25', 'at least 0, default 0.15', '', '']);
  });
});
