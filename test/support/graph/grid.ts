/** Tables of cases over which an operator's gradient is tested, once and twice differentiated. */
import { describe, expect, it } from 'vitest';
import { eachRuntime } from '../runtimes';
import { checkGradient, checkSecondOrder } from './gradientCheck';
import type { SmallGraph } from './smallGraph';

export interface GradientCase extends SmallGraph {
  readonly title: string;
  /**
   * How the first output depends on the inputs together. 'linear': an adjoint test with steps of 1. 'piecewise' linear, with kinks that
   * `values` stay clear of, and 'smooth': central differences. The second derivative of the first two is exactly 0.
   */
  readonly kind: 'linear' | 'piecewise' | 'smooth';
  /** Values of the inputs; random ones in [−2, 2] when left out. */
  readonly values?: (count: number, random: () => number, name: string) => ArrayLike<number>;
  /** The inputs have no batch: their shapes are whole. */
  readonly whole?: boolean;
  readonly step?: number;
  readonly tolerance?: number;
}

/** Operator → its cases. */
export type GradientGrid = Readonly<Record<string, readonly GradientCase[]>>;

/** Registers two tests for every case on every runtime: the gradient, and the gradients of the gradient. */
export function testGradients(grid: GradientGrid): void {
  describe.each(eachRuntime)('on $id', ({ runtime }) => {
    describe.each(Object.entries(grid))('%s', (op, cases) => {
      it.each(cases)('$title', async (each) => {
        expect(
          each.nodes.some((node) => node.op === op),
          `the case has a node ${op}`,
        ).toBe(true);
        await checkGradient(each, { ...optionsOf(each), runtime });
      });
      it.each(cases)('$title, differentiated twice', async (each) => {
        await checkSecondOrder(each, { ...optionsOf(each), runtime, piecewise: each.kind !== 'smooth' });
      });
    });
  });
}

function optionsOf({ kind, values, whole, step, tolerance }: GradientCase) {
  return { kind: kind === 'linear' ? kind : ('smooth' as const), values, whole, step, tolerance };
}
