import { activated } from '../importing/finishing';
import type { Operation, Rule } from '../importing/operation';
import { autoPad } from './convolution';

const windows = (o: Operation) => ({
  auto_pad: autoPad(o),
  strides: [o.intOption(2), o.intOption(1)],
  kernel_shape: [o.intOption(4), o.intOption(3)],
});

/** Cells of the padding count in no pool. */
function pool(op: string): Rule {
  return (o) => {
    const pooled = o.w.channelsFirst(o.input(0), (x) => o.emit(op, [x], windows(o)));
    return activated(o, pooled, o.byteOption(5));
  };
}

/** √ of the mean of the squares. */
const l2Pool: Rule = (o) => {
  const x = o.input(0);
  const mean = o.w.channelsFirst(o.w.mul(x, x), (squares) => o.emit('AveragePool', [squares], windows(o)));
  return activated(o, o.emit('Sqrt', [mean]), o.byteOption(5));
};

export const pooling: Readonly<Record<string, Rule>> = {
  AVERAGE_POOL_2D: pool('AveragePool'),
  MAX_POOL_2D: pool('MaxPool'),
  L2_POOL_2D: l2Pool,
};
