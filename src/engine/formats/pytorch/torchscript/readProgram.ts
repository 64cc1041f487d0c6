/** A TorchScript archive as a program of PyTorch operators. */
import { CheckpointError } from '../../../../shared/errors';
import type { AtenProgram } from '../aten';
import { PickledTensor, PickleRecord, type PickleValue } from '../pickle/values';
import type { ScriptArchive } from './archive';
import type { FunctionCode, Parameter } from './code/syntax';
import { Context } from './run/context';
import { DependsOnImage } from './run/failure';
import { Interpreter } from './run/interpreter';
import { nameOutputs, tensorsIn } from './run/layers';
import { ObjectValue, TensorValue, type Value } from './run/values';

export interface ReadProgram {
  readonly program: AtenProgram;
  readonly notes: readonly string[];
}

type Dims = readonly (number | null)[];

/** What networks are usually trained with, where the program needs a size and nothing says it. */
const usualSize = 224;
const mostTries = 6;

/**
 * @throws CheckpointError with file and line for control flow that depends on the image, and for what is not read.
 */
export function readProgram(archive: ScriptArchive): ReadProgram {
  const forward = archive.program.forward(archive.root.path);
  const wanted = forward.parameters.slice(1).filter(({ usual }) => usual === undefined);
  const other = wanted.find(({ type }) => type && !(type.is === 'name' && type.name === 'Tensor'));
  if (wanted.length === 0 || other) {
    const what = other ? `“${other.name}”, which is no tensor` : 'nothing';
    throw new CheckpointError(`The TorchScript network takes ${what}; save one that takes an image as a tensor.`);
  }
  if (wanted.length > 1 && (archive.example?.length ?? 0) < wanted.length) {
    throw new CheckpointError(
      `The TorchScript network takes ${wanted.length} tensors, and nothing says what sizes they have.`,
    );
  }
  let dims = firstDims(archive);
  const notes: string[] = [];
  for (let tries = 1; ; tries++) {
    try {
      const { program, wasTraining } = follow(archive, forward, wanted, dims);
      if (wasTraining) notes.push('The network was saved in training mode; it is read in evaluation mode.');
      return { program, notes };
    } catch (error) {
      const next = error instanceof DependsOnImage && tries < mostTries ? settled(dims, error, archive) : null;
      if (!next) throw error;
      dims = next.dims;
      if (next.note) notes.push(next.note);
    }
  }
}

/** N×C×H×W with open lengths where nothing says them. A program that was traced holds for the size it was traced with. */
function firstDims({ example, data, constants }: ScriptArchive): Dims {
  const [shape] = example ?? [];
  if (shape) return shape.length === 4 ? [null, ...shape.slice(1)] : shape;
  return [null, channelsOf(data.root) ?? channelsOf(constants.root) ?? 3, null, null];
}

/** Of the first convolution of images, by the order of modules. */
function channelsOf(root: PickleValue): number | undefined {
  const waiting: PickleValue[] = [root];
  const seen = new Set<PickleValue>();
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (value instanceof PickledTensor && value.dims.length === 4) return value.dims[1];
    if (typeof value !== 'object' || value === null || seen.has(value)) continue;
    seen.add(value);
    const inside = value instanceof PickleRecord ? value.state : value;
    const items = inside instanceof Map ? [...inside.values()] : 'items' in value ? value.items : inside;
    if (Array.isArray(items)) for (let i = items.length - 1; i >= 0; i--) waiting.push(items[i] as PickleValue);
  }
  return undefined;
}

/** With a length more, where the program needs to know it. */
function settled(
  dims: Dims,
  { needs }: DependsOnImage,
  { example }: ScriptArchive,
): { readonly dims: Dims; readonly note?: string } | null {
  if (needs && dims[needs.axis] === null) {
    return { dims: dims.map((length, axis) => (axis === needs.axis ? needs.length : length)) };
  }
  if (dims.length === 4 && (dims[2] === null || dims[3] === null)) {
    const [height, width] = [dims[2] ?? dims[3] ?? usualSize, dims[3] ?? dims[2] ?? usualSize];
    const stated = dims[2] !== null || dims[3] !== null;
    const note = `What the network does depends on the size of its image, which it does not state; it is read for ${height}×${width}, a guess.`;
    return { dims: [dims[0] ?? null, dims[1] ?? null, height, width], ...(stated ? {} : { note }) };
  }
  if (dims[0] !== null) return null;
  return { dims: [example?.[0]?.[0] ?? 1, ...dims.slice(1)] };
}

function follow(
  archive: ScriptArchive,
  forward: FunctionCode,
  wanted: readonly Parameter[],
  dims: Dims,
): { readonly program: AtenProgram; readonly wasTraining: boolean } {
  const context = new Context(archive.program, archive.data, archive.constants, archive.constantItems);
  const { emitter, objects } = context;
  const inputs = wanted.map(({ name }, index) => {
    const ssa = emitter.input(name, 'float32', index === 0 ? dims : (archive.example?.[index] as Dims));
    if (index === 0) context.image = ssa;
    return new TensorValue(ssa);
  });
  const root = objects.value(archive.root, '') as Value;
  if (!(root instanceof ObjectValue)) throw new CheckpointError('The TorchScript archive does not hold a network.');
  root.path = '';
  const named = new Map(wanted.map(({ name }, index) => [name, inputs[index] as Value] as const));
  const at = { file: forward.file, line: forward.line };
  const result = new Interpreter(context).run(forward, [root], named, '', at);
  nameOutputs(result, emitter);
  const outputs = tensorsIn(result).map((tensor) => context.tensors.ssa(tensor, at));
  if (outputs.length === 0) throw new CheckpointError('The TorchScript network gives no tensor.');
  return { program: emitter.finish(outputs), wasTraining: context.wasTraining };
}
