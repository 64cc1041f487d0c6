import { describe, expect, it } from 'vitest';
import { UsageError } from '../../shared/errors';
import { findMethod, methods } from '.';
import { parsePreset, parseSetting, resolveParameters } from './parameters';

const smoothgrad = findMethod('smoothgrad').info;

describe('resolveParameters', () => {
  it('gives the defaults, changed by the preset, changed by the overrides', () => {
    expect(resolveParameters(smoothgrad)).toMatchObject({ samples: 25, noise: 0.15, summary: 'mean' });
    expect(resolveParameters(smoothgrad, 'pair')).toMatchObject({ samples: 25, summary: 'squared' });
    expect(resolveParameters(smoothgrad, 'pair', { samples: 3 })).toMatchObject({ samples: 3, summary: 'squared' });
  });

  it.each([
    [() => resolveParameters(smoothgrad, 'captun'), /no preset “captun”; it has “pair”, “captum”/],
    [() => resolveParameters(smoothgrad, null, { sample: 3 }), /no parameter “sample”; did you mean “samples”/],
    [
      () => resolveParameters(smoothgrad, null, { samples: '3' }),
      /smoothgrad.samples is "3"; it must be a whole number/,
    ],
    [() => resolveParameters(smoothgrad, null, { samples: 2.5 }), /must be a whole number from 1 to 10000/],
    [() => resolveParameters(smoothgrad, null, { samples: 0 }), /must be a whole number from 1/],
    [() => resolveParameters(smoothgrad, null, { noise: Number.NaN }), /must be a number from 0 up/],
    [() => resolveParameters(smoothgrad, null, { clamp: 1 }), /must be true or false/],
    [() => resolveParameters(smoothgrad, null, { summary: 'median' }), /one of “mean”, “squared”, “variance”/],
  ])('says what does not fit: %#', (resolve, sentence) => {
    expect(resolve).toThrow(UsageError);
    expect(resolve).toThrow(sentence);
  });
});

describe.each(methods.map((method) => method.info))('$id', (info) => {
  it('has defaults and presets that its own rules allow', () => {
    const defaults = resolveParameters(info);
    expect(resolveParameters(info, null, defaults)).toEqual(defaults);
    for (const preset of info.presets) {
      const resolved = resolveParameters(info, preset.name);
      expect(resolveParameters(info, null, resolved)).toEqual(resolved);
    }
  });

  it('names parameters and presets once and describes them', () => {
    const names = info.parameters.map((each) => each.name);
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(info.presets.map((each) => each.name)).size).toBe(info.presets.length);
    for (const each of [...info.parameters, ...info.presets]) expect(each.description.length).toBeGreaterThan(20);
    for (const each of info.parameters) expect(each.type === 'choice').toBe(each.choices !== undefined);
  });
});

describe('findMethod', () => {
  it('finds a method by its id', () => {
    expect(methods.map((method) => findMethod(method.info.id))).toEqual(methods);
  });

  it('names the likeliest and all others', () => {
    expect(() => findMethod('gradcam')).toThrow(
      /no method “gradcam”; did you mean “grad-cam”\? The methods are gradient, /,
    );
  });
});

describe('settings of the command line', () => {
  it.each([
    ['smoothgrad.samples=50', { method: 'smoothgrad', parameter: 'samples', value: 50 }],
    ['grad-cam++.weightEpsilon=1e-6', { method: 'grad-cam++', parameter: 'weightEpsilon', value: 1e-6 }],
    ['grad-cam.relu=false', { method: 'grad-cam', parameter: 'relu', value: false }],
    ['occlusion.patchValue=-0.5', { method: 'occlusion', parameter: 'patchValue', value: -0.5 }],
    ['integrated-gradients.rule=left', { method: 'integrated-gradients', parameter: 'rule', value: 'left' }],
  ])('reads %s', (text, expected) => {
    expect(parseSetting(text)).toEqual(expected);
  });

  it.each(['samples=50', 'smoothgrad.samples', 'smoothgrad.samples=', 'a.b.c=1', ''])('is no “%s”', (text) => {
    expect(() => parseSetting(text)).toThrow(UsageError);
  });

  it('reads presets', () => {
    expect(parsePreset('grad-cam++=torchcam')).toEqual({ method: 'grad-cam++', preset: 'torchcam' });
    for (const text of ['grad-cam', '=x', 'a=', 'a=b=c']) expect(() => parsePreset(text)).toThrow(UsageError);
  });
});
