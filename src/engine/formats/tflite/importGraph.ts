/** The main graph of a model as one of ONNX operators. */
import { CheckpointError } from '../../../shared/errors';
import type { Graph } from '../../graph/ir/graph';
import type { Layout } from '../../graph/ir/layout';
import type { ValueType } from '../../graph/ir/tensor';
import { GraphWriter } from '../kit/graph/graphWriter';
import type { OperatorWriter } from '../kit/graph/operatorWriter';
import { imageLayout } from './imageLayout';
import { inSteps, named } from './importing/finishing';
import { Operation } from './importing/operation';
import { Unsupported, Values } from './importing/values';
import { moving, rules } from './operators';
import type { OperatorRecord, Quantisation, TfliteModel } from './schema/model';

export interface ImportedGraph {
  readonly graph: Graph;
  /** Order of the image input's axes; undefined when there is none. */
  readonly layout: Layout | undefined;
  /** What was changed, in sentences. */
  readonly notes: readonly string[];
}

const quantisedNote =
  'Quantised operators are computed as floating-point ones with the same steps of quantisation; a number on the border of two steps may be rounded the other way.';
const hybridNote =
  'Weights that are stored as integers are used as the numbers that they stand for; TensorFlow Lite may round what they are multiplied with to 8 bits.';

/** @throws CheckpointError when the model contradicts itself. */
export function importGraph(model: TfliteModel): ImportedGraph {
  const writer = new GraphWriter(Values.namesOf(model));
  const values = new Values(model, writer);
  const layout = imageLayout(model.main);
  const notes = new Set<string>();
  for (const index of new Set(model.main.inputs)) writeInput(writer, values, index);
  for (const record of model.main.operators) {
    writeOperator(writer, values, record);
    if (record.outputs.some((output) => values.quantisation(output))) notes.add(quantisedNote);
    else if (multipliesIntegers(values, record)) notes.add(hybridNote);
  }
  const outputs = model.main.outputs.map((index) => values.value(index));
  if (outputs.length === 0) throw new CheckpointError('The checkpoint has no outputs.');
  const types = new Map(model.main.outputs.map((index) => [values.value(index), typeOf(values, index)] as const));
  return { graph: writer.finish(outputs, types, { channelsLast: true }), layout, notes: [...notes] };
}

function typeOf(values: Values, index: number): ValueType {
  return { dtype: values.dtype(index), dims: values.record(index).dims };
}

/**
 * An input is what the file takes. Integers that stand for other numbers are fed as integers, in floating point where they are not pixels
 * as they are, so that an image has a gradient.
 */
function writeInput(writer: GraphWriter, values: Values, index: number): void {
  const name = values.nameOf(index);
  const { dims } = values.record(index);
  const stored = values.storedType(index);
  if (stored === null) {
    throw new CheckpointError(`The checkpoint's input “${name}” holds no numbers, which is not supported.`);
  }
  const steps = values.quantisation(index);
  const dtype = steps && stored !== 'uint8' ? 'float32' : steps ? stored : values.dtype(index);
  writer.input(name, { dtype, dims });
  if (!steps) return;
  const real = writer.fresh(`${name}/dequantized`);
  values.standIn(index, real);
  // No layer of the file: nothing of it is shown.
  writer.operator({ name, type: 'DEQUANTIZE', outputs: [] }, (w) => dequantisedInput(w, name, real, steps));
}

function dequantisedInput(w: OperatorWriter, input: string, output: string, { scales, zeroPoints }: Quantisation) {
  const number = w.emit('Cast', [input], { to: 1 });
  const counted = w.emit('Sub', [number, w.scalar(zeroPoints[0] as number)]);
  w.emit('Mul', [counted, w.scalar(scales[0] as number)], {}, output);
}

function writeOperator(writer: GraphWriter, values: Values, record: OperatorRecord): void {
  const outputs = record.outputs.map((index) => values.nameOf(index));
  const source = { name: outputs[0] ?? record.type, type: record.type, outputs };
  try {
    const rule = !record.custom && Object.hasOwn(rules, record.type) ? rules[record.type] : undefined;
    if (!rule) throw new Unsupported(record.custom ? whyCustom(record.type) : 'is not supported');
    writer.operator(source, (w) => {
      const o = new Operation(record, values, w);
      const given = [rule(o)].flat();
      if (o.isConstant) return;
      if (given.length < outputs.length) o.unsupported(`gives ${outputs.length} values`);
      const results = given.slice(0, outputs.length).map((result, index) => rounded(o, result, index));
      named(w.nodes, results, outputs, o);
    });
  } catch (error) {
    if (!(error instanceof Unsupported)) throw error;
    writer.unsupported(source, readable(values, record), error.message);
  }
}

function whyCustom(type: string): string {
  if (type === 'edgetpu-custom-op') return 'is compiled for an Edge TPU; open the file that was compiled';
  return type.startsWith('Flex')
    ? 'is one of TensorFlow, which TensorFlow Lite only calls'
    : 'was made by whoever made the model';
}

/** A result as its tensor keeps it. */
function rounded(o: Operation, result: string, index: number): string {
  const steps = o.outputQuantisation(index);
  if (!steps) return result;
  const before = moving.has(o.type) ? o.quantisation(o.dataInput) : null;
  const unchanged = before?.scales[0] === steps.scales[0] && before?.zeroPoints[0] === steps.zeroPoints[0];
  return unchanged ? result : inSteps(o, result, steps, String(o.outputStoredType(index)));
}

/** The inputs that have values, for an operator that is left as it is. */
function readable(values: Values, record: OperatorRecord): readonly string[] {
  return record.inputs.flatMap((index) => {
    if (index < 0) return [];
    try {
      return [values.value(index)];
    } catch (error) {
      if (error instanceof Unsupported) return [];
      throw error;
    }
  });
}

const products = new Set(['CONV_2D', 'DEPTHWISE_CONV_2D', 'FULLY_CONNECTED', 'BATCH_MATMUL', 'TRANSPOSE_CONV']);

/** True for a product of floating-point numbers with weights that are stored as integers. */
function multipliesIntegers(values: Values, record: OperatorRecord): boolean {
  return products.has(record.type) && record.inputs.some((index) => index >= 0 && values.quantisation(index) !== null);
}
