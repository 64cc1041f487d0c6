import { describe, expect, it } from 'vitest';
import { cardAltText, formatSeconds, formatValue, percent } from './summary';

describe('formatValue', () => {
  it.each([
    [0, '0'],
    [0.012345, '0.0123'],
    [-1234.5, '−1230'],
    [12.3, '12.3'],
    [0.001, '0.001'],
    [0.00099, '9.9e−4'],
    [-1.5e-7, '−1.5e−7'],
    [2e10, '2e10'],
    [100000, '1e5'],
    [Number.NaN, 'NaN'],
    [Number.NEGATIVE_INFINITY, '−∞'],
  ])('%d → %s', (value, text) => {
    expect(formatValue(value)).toBe(text);
  });
});

describe('percent', () => {
  it.each([
    [0, '0 %'],
    [0.00001, '< 0.01 %'],
    [0.0004, '0.04 %'],
    [0.0123, '1.2 %'],
    [0.931, '93.1 %'],
    [0.9995, '99.95 %'],
    [0.99999, '> 99.99 %'],
    [1, '100 %'],
    [Number.NaN, '– %'],
  ])('%d → %s', (share, text) => {
    expect(percent(share)).toBe(text);
  });
});

describe('formatSeconds', () => {
  it.each([
    [0.0004, '0 ms'],
    [0.0123, '12 ms'],
    [0.9996, '1.00 s'],
    [3.214, '3.21 s'],
    [12.34, '12.3 s'],
    [59.97, '1 min 00 s'],
    [125.2, '2 min 05 s'],
  ])('%d → %s', (seconds, text) => {
    expect(formatSeconds(seconds)).toBe(text);
  });
});

describe('cardAltText', () => {
  const card = (...values: number[]) => ({
    methodTitle: 'Grad-CAM',
    className: 'Egyptian cat',
    map: { width: 2, height: 2, channels: 1, data: Float32Array.from(values) },
    region: { x: 20, y: 0, width: 100, height: 100 },
  });

  it('says where the map is highest and lowest, in image pixels', () => {
    expect(cardAltText(card(0, 0.5, -0.25, 0))).toBe(
      'Grad-CAM for “Egyptian cat”: highest 0.5 at 95, 25; lowest −0.25 at 45, 75.',
    );
  });

  it('says when there is nothing to see', () => {
    expect(cardAltText(card(0, 0, 0, 0))).toBe('Grad-CAM for “Egyptian cat”: the same value 0 everywhere.');
    const { NaN: nan } = Number;
    expect(cardAltText(card(nan, nan, nan, nan))).toBe(
      'Grad-CAM for “Egyptian cat”: All values are NaN (not a number) and drawn as 0.',
    );
  });
});
