/** A graph-model: a TensorFlow graph with its Consts outside. */
import type { Graph } from '../../../graph/ir/graph';
import type { Layout } from '../../../graph/ir/layout';
import type { Tensor } from '../../../graph/ir/tensor';
import { isJsonObject, type Json, type JsonObject, own } from '../../kit/json/json';
import type { GraphDef } from '../../tensorflow/graph/graphDef';
import { importProgram } from '../../tensorflow/operators';
import { makeProgram } from '../../tensorflow/program/makeProgram';
import type { ModelJson } from '../modelJson';
import { dtypeNamed } from './dataTypeNames';
import { readGraphJson, readShape } from './graphJson';

export interface NetworkOfGraph {
  readonly graph: Graph;
  readonly layout: Layout | undefined;
  readonly notes: readonly string[];
  /** Names that the signature gives to inputs and outputs. */
  readonly names: Readonly<Record<string, string>>;
}

/** @throws CheckpointError when the graph contradicts itself or nothing in it is computed from an input. */
export function readGraphModel(model: ModelJson, weights: ReadonlyMap<string, Tensor>, name: string): NetworkOfGraph {
  const definition = readGraphJson(model.topology, weights, name);
  const inputs = entries(model.signature, 'inputs');
  const outputs = orderedOutputs(entries(model.signature, 'outputs'), definition);
  const made = makeProgram(definition, {
    where: 'the list of weights',
    stated: new Map(inputs.flatMap(({ value, type, shape }) => (shape && type > 0 ? [[value, { type, shape }]] : []))),
    ...(outputs.length > 0 ? { outputs: outputs.map(({ value }) => value) } : {}),
  });
  const { graph, layout, notes } = importProgram(made.program);
  const named = (list: readonly Entry[]) => list.map(({ key }) => key).join(', ');
  return {
    graph,
    layout,
    notes: [...made.notes, ...notes],
    names: inputs.length + outputs.length > 0 ? { signature: `${named(inputs)} → ${named(outputs)}` } : {},
  };
}

interface Entry {
  readonly key: string;
  /** `node`, or `node:1`. */
  readonly value: string;
  /** Number of a DataType; 0 where it is not stated. */
  readonly type: number;
  readonly shape: readonly (number | null)[] | null;
}

function entries(signature: JsonObject | null, side: 'inputs' | 'outputs'): readonly Entry[] {
  const all = signature ? own(signature, side) : undefined;
  if (!isJsonObject(all)) return [];
  return Object.keys(all).flatMap((key) => {
    const info = own(all, key);
    if (!isJsonObject(info)) return [];
    const name: Json | undefined = own(info, 'name');
    const shape = own(info, 'tensorShape') ?? own(info, 'shape');
    const type = own(info, 'dtype');
    const value = (typeof name === 'string' && name !== '' ? name : key).replace(/:0$/, '');
    const code = typeof type === 'number' ? type : dtypeNamed(typeof type === 'string' ? type : '');
    return [{ key, value, type: code, shape: shape === undefined ? null : readShape(shape) }];
  });
}

/** Outputs that the graph has, the logits first, then what is named as an answer. */
function orderedOutputs(outputs: readonly Entry[], { nodes }: GraphDef): readonly Entry[] {
  const names = new Set(nodes.map((node) => node.name));
  const rank = ({ key, value }: Entry) =>
    /logit/i.test(key + value) ? 0 : /score|prob|predict|softmax/i.test(key) ? 1 : 2;
  return outputs.filter(({ value }) => names.has(value.replace(/:\d+$/, ''))).sort((a, b) => rank(a) - rank(b));
}
