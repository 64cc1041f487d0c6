import type { Rule } from '../importing/operation';
import { asDtype } from './casting';

const gather: Rule = (o) => {
  const [axis, shared] = [o.intOption(0), o.intOption(1)];
  if (shared !== 0) o.unsupported('takes other places for each item of a batch');
  return o.emit('Gather', [o.input(0), o.input(1)], { axis });
};

const gatherNd: Rule = (o) => o.emit('GatherND', [o.input(0), asDtype(o, o.input(1), 'int64')]);

/** The condition may also be a list that chooses among items of the first axis. */
const select: Rule = (o) => {
  const [from, rank] = [o.rank(0), o.rank(1)];
  const inFront = from === 1 && rank > 1 && o.type === 'SELECT';
  const shape = [-1, ...new Array<number>(Math.max(rank - 1, 0)).fill(1)];
  const condition = inFront ? o.emit('Reshape', [o.input(0), o.w.ints(...shape)]) : o.input(0);
  return o.emit('Where', [condition, o.input(1), o.input(2)]);
};

/** Indices, depth, value on, value off. */
const oneHot: Rule = (o) => {
  const off = o.emit('Unsqueeze', [o.input(3), o.w.ints(0)]);
  const on = o.emit('Unsqueeze', [o.input(2), o.w.ints(0)]);
  const values = o.emit('Concat', [off, on], { axis: 0 });
  const [depth = o.unsupported('lacks its depth')] = o.ints(1);
  return o.emit('OneHot', [asDtype(o, o.input(0), 'int64'), o.w.int(depth), values], { axis: o.intOption(0) });
};

const topK: Rule = (o) => {
  const [count = o.unsupported('lacks the number of places')] = o.ints(1);
  const [values = '', places = ''] = o.w.emitMany('TopK', [o.input(0), o.w.ints(count)], 2, { axis: -1 });
  return o.outputCount < 2 ? values : [values, asDtype(o, places, o.outputDtype(1))];
};

export const selecting: Readonly<Record<string, Rule>> = {
  GATHER: gather,
  GATHER_ND: gatherNd,
  SELECT: select,
  SELECT_V2: select,
  ONE_HOT: oneHot,
  TOPK_V2: topK,
};
