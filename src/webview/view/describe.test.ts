import { describe, expect, it } from 'vitest';
import type { Prediction } from '../../shared/explanation/events';
import { type CardPhase, type Explanation, emptyCard, emptyExplanation } from '../../shared/explanation/explanation';
import { cardFor } from '../../shared/question/card';
import type { Attribution, MethodInfo } from '../../shared/results/attribution';
import type { LayerInfo } from '../../shared/results/layers';
import { className, costText, deltaText, provenanceText, runStatus } from './describe';
import { searchLayers } from './layerSearch';
import { imagePixel, isPart, shownRegion } from './scaledRegion';
import { makeWords, englishWords as words } from './words';

const result = (rest: Partial<Attribution>): Attribution =>
  ({ preset: null, parameters: {}, seconds: 0.5, evaluations: { forward: 1, gradient: 1 }, ...rest }) as Attribution;

describe('words', () => {
  it('fills placeholders in any order and falls back to English', () => {
    const german = makeWords({ 'run.running': '{1} Verfahren, davon {0} fertig' });
    expect(german('run.running', 3, 9)).toBe('9 Verfahren, davon 3 fertig');
    expect(german('action.cancel')).toBe('Cancel');
  });
});

describe('describe', () => {
  it('names classes without a label by their index', () => {
    expect(className({ index: 7, label: null }, words)).toBe('Class 7');
  });

  it('leaves out passes that were not made', () => {
    expect(costText(result({ evaluations: { forward: 169, gradient: 0 } }), words)).toBe('500 ms · 169 forward');
    expect(costText(result({}), words)).toBe('500 ms · 1 forward · 1 gradient');
    expect(costText(result({ evaluations: { forward: 0, gradient: 25 } }), words)).toBe('500 ms · 25 gradients');
  });

  it('says whose numbers a result has', () => {
    const info = {
      parameters: [{ name: 'samples', default: 25 }],
      presets: [{ name: 'pair', title: 'PAIR', parameters: { samples: 50 } }],
    } as unknown as MethodInfo;
    expect(provenanceText(info, result({ parameters: { samples: 25 } }), words)).toBe('as in the paper');
    expect(provenanceText(info, result({ parameters: { samples: 9 } }), words)).toMatch(/changed parameters$/);
    expect(provenanceText(info, result({ preset: 'pair', parameters: { samples: 50 } }), words)).toBe('as in PAIR');
  });

  const question = {
    image: 'file:///shapes/a%20b.png',
    checkpoint: '/nets/last.onnx',
    target: { kind: 'top1' },
  } as const;
  const running = (...cards: [key: string, phase: CardPhase][]): Explanation => ({
    ...emptyExplanation<string>(question, []),
    cards: cards.map(([key, phase]) => ({ ...emptyCard<string>(cardFor(key)), phase })),
    answers: [{ question, prediction: {} as Prediction, findings: [] }],
    run: { id: 'r', phase: 'running', stage: null, seconds: 0, error: null, cut: null, keys: ['a', 'b'] },
  });

  it('counts only the cards of the run', () => {
    const explanation = running(['a', 'done'], ['b', 'waiting'], ['c', 'done']);
    expect(runStatus(explanation, words)).toBe('1 of 2 methods done');
  });

  it('says one method in the singular', () => {
    const ended = (explanation: Explanation): Explanation => ({
      ...explanation,
      run: { ...explanation.run!, phase: 'done', seconds: 2 },
    });
    expect(runStatus(ended(running(['a', 'done'])), words)).toBe('1 method done in 2.00 s');
    expect(runStatus(ended(running(['a', 'done'], ['b', 'failed'])), words)).toBe('1 method done in 2.00 s, 1 failed');
    expect(runStatus(ended(running(['a', 'done'], ['b', 'done'])), words)).toBe('2 methods done in 2.00 s');
  });

  it('says the convergence delta as a share of what it is measured against', () => {
    const delta = (convergenceDelta: number, scoreDifference?: number) =>
      deltaText(result({ convergenceDelta, ...(scoreDifference !== undefined && { scoreDifference }) }), words);
    expect(deltaText(result({}), words)).toBeNull();
    expect(delta(-0.03, 10)).toBe('convergence delta 0.3 % of the score difference');
    expect(delta(12, -8)).toBe('convergence delta 150 % of the score difference');
    expect(delta(0.002, 1e-9)).toBe('convergence delta 0.002 (the scores of image and baseline are the same)');
    expect(delta(0.002)).toBe('convergence delta 0.002');
  });
});

describe('layers', () => {
  const layers: LayerInfo[] = [
    { name: 'features.0', operator: 'Conv', shape: [64, 56, 56], spatial: true },
    { name: 'features.1', operator: 'Relu', shape: [64, 56, 56], spatial: true },
    { name: 'classifier', operator: 'Gemm', shape: [1000], spatial: false },
  ];

  it('finds by every word of the query, among layers with spatial extent only', () => {
    const names = (query: string) => searchLayers(layers, query).map((layer) => layer.name);
    expect(names('')).toEqual(['features.0', 'features.1']);
    expect(names('FEATURES relu')).toEqual(['features.1']);
    expect(names('64x56x56 conv')).toEqual(['features.0']);
    expect(names('1000')).toEqual([]);
  });
});

describe('region', () => {
  const prediction = {
    pixels: { width: 1600, height: 800 },
    imageSize: { width: 4000, height: 2000 },
    region: { x: 1000, y: 0, width: 2000, height: 2000 },
  } as Prediction;

  it('is scaled from the image to the image that is shown', () => {
    expect(shownRegion(prediction)).toEqual({ x: 400, y: 0, width: 800, height: 800 });
    expect(imagePixel({ x: 0, y: 799 }, prediction)).toEqual({ x: 1, y: 1998 });
    expect(isPart(shownRegion(prediction), prediction.pixels)).toBe(true);
    expect(isPart({ x: 0, y: 0.2, width: 1600, height: 799.7 }, prediction.pixels)).toBe(false);
  });
});
