import type { Operation, Rules } from '../operation';
import { renamed } from './shared';

type Activation = (o: Operation, x: string, output?: string) => string;

const plainly =
  (op: string): Activation =>
  (o, x, output) =>
    o.w.emit(op, [x], {}, output);

/** Those that optimisers put behind a convolution or a product too. */
export const fusable: Readonly<Record<string, Activation>> = {
  Relu: plainly('Relu'),
  Relu6: (o, x, output) => o.w.emit('Clip', [x, o.w.scalar(0), o.w.scalar(6)], {}, output),
  Elu: plainly('Elu'),
  LeakyRelu: (o, x, output) => {
    const alpha = o.number(o.node.op === 'LeakyRelu' ? 'alpha' : 'leakyrelu_alpha');
    return o.w.emit('LeakyRelu', [x], { alpha }, output);
  },
  Sigmoid: plainly('Sigmoid'),
  Tanh: plainly('Tanh'),
  GeluExact: plainly('Gelu'),
  GeluApproximate: (o, x, output) => o.w.emit('Gelu', [x], { approximate: 'tanh' }, output),
};

const byItself = (name: string) => (o: Operation) => {
  fusable[name]?.(o, o.x(), o.out());
};

export const activations: Rules = {
  Relu: byItself('Relu'),
  Relu6: byItself('Relu6'),
  Elu: byItself('Elu'),
  LeakyRelu: byItself('LeakyRelu'),
  Sigmoid: byItself('Sigmoid'),
  Tanh: byItself('Tanh'),
  Selu: renamed('Selu'),
  Prelu: renamed('PRelu'),
  Softplus: renamed('Softplus'),
  Softsign: renamed('Softsign'),
  Softmax: renamed('Softmax', { axis: -1 }),
  LogSoftmax: renamed('LogSoftmax', { axis: -1 }),
};
