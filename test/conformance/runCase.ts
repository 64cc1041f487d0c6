/** Runs one ONNX backend test through the engine: file → graph → bound graph → program → outputs. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCheckpoint } from '../../src/engine/formats';
import { MemorySource } from '../../src/engine/formats/kit/bytes/byteSource';
import { asFloat32 } from '../../src/engine/formats/kit/tensors/floats';
import { dtypeOf } from '../../src/engine/formats/onnx/proto/dataTypes';
import type { ValueRecord } from '../../src/engine/formats/onnx/proto/graphProto';
import { readModelProto } from '../../src/engine/formats/onnx/proto/modelProto';
import { bind } from '../../src/engine/graph/binding/bind';
import type { Graph, Node } from '../../src/engine/graph/ir/graph';
import { fromNumbers, toNumbers } from '../../src/engine/graph/ir/numbers';
import type { DType, Tensor } from '../../src/engine/graph/ir/tensor';
import { onnxTypeNumber } from '../../src/engine/runtime/onnxruntime/encodeTensor';
import { ProtobufWriter } from '../../src/engine/runtime/onnxruntime/protobufWriter';
import type { Runtime } from '../../src/engine/runtime/runtime';
import { UnsupportedOperatorError, WhylightError } from '../../src/shared/errors';
import { type Case, type DataSet, readTensorFile } from './cases';
import { compare, engineType } from './compare';
import { type Checked, checkGradients } from './gradients';
import { reasonOf } from './reasons';

export interface Outcome {
  readonly name: string;
  /** The operators of the file, as they stand there; of other domains as `domain::Operator`. */
  readonly operators: readonly string[];
  readonly status: 'passed' | 'unsupported' | 'failed';
  /** Why it is unsupported (one of few) or failed (in detail). */
  readonly reason: string;
  /** Inputs that were given as weights of the checkpoint, because the engine has to know them before it runs. */
  readonly constants: readonly string[];
  /** True when the engine's own evaluation of constants computed the outputs too. */
  readonly folded: boolean;
  /** True when the outputs agree to ONNX's tolerance only, not to the tighter one. */
  readonly loose: boolean;
  readonly gradients: Checked;
}

const nothing: Checked = { gradients: [], obstacles: [] };

/** A failed comparison: no refusal of the engine but a wrong answer. */
class Wrong extends Error {}

type Result = Pick<Outcome, 'constants' | 'folded' | 'loose' | 'gradients'>;

interface Value {
  readonly name: string;
  readonly path: string;
  /** As the model declares it. */
  readonly dtype: DType | undefined;
}

function valuesOf(records: readonly ValueRecord[] = [], paths: readonly string[]): Value[] {
  return paths.map((path, index) => {
    const { name = '', dataType = null } = records[index] ?? {};
    return { name, path, dtype: dataType === null ? undefined : dtypeOf(dataType) };
  });
}

/** @param real when the reader says that it computes integers as floating-point numbers. */
function tensorsOf(values: readonly Value[], real = false): ReadonlyMap<string, Tensor> {
  return new Map(
    values.map(({ name, path, dtype }) => {
      const tensor = readTensorFile(path, dtype);
      return [name, real && tensor.dtype === 'int32' ? fromNumbers('float32', tensor.dims, toNumbers(tensor)) : tensor];
    }),
  );
}

/** Which inputs are weights of the checkpoint: none, then those that exporters write as weights, then all. */
const bindings: readonly ((input: Tensor, index: number) => boolean)[] = [
  () => false,
  (input, index) => index > 0 && input.dims.length <= 1,
  () => true,
];

export class CaseRunner {
  /** @param folder for temporary files. */
  constructor(
    private readonly runtime: Runtime,
    private readonly folder: string,
  ) {}

  async run(each: Case): Promise<Outcome> {
    let operators: readonly string[] = [];
    try {
      operators = operatorsOf(each.model);
      let result: Result = { constants: [], folded: false, loose: false, gradients: nothing };
      for (const set of each.sets) result = await this.runSet(each, set);
      return { name: each.name, operators, status: 'passed', reason: '', ...result };
    } catch (error) {
      const none = { name: each.name, operators, constants: [], folded: false, loose: false, gradients: nothing };
      const reason = reasonOf(error);
      if (reason !== null) return { ...none, status: 'unsupported', reason };
      const told = error instanceof Wrong || error instanceof WhylightError;
      return { ...none, status: 'failed', reason: told ? error.message : String((error as Error).stack ?? error) };
    }
  }

  private async runSet(each: Case, set: DataSet): Promise<Result> {
    // The reader reports inputs that are no tensors before their files are looked at.
    const checkpoint = await readCheckpoint(each.model);
    const record = recordOf(each.model);
    const inputs = valuesOf(record?.inputs, set.inputs);
    const tensors = tensorsOf(inputs);
    const reading = checkpoint.notes.find((note) => note.includes('training mode'));
    if (reading) throw new UnsupportedOperatorError('', '', reading);

    const realNumbers = checkpoint.notes.some((note) => note.includes('computed as floating-point'));
    let expected: ReadonlyMap<string, Tensor> = new Map();
    let constants: readonly Value[] = [];
    let loose = false;
    let gradients = nothing;
    for (const [index, chosen] of bindings.entries()) {
      constants = inputs.filter(({ name }, place) => chosen(tensors.get(name) as Tensor, place));
      try {
        const graph = await this.bound(each, constants, tensors);
        expected = tensorsOf(valuesOf(record?.outputs, set.outputs), realNumbers);
        loose = await this.check(graph, tensors, expected);
        gradients = await checkGradients(this.runtime, graph, tensors);
        break;
      } catch (error) {
        if (!(error instanceof WhylightError) || index === bindings.length - 1) throw error;
      }
    }
    const folded = await this.folds(each, inputs, tensors, expected);
    return { constants: constants.map(({ name }) => name), folded, loose, gradients };
  }

