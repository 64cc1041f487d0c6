import { describe, expect, it } from 'vitest';
import { colourBarCss, colourBarStops, colourBarTicks, fittingTicks } from './colourBar';
import { colourTable } from './colourMaps';

const labels = (low: number, high: number) => colourBarTicks(low, high).map((tick) => tick.label);

describe('colourBarTicks', () => {
  it('stands at round values inside the range', () => {
    expect(colourBarTicks(0, 0.9).map(({ position, label }) => [Number(position.toFixed(6)), label])).toEqual([
      [0, '0'],
      [0.222222, '0.2'],
      [0.444444, '0.4'],
      [0.666667, '0.6'],
      [0.888889, '0.8'],
    ]);
  });

  it('has a mark at zero in the middle of a signed scale', () => {
    const ticks = colourBarTicks(-0.46, 0.46);
    expect(ticks.find((tick) => tick.value === 0)).toEqual({ position: 0.5, value: 0, label: '0' });
    expect(labels(-0.46, 0.46)).toEqual(['−0.4', '−0.2', '0', '0.2', '0.4']);
  });

  it('runs downwards on a negative scale', () => {
    expect(colourBarTicks(0, -8).map(({ position, label }) => [position, label])).toEqual([
      [0, '0'],
      [0.25, '−2'],
      [0.5, '−4'],
      [0.75, '−6'],
      [1, '−8'],
    ]);
  });

  it('is scientific for very small and very large numbers', () => {
    expect(labels(-2.6e-8, 2.6e-8)).toEqual(['−2e−8', '−1e−8', '0', '1e−8', '2e−8']);
    expect(labels(0, 4e6)).toEqual(['0', '1e6', '2e6', '3e6', '4e6']);
    expect(labels(0, 1.6e-9)).toEqual(['0', '5e−10', '1e−9', '1.5e−9']);
  });

  it('keeps the same number of decimals', () => {
    expect(labels(0, 0.26)).toEqual(['0', '0.05', '0.10', '0.15', '0.20', '0.25']);
  });

  it('always has at least two marks, all inside the bar', () => {
    for (let exponent = -30; exponent <= 30; exponent += 3) {
      for (const factor of [1, 1.3, 1.99, 2.5, 4.9, 7.77, 9.99]) {
        const high = factor * 10 ** exponent;
        for (const low of [0, -high]) {
          const ticks = colourBarTicks(low, high);
          expect(ticks.length).toBeGreaterThanOrEqual(2);
          expect(ticks.length).toBeLessThanOrEqual(8);
          expect(new Set(ticks.map((tick) => tick.label)).size).toBe(ticks.length);
          for (const { position } of ticks) {
            expect(position).toBeGreaterThanOrEqual(-1e-9);
            expect(position).toBeLessThanOrEqual(1 + 1e-9);
          }
        }
      }
    }
  });
});

describe('fittingTicks', () => {
  const room = (width: number) => ({ width, space: 1, measure: (label: string) => label.length });
  const shown = (low: number, high: number, width: number) =>
    fittingTicks(low, high, room(width)).map(({ label, centre }) => [label, centre]);

  it('has five marks where there is room, the outer labels pulled inside', () => {
    expect(shown(0, -8, 40)).toEqual([
      ['0', 0.5],
      ['−2', 10],
      ['−4', 20],
      ['−6', 30],
      ['−8', 39],
    ]);
  });

  it('has fewer where labels are long, and one where there is room for no more', () => {
    expect(shown(0, 0.9, 40).map(([label]) => label)).toEqual(['0', '0.2', '0.4', '0.6', '0.8']);
    expect(shown(0, 0.9, 12).map(([label]) => label)).toEqual(['0', '0.5']);
    expect(shown(-0.46, 0.46, 10).map(([label]) => label)).toEqual(['−0.4', '0.4']);
    expect(shown(-0.46, 0.46, 7)).toEqual([['0', 3.5]]);
    expect(shown(1234, 5678, 3)).toEqual([]);
  });

  it('never lets labels touch or leave the bar', () => {
    for (let exponent = -12; exponent <= 12; exponent++) {
      for (const factor of [1, 1.49, 2.5, 4.9, 7.77]) {
        const high = factor * 10 ** exponent;
        for (const low of [0, -high, 0.9 * high]) {
          for (const width of [4, 7, 12, 20, 29, 45]) {
            let end = -1;
            for (const { label, centre } of fittingTicks(low, high, room(width))) {
              expect(centre - label.length / 2).toBeGreaterThanOrEqual(end + 1 - 1e-9);
              end = centre + label.length / 2;
            }
            expect(end).toBeLessThanOrEqual(width + 1e-9);
          }
        }
      }
    }
  });
});

describe('colour stops', () => {
  it('begins and ends with the ends of the map', () => {
    const stops = colourBarStops('viridis', 'positive');
    expect(stops[0]).toEqual({ offset: 0, colour: 'rgb(68, 1, 84)', opacity: 1 });
    expect(stops.at(-1)).toEqual({ offset: 1, colour: 'rgb(253, 231, 37)', opacity: 1 });
    expect(colourBarCss('greys', 'positive')).toMatch(
      /^linear-gradient\(to right, rgb\(0, 0, 0\) 0\.0%, .*rgb\(255, 255, 255\) 100\.0%\)$/,
    );
  });

  it('become transparent towards zero over an image, with the colours that overlays have there', () => {
    const stops = colourBarStops('coolwarm', 'signed', 0.8, 17);
    const table = colourTable('coolwarm');
    const end = (i: number) => `rgb(${table[3 * i]}, ${table[3 * i + 1]}, ${table[3 * i + 2]})`;
    expect(stops[0]).toEqual({ offset: 0, colour: end(0), opacity: 0.8 });
    expect(stops[8]).toMatchObject({ offset: 0.5, opacity: 0 });
    // The stop at a value of 1/8: (1/8)^⅔ is a quarter.
    expect(stops[9]!.opacity).toBeCloseTo(0.2, 12);
    expect(stops[16]).toEqual({ offset: 1, colour: end(255), opacity: 0.8 });
    expect(colourBarCss('greys', 'positive', 0.5)).toMatch(
      /^linear-gradient\(to right, rgba\(0, 0, 0, 0\.000\) 0\.0%, .*rgba\(255, 255, 255, 0\.500\) 100\.0%\)$/,
    );
  });

  it('stays close to the map in between', () => {
    const table = colourTable('inferno');
    const stops = colourBarStops('inferno', 'positive');
    for (let i = 0; i < 256; i++) {
      const at = (i / 255) * (stops.length - 1);
      const [a, b] = [stops[Math.floor(at)]!, stops[Math.ceil(at)]!].map((stop) =>
        stop.colour.match(/\d+/g)!.map(Number),
      );
      for (let c = 0; c < 3; c++) {
        const shown = a![c]! + (b![c]! - a![c]!) * (at - Math.floor(at));
        expect(Math.abs(shown - table[3 * i + c]!)).toBeLessThan(8);
      }
    }
  });
});
