import type { Operation, Rules } from '../operation';

/** What a batch normalisation works with, as values. */
export interface Statistics {
  readonly scale: string;
  readonly shift: string;
  readonly mean: string;
  readonly variance: string;
}

/** Statistics that come with the checkpoint are used, as in inference; without any they are those of the images at hand. */
function fusedBatchNorm(o: Operation): void {
  const training = o.flag('is_training');
  const own = o.dims(3)?.[0] !== 0;
  if (training && own) {
    o.note('Batch normalisations were saved in training mode; they use their stored statistics, as in inference.');
  }
  const given = own ? { mean: o.x(3), variance: o.x(4) } : ofImages(o);
  if (training && !own) {
    o.note(
      'Batch normalisations were saved in training mode without statistics; they use those of the image that is explained.',
    );
  }
  const finish = ending(o);
  const statistics = { scale: o.x(1), shift: o.x(2), ...given };
  finish(normalised(o, o.x(), statistics, o.number('epsilon'), finish.last ? o.out() : undefined));
  // Statistics are given on, and so is what training keeps for its backward pass.
  for (const index of [1, 2, 3, 4, 5]) {
    if (o.used(index)) o.w.emit('Identity', [index % 2 === 1 ? given.mean : given.variance], {}, o.out(index));
  }
}

export function normalised(o: Operation, x: string, s: Statistics, epsilon: number, output?: string): string {
  const inputs = [s.scale, s.shift, s.mean, s.variance];
  return o.image(x, (first, out) => o.w.emit('BatchNormalization', [first, ...inputs], { epsilon }, out), output);
}

function ofImages(o: Operation): { mean: string; variance: string } {
  const axes = o.w.ints(...(o.channelsLast ? [0, 1, 2] : [0, 2, 3]));
  const kept = o.w.emit('ReduceMean', [o.x(), axes], { keepdims: 1 });
  const centred = o.w.emit('Sub', [o.x(), kept]);
  const variance = o.w.emit('ReduceMean', [o.w.mul(centred, centred), axes], { keepdims: 0 });
  return { mean: o.w.emit('Squeeze', [kept, axes]), variance };
}

/** Grappler adds another value and an activation (_FusedBatchNormEx). */
function ending(o: Operation): { (value: string): void; readonly last: boolean } {
  const side = o.node.op === '_FusedBatchNormEx' && o.inputs.length > 5;
  const activation = o.text('activation_mode');
  if (activation !== 'Identity' && activation !== 'Relu') o.unsupported(`ends in ${activation}`);
  const rectified = activation === 'Relu';
  const finish = (value: string): void => {
    if (side && rectified) o.give('Relu', [o.w.add(value, o.x(5))]);
    else if (side) o.give('Add', [value, o.x(5)]);
    else if (rectified) o.give('Relu', [value]);
  };
  return Object.assign(finish, { last: !side && !rectified });
}

/** The oldest form: (x, mean, variance, shift, scale). */
function globalBatchNorm(o: Operation): void {
  const ones = o.w.emit('ConstantOfShape', [o.w.emit('Shape', [o.x(2)])], {
    value: { dtype: 'float32', dims: [1], data: Float32Array.of(1) },
  });
  const scale = o.flag('scale_after_normalization') ? o.x(4) : ones;
  const statistics = { mean: o.x(1), variance: o.x(2), shift: o.x(3), scale };
  normalised(o, o.x(), statistics, o.number('variance_epsilon'), o.out());
}

/** The sum of squares is divided by the number of channels in ONNX. */
function localResponse(o: Operation): void {
  const size = 2 * o.number('depth_radius') + 1;
  const attributes = { size, bias: o.number('bias'), alpha: o.number('alpha') * size, beta: o.number('beta') };
  o.image(o.x(), (first, out) => o.w.emit('LRN', [first], attributes, out), o.out());
}

export const normalisations: Rules = {
  FusedBatchNorm: fusedBatchNorm,
  FusedBatchNormV2: fusedBatchNorm,
  FusedBatchNormV3: fusedBatchNorm,
  _FusedBatchNormEx: fusedBatchNorm,
  BatchNormWithGlobalNormalization: globalBatchNorm,
  LRN: localResponse,
};
