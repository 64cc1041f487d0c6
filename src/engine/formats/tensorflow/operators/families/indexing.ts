import type { Operation, Rule, Rules } from '../operation';

/** (values, indices, axis); axes in front of `batch_dims` belong to both. */
const gather: Rule = (o) => {
  const axis = o.inputs.length > 2 ? o.single(2, 'axis') : 0;
  const batch = o.number('batch_dims');
  if (batch === 0) return o.give('Gather', [o.x(0), o.x(1)], { axis });
  if (axis !== batch) o.unsupported('picks along an axis behind those that it goes through one by one');
  const places = o.w.emit('Unsqueeze', [o.x(1), o.w.ints(-1)]);
  o.give('GatherND', [o.x(0), places], { batch_dims: batch });
};

/** In the oldest form along the first axis. */
const gatherFirst: Rule = (o) => o.give('Gather', [o.x(0), o.x(1)], { axis: 0 });

/** (indices, updates, shape): into zeros, where what meets is added. */
function scatter(o: Operation): void {
  const zeros = o.w.emit('Expand', [o.scalar(0, o.type('T')), o.vector(2)]);
  o.give('ScatterND', [zeros, o.x(0), o.x(1)], { reduction: 'add' });
}

/** (values, number): the largest along the last axis. */
function topK(o: Operation): void {
  const outputs = o.w.emitMany('TopK', [o.x(0), o.vector(1)], 2, { axis: -1, sorted: Number(o.flag('sorted')) });
  outputs.forEach((output, index) => {
    if (index === 0 || o.used(index)) o.w.emit('Identity', [output], {}, o.out(index));
  });
}

export const indexing: Rules = {
  Gather: gatherFirst,
  GatherV2: gather,
  ResourceGather: gatherFirst,
  GatherNd: (o) => o.give('GatherND', [o.x(0), o.x(1)]),
  ScatterNd: scatter,
  TensorScatterUpdate: (o) => o.give('ScatterND', [o.x(0), o.x(1), o.x(2)]),
  TopKV2: topK,
};
