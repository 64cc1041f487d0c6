import { describe, expect, it } from 'vitest';
import { figureGrid, fitInside } from './figureGrid';

const square = { width: 10, height: 10 };

describe('figureGrid', () => {
  it.each([
    [1, 1, 1],
    [2, 2, 1],
    [5, 5, 1],
    [6, 3, 2],
    [7, 4, 2],
    [10, 5, 2],
    [11, 4, 3],
    [13, 5, 3],
  ])('%d panels: %d columns, %d rows', (panels, columns, rows) => {
    expect(figureGrid(panels, square)).toMatchObject({ columns, rows });
  });

  it('has room for every panel and no empty row', () => {
    for (let panels = 1; panels <= 40; panels++) {
      const { columns, rows } = figureGrid(panels, square);
      expect(columns * rows).toBeGreaterThanOrEqual(panels);
      expect(columns * (rows - 1)).toBeLessThan(panels);
    }
  });

  it('follows the proportions of the image within limits', () => {
    expect(figureGrid(1, { width: 300, height: 200 }).imageHeight).toBe(187);
    expect(figureGrid(1, { width: 3000, height: 100 }).imageHeight).toBe(140);
    expect(figureGrid(1, { width: 100, height: 3000 }).imageHeight).toBe(420);
  });
});

describe('fitInside', () => {
  it('centres the largest size with the same proportions', () => {
    expect(fitInside({ width: 100, height: 50 }, 200, 200)).toEqual({ x: 0, y: 50, width: 200, height: 100 });
    expect(fitInside({ width: 1, height: 4000 }, 200, 100)).toEqual({ x: 99, y: 0, width: 1, height: 100 });
  });
});
