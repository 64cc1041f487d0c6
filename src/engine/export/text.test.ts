import { describe, expect, it } from 'vitest';
import { drawText, ellipsise, ellipsiseStart, measureText, wrapText } from './text';

const style = { size: 10, weight: 'regular', colour: '#123456' } as const;

describe('drawText', () => {
  it('needs no font of the machine for Latin, Greek and Cyrillic', () => {
    const svg = drawText('Grad-CAM++ × Ünïcode “Σ” −1.5e−7 Черепаха χελώνα żółw', 0, 0, style);
    expect(svg).toContain('<path');
    expect(svg).not.toContain('<text');
  });

  it('leaves other scripts to the machine, one character at a time, escaped', () => {
    const svg = drawText('海<龟', 0, 0, style);
    expect(svg.match(/<text /g)).toHaveLength(2);
    expect(svg).not.toContain('<龟');
  });

  it('keeps control characters out of the image', () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they must not be there
    expect(drawText('a\u0000\u0007b', 0, 0, style)).not.toMatch(/[\u0000-\u001f]/);
  });

  it('draws combining accents as the letter that they make', () => {
    expect(drawText('e\u0301', 0, 0, style)).toBe(drawText('é', 0, 0, style));
  });

  it('anchors at the end and in the middle', () => {
    const at = (svg: string) => Number(/translate\(([-\d.]+)/.exec(svg)![1]);
    const width = measureText('H', style);
    expect(at(drawText('H', 100, 0, style, 'end'))).toBeCloseTo(100 - width, 1);
    expect(at(drawText('H', 100, 0, style, 'middle'))).toBeCloseTo(100 - width / 2, 1);
  });
});

describe('fitting text', () => {
  it('measures in proportion to the size', () => {
    expect(measureText('Whylight', { ...style, size: 20 })).toBeCloseTo(2 * measureText('Whylight', style), 9);
    expect(measureText('', style)).toBe(0);
  });

  it('keeps what fits and cuts the rest', () => {
    const text = 'model.features.denseblock4.denselayer16.conv2';
    for (const cut of [ellipsise(text, 120, style), ellipsiseStart(text, 120, style)]) {
      expect(measureText(cut, style)).toBeLessThanOrEqual(120);
      expect(measureText(cut, style)).toBeGreaterThan(100);
    }
    expect(ellipsise(text, 120, style)).toMatch(/^model\.feat.*…$/);
    expect(ellipsiseStart(text, 120, style)).toMatch(/^….*conv2$/);
    expect(ellipsise('short', 120, style)).toBe('short');
  });

  it('wraps at spaces and cuts the last line', () => {
    const lines = wrapText('one two three four five six seven eight nine ten', 60, 3, style);
    expect(lines).toHaveLength(3);
    for (const line of lines) expect(measureText(line, style)).toBeLessThanOrEqual(60);
    expect(lines[2]).toMatch(/…$/);
    expect(wrapText('', 60, 3, style)).toEqual([]);
    expect(wrapText('one two', 600, 3, style)).toEqual(['one two']);
  });
});
