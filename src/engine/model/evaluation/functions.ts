/** Functions of the logits that can be explained: each appends a few nodes to the program. */
import { UsageError } from '../../../shared/errors';
import type { GraphBuilder } from '../../graph/inference/builder';

/** Appends standard operators. */
export type FunctionBuilder = Pick<GraphBuilder, 'emit' | 'emitMany' | 'scalar' | 'ints' | 'tensor'>;

/** The values that a function may start from, both [batch, classes]. */
export interface Head {
  readonly logits: string;
  readonly probabilities: string;
  /** What makes probabilities of the logits. */
  readonly activation: 'softmax' | 'sigmoid';
  readonly classes: number;
}

export interface LogitFunction {
  /** Equal keys mean equal functions: programs are shared by it. */
  readonly key: string;
  /** How many numbers it gives for each image. */
  size(classes: number): number;
  /** Answers the name of a float32 value [batch, size], which is right for any batch length. */
  build(b: FunctionBuilder, head: Head): string;
}

/** log p of each class; with a weight of −1, the cross-entropy to a class. */
export const logProbabilities: LogitFunction = {
  key: 'log-probability',
  size: (classes) => classes,
  build: (b, { logits, activation }) =>
    activation === 'softmax'
      ? b.emit('LogSoftmax', [logits], { axis: -1 })
      : b.emit('Neg', [b.emit('Softplus', [b.emit('Neg', [logits])])]),
};

/** Each class's logit less the largest logit of the others: what must turn for the answer to change. */
export const margins: LogitFunction = {
  key: 'margin',
  size: (classes) => classes,
  build(b, { logits, classes }) {
    if (classes < 2) throw new UsageError('The margin to the best other class needs two classes; this model has one.');
    const [largest = ''] = b.emitMany('TopK', [logits, b.ints([2])], 2, { axis: -1 });
    const [first = '', second = ''] = b.emitMany('Split', [largest], 2, { axis: -1, num_outputs: 2 });
    const rival = b.emit('Where', [b.emit('Equal', [logits, first]), second, first]);
    return b.emit('Sub', [logits, rival]);
  },
};

/** −Σ p log p over the classes, in nats; with a sigmoid, the sum of the entropies of each class's yes and no. */
export const entropy: LogitFunction = {
  key: 'entropy',
  size: () => 1,
  build(b, head) {
    const { logits, probabilities, activation } = head;
    const expected =
      activation === 'softmax'
        ? b.emit('Neg', [b.emit('Mul', [probabilities, logProbabilities.build(b, head)])])
        : b.emit('Sub', [b.emit('Softplus', [logits]), b.emit('Mul', [probabilities, logits])]);
    return b.emit('ReduceSum', [expected, b.ints([-1])], { keepdims: 1 });
  },
};