  /** The checkpoint's graph at the sizes of the data, with some inputs turned into weights of the file. */
  private async bound(each: Case, constants: readonly Value[], tensors: ReadonlyMap<string, Tensor>): Promise<Graph> {
    const { graph } = await readCheckpoint(constants.length > 0 ? this.withWeights(each, constants) : each.model);
    return bind(graph, new Map(graph.inputs.map(({ name }) => [name, tensors.get(name)?.dims ?? []])));
  }

  /** A message may be written in parts: the model, then a second part of its graph that holds nothing but weights. */
  private withWeights(each: Case, constants: readonly Value[]): string {
    const graph = new ProtobufWriter();
    for (const { name, path, dtype } of constants) {
      const named = new ProtobufWriter().string(8, name);
      if (dtype) named.integer(2, onnxTypeNumber[dtype]);
      graph.data(5, Buffer.concat([readFileSync(path), named.finish()]));
    }
    const path = join(this.folder, `${each.name}-${constants.length}.onnx`);
    writeFileSync(path, Buffer.concat([readFileSync(each.model), new ProtobufWriter().message(7, graph).finish()]));
    return path;
  }

  /** Types, shapes and numbers of the outputs. True when they agree to ONNX's tolerance only. */
  private async check(graph: Graph, tensors: ReadonlyMap<string, Tensor>, expected: ReadonlyMap<string, Tensor>) {
    for (const [name, tensor] of expected) {
      const constant = graph.constants.get(name);
      checkType(name, constant ?? graph.types.get(name) ?? { dtype: 'undefined', dims: null }, tensor);
    }
    const program = await this.runtime.compile(graph, graph.outputs, { threads: 1 });
    try {
      const feeds = program.inputs.map((name) => [name, asFloat32(tensors.get(name) as Tensor)]);
      const results = await program.run(Object.fromEntries(feeds));
      return compareAll(results, expected, 'computed');
    } finally {
      await program.dispose();
    }
  }

  /** Compares the outputs that the engine evaluates itself when all inputs are weights. False when there are none. */
  private async folds(
    each: Case,
    inputs: readonly Value[],
    tensors: ReadonlyMap<string, Tensor>,
    expected: ReadonlyMap<string, Tensor>,
  ): Promise<boolean> {
    const { graph } = await readCheckpoint(inputs.length > 0 ? this.withWeights(each, inputs) : each.model);
    const { constants } = bind(behindIdentities(graph), new Map());
    const known = [...expected.keys()].filter((name) => constants.has(name) && !tensors.has(name));
    const results = Object.fromEntries(known.map((name) => [name, constants.get(name) as Tensor]));
    const wanted = new Map(known.map((name) => [name, expected.get(name) as Tensor]));
    for (const [name, tensor] of wanted) checkType(name, results[name] as Tensor, tensor);
    compareAll(results, wanted, 'folded');
    return known.length === expected.size;
  }
}

/** Binding computes what lies in front of an output, never the output itself. */
function behindIdentities(graph: Graph): Graph {
  const copies = graph.outputs.map((name): Node => {
    const output = `${name} (copy)`;
    return { op: 'Identity', name: output, inputs: [name], outputs: [output], attributes: {} };
  });
  return { ...graph, nodes: [...graph.nodes, ...copies], outputs: copies.map(({ name }) => name) };
}

function checkType(
  name: string,
  given: { readonly dtype: string; readonly dims: readonly (number | null)[] | null },
  expected: Tensor,
): void {
  const described = `${given.dtype}[${given.dims?.join(', ')}]`;
  const wanted = `${engineType(expected.dtype)}[${expected.dims.join(', ')}]`;
  if (described !== wanted) throw new Wrong(`the output “${name}” is inferred as ${described}, not ${wanted}`);
}

function compareAll(
  results: Readonly<Record<string, Tensor>>,
  expected: ReadonlyMap<string, Tensor>,
  how: 'computed' | 'folded',
): boolean {
  let loose = false;
  for (const [name, tensor] of expected) {
    const result = results[name];
    if (!result) throw new Wrong(`the output “${name}” is missing`);
    checkType(name, result, tensor);
    const comparison = compare(result, tensor);
    if ('wrong' in comparison) throw new Wrong(`the ${how} output “${name}” ${comparison.wrong}`);
    loose ||= comparison.within === 'onnx';
  }
  return loose;
}

function recordOf(path: string) {
  const bytes = readFileSync(path);
  return readModelProto({ source: new MemorySource(path, bytes), start: 0, end: bytes.length }).graph;
}

function operatorsOf(path: string): string[] {
  const nodes = recordOf(path)?.nodes ?? [];
  return [...new Set(nodes.map(({ domain, op }) => (domain === '' ? op : `${domain}::${op}`)))].sort();
}
