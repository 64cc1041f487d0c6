import { setImmediate } from 'node:timers/promises';
import { CheckpointError } from '../../../../shared/errors';
import { LazyTensor } from '../../../graph/ir/lazyTensor';
import type { DType, Tensor } from '../../../graph/ir/tensor';

import { graphDtype } from '../../kit/tensors/elements';
import { asFloat32 } from '../../kit/tensors/floats';
import { dtypeOf } from '../proto/dataTypes';
import type { ExternalData } from '../proto/externalData';
import type { Attribute, GraphRecord, NodeRecord } from '../proto/graphProto';
import { loadSparse, type SparseRecord } from '../proto/sparseTensor';
import { loadTensor, type TensorRecord } from '../proto/tensorProto';

type Source = TensorRecord | SparseRecord | Tensor;

/** After this many bytes the event loop gets a turn. */
const turnBytes = 1 << 25;

/** The initializers and Constant nodes of a model; each is read from the file when it is first wanted. */
export class Constants {
  private readonly sources = new Map<string, Source>();
  private readonly loaded = new Map<string, Tensor>();
  /** Element types that were turned into float32. */
  readonly converted = new Set<string>();

  constructor(
    graph: GraphRecord,
    private readonly external: ExternalData,
  ) {
    for (const record of graph.initializers) this.declare(record.name, record);
    for (const record of graph.sparseInitializers) this.declare(record.name, record);
    for (const node of graph.nodes) {
      if (node.op === 'Constant' && node.domain === '') this.declare(node.outputs[0] ?? '', constantValue(node));
    }
  }

  has(name: string): boolean {
    return this.sources.has(name);
  }

  names(): Iterable<string> {
    return this.sources.keys();
  }

  dims(name: string): readonly number[] | undefined {
    return this.sources.get(name)?.dims;
  }

  /** Element type, floating-point types as float32; undefined for a sparse tensor or a type that is not read. */
  dtype(name: string): DType | undefined {
    const source = this.sources.get(name);
    if (!source || 'values' in source) return undefined;
    const dtype = 'dataType' in source ? dtypeOf(source.dataType) : source.dtype;
    return dtype && graphDtype(dtype);
  }

  /** The tensor, floating-point types as float32. */
  get(name: string): Tensor | undefined {
    const known = this.loaded.get(name);
    const source = this.sources.get(name);
    if (known || !source) return known;
    const tensor = this.load(source);
    this.loaded.set(name, tensor);
    return tensor;
  }

  load(source: Source): Tensor {
    const tensor = this.read(source);
    if (graphDtype(tensor.dtype) !== tensor.dtype) this.converted.add(tensor.dtype);
    return asFloat32(tensor);
  }

  /** All the constants named; those that are read now leave the event loop turns in between. */
  async loadAll(names: Iterable<string>): Promise<Map<string, Tensor>> {
    const result = new Map<string, Tensor>();
    let bytes = 0;
    for (const name of names) {
      const tensor = this.get(name);
      if (!tensor) continue;
      result.set(name, tensor);
      if (tensor instanceof LazyTensor) continue;
      bytes += 'byteLength' in tensor.data ? tensor.data.byteLength : 0;
      if (bytes < turnBytes) continue;
      bytes = 0;
      await setImmediate();
    }
    return result;
  }

  private read(source: Source): Tensor {
    if ('values' in source) return loadSparse(source, this.external);
    return 'dataType' in source ? loadTensor(source, this.external) : source;
  }

  private declare(name: string, source: Source): void {
    if (name === '') return;
    if (this.sources.has(name)) {
      throw new CheckpointError(`The checkpoint is damaged: the constant “${name}” is defined twice.`);
    }
    this.sources.set(name, source);
    const dtype = 'dataType' in source ? dtypeOf(source.dataType) : undefined;
    if (dtype && graphDtype(dtype) !== dtype) this.converted.add(dtype);
  }
}

/** Constant's value in whichever of its eight attributes it stands. */
function constantValue(node: NodeRecord): Source {
  const attribute = (name: string): Attribute | undefined => node.attributes.get(name);
  const value = attribute('value') ?? attribute('sparse_value');
  if (value?.kind === 'tensor' || value?.kind === 'sparse') return value.value;
  const int = attribute('value_int');
  if (int?.kind === 'int') return { dtype: 'int64', dims: [], data: BigInt64Array.of(int.value) };
  const ints = attribute('value_ints');
  if (ints?.kind === 'ints') return { dtype: 'int64', dims: [ints.value.length], data: BigInt64Array.from(ints.value) };
  const float = attribute('value_float');
  if (float?.kind === 'float') return { dtype: 'float32', dims: [], data: Float32Array.of(float.value) };
  const floats = attribute('value_floats');
  if (floats?.kind === 'floats') {
    return { dtype: 'float32', dims: [floats.value.length], data: Float32Array.from(floats.value) };
  }
  const text = attribute('value_string');
  if (text?.kind === 'string') return { dtype: 'string', dims: [], data: [text.value] };
  const texts = attribute('value_strings');
  if (texts?.kind === 'strings') return { dtype: 'string', dims: [texts.value.length], data: texts.value };
  throw new CheckpointError(`The Constant node “${node.name || node.outputs[0]}” of the checkpoint has no value.`);
}
