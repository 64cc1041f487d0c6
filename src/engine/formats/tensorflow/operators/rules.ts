/** What is read of TensorFlow's operators: one table, family by family. */
import { activations } from './families/activations';
import { arithmetic } from './families/arithmetic';
import { casts } from './families/casts';
import { comparisons } from './families/comparisons';
import { convolutions } from './families/convolutions';
import { fused } from './families/fused';
import { images } from './families/images';
import { indexing } from './families/indexing';
import { joining } from './families/joining';
import { normalisations } from './families/normalisations';
import { padding } from './families/padding';
import { patches } from './families/patches';
import { pooling } from './families/pooling';
import { products } from './families/products';
import { quantisation } from './families/quantisation';
import { reductions } from './families/reductions';
import { shapes } from './families/shapes';
import { sizes } from './families/sizes';
import { slicing } from './families/slicing';
import { structure } from './families/structure';
import type { Rule, Rules } from './operation';

/** Families by what the documentation calls them. */
export const families: Readonly<Record<string, Rules>> = {
  Convolution: convolutions,
  Pooling: pooling,
  Normalisation: normalisations,
  Activation: activations,
  'Fused by optimisers': fused,
  Products: products,
  Arithmetic: arithmetic,
  'Comparison and logic': comparisons,
  Reduction: reductions,
  'Shape and order of axes': shapes,
  'Sizes and numbers in a row': sizes,
  'Joining and splitting': joining,
  'Parts of a value': slicing,
  'Picking by index': indexing,
  Padding: padding,
  'Resizing and image blocks': images,
  'Patches and blocks in the batch': patches,
  Quantisation: quantisation,
  'Element types': casts,
  Structure: structure,
};

const rules: ReadonlyMap<string, Rule> = new Map(Object.values(families).flatMap((family) => Object.entries(family)));

export function ruleOf(op: string): Rule | undefined {
  return rules.get(op);
}

export function operatorNames(): readonly string[] {
  return [...rules.keys()];
}
