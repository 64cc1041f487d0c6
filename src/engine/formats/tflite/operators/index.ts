/** Every operator that is brought into the graph, by its name in the schema. */
import type { Rule } from '../importing/operation';
import { arithmetic } from './arithmetic';
import { blockwise } from './blocks';
import { casting } from './casting';
import { convolution } from './convolution';
import { elementwise } from './elementwise';
import { joining } from './joining';
import { linear } from './linear';
import { normalisation } from './normalisation';
import { padding } from './padding';
import { pooling } from './pooling';
import { reductions } from './reductions';
import { resizing } from './resizing';
import { selecting } from './selecting';
import { shapes } from './shapes';
import { slicing } from './slicing';

export const families: Readonly<Record<string, Readonly<Record<string, Rule>>>> = {
  Convolution: convolution,
  Pooling: pooling,
  'Linear algebra': linear,
  Elementwise: elementwise,
  Arithmetic: arithmetic,
  Reductions: reductions,
  Normalisation: normalisation,
  'Types and quantisation': casting,
  Shapes: shapes,
  Joining: joining,
  Slicing: slicing,
  Selecting: selecting,
  Padding: padding,
  Blocks: blockwise,
  Resizing: resizing,
};

export const rules: Readonly<Record<string, Rule>> = Object.assign({}, ...Object.values(families));

/** Operators that move numbers or pick among them: what was in steps of quantisation stays in the same ones. */
export const moving: ReadonlySet<string> = new Set([
  'RESHAPE',
  'SQUEEZE',
  'EXPAND_DIMS',
  'TRANSPOSE',
  'BROADCAST_TO',
  'TILE',
  'SPLIT',
  'SPLIT_V',
  'UNPACK',
  'SLICE',
  'STRIDED_SLICE',
  'REVERSE_V2',
  'GATHER',
  'GATHER_ND',
  'TOPK_V2',
  'PAD',
  'MIRROR_PAD',
  'DEPTH_TO_SPACE',
  'SPACE_TO_DEPTH',
  'SPACE_TO_BATCH_ND',
  'BATCH_TO_SPACE_ND',
  'MAX_POOL_2D',
  'REDUCE_MAX',
  'REDUCE_MIN',
]);
