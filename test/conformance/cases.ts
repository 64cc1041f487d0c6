/** The ONNX project's backend tests as they lie on disk: a model and, for each data set, its inputs and outputs. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MemorySource } from '../../src/engine/formats/kit/bytes/byteSource';
import { CheckpointFiles } from '../../src/engine/formats/kit/bytes/checkpointFiles';
import { MessageReader } from '../../src/engine/formats/kit/protobuf/protobuf';
import { ExternalData } from '../../src/engine/formats/onnx/proto/externalData';
import { loadTensor, readTensorProto } from '../../src/engine/formats/onnx/proto/tensorProto';
import type { DType, Tensor } from '../../src/engine/graph/ir/tensor';

export interface DataSet {
  /** Paths of TensorProtos (of a SequenceProto or OptionalProto where the model takes one), in the order of the model's inputs. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

export interface Case {
  /** Its folder's name, `test_conv_with_strides_padding`. */
  readonly name: string;
  readonly model: string;
  readonly sets: readonly DataSet[];
}

function numbered(folder: string, kind: 'input' | 'output'): string[] {
  const files = readdirSync(folder).filter((file) => file.startsWith(`${kind}_`));
  return files.map((_, index) => join(folder, `${kind}_${index}.pb`));
}

/** The cases of a folder, in alphabetical order. */
export function casesIn(folder: string): Case[] {
  const names = readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, 'model.onnx')))
    .sort();
  return names.map((name) => {
    const sets = readdirSync(join(folder, name)).filter((file) => file.startsWith('test_data_set_'));
    return {
      name,
      model: join(folder, name, 'model.onnx'),
      sets: sets.map((set) => ({
        inputs: numbered(join(folder, name, set), 'input'),
        outputs: numbered(join(folder, name, set), 'output'),
      })),
    };
  });
}

/**
 * The tensor of a `.pb` file, in the element type that the model declares for it: the older test data keeps bfloat16 numbers in tensors of
 * type uint16. Throws CheckpointError for element types that are not read.
 */
export function readTensorFile(path: string, declared: DType | undefined): Tensor {
  const bytes = readFileSync(path);
  const message = new MessageReader({ source: new MemorySource(path, bytes), start: 0, end: bytes.length });
  const tensor = loadTensor(readTensorProto(message), new ExternalData(path, new CheckpointFiles(path)));
  return declared === 'bfloat16' && tensor.dtype === 'uint16' ? { ...tensor, dtype: declared } : tensor;
}
