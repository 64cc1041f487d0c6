import type { DType } from '../../../graph/ir/tensor';
import { typeCode } from '../../../graph/ops/elementTypes';
import { asFloat32 } from '../../kit/tensors/floats';
import type { Operation, Rule } from '../importing/operation';

/** The types that casts make. */
const castable: ReadonlySet<DType> = new Set<DType>([
  ...(['float32', 'uint8', 'int8', 'uint16', 'int16'] as const),
  ...(['int32', 'int64', 'bool', 'uint32', 'uint64'] as const),
]);

export function asDtype(o: Operation, value: string, dtype: DType): string {
  if (!castable.has(dtype)) o.unsupported(`gives values of ${dtype}`);
  return o.emit('Cast', [value], { to: typeCode(dtype) });
}

/** A cast takes the integers themselves, whatever they stand for. */
const cast: Rule = (o) => {
  const steps = o.quantisation(0);
  const x = steps
    ? o.w.add(
        o.w.mul(o.input(0), o.w.scalar(1 / (steps.scales[0] as number))),
        o.w.scalar(steps.zeroPoints[0] as number),
      )
    : o.input(0);
  if (o.outputQuantisation(0)) o.unsupported('casts to integers that stand for other numbers');
  return asDtype(o, x, o.outputDtype());
};

/** Quantised values are real numbers here, and so are halves: what they hold is their result. */
const dequantize: Rule = (o) => {
  const constant = o.constant(0);
  return constant ? o.giveConstant(asFloat32(constant)) : o.input(0);
};

/** Rounds to the steps of its output (as every operator does that gives a quantised value). */
const quantize: Rule = (o) => o.input(0);

/** Rounds to 2ᵇ steps from min to max, moved so that 0 is one of them. */
const fakeQuant: Rule = (o) => {
  const [low, high, bits] = [o.floatOption(0), o.floatOption(1), o.intOption(2)];
  if (o.flagOption(3)) o.unsupported('leaves out the lowest of its steps');
  if (!(bits >= 2 && bits <= 16 && low <= 0 && high >= 0 && high > low)) o.unsupported('rounds to an impossible range');
  const last = 2 ** bits - 1;
  const scale = (high - low) / last;
  const zero = Math.min(Math.max(Math.round(-low / scale), 0), last);
  const [least, most] = [-zero * scale, (last - zero) * scale];
  const inside = o.emit('Clip', [o.input(0), o.w.scalar(least), o.w.scalar(most)]);
  const type = { dtype: 'uint16', dims: [], data: Uint16Array.of(zero) } as const;
  const steps = [o.w.scalar(scale), o.w.constant('zero_point', type)];
  return o.emit('DequantizeLinear', [o.emit('QuantizeLinear', [inside, ...steps]), ...steps]);
};

export const casting: Readonly<Record<string, Rule>> = {
  CAST: cast,
  QUANTIZE: quantize,
  DEQUANTIZE: dequantize,
  FAKE_QUANT: fakeQuant,
};
