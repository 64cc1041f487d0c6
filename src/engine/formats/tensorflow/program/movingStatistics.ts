/** Batch normalisation of a graph that was written for its training: the statistics that it had gathered stand in for those of a batch. */
import type { Tensor } from '../../../graph/ir/tensor';
import type { TfAttribute, TfNode, TfProgram } from '../graph/graphDef';
import { reference } from './references';

interface Cleaned {
  readonly program: TfProgram;
  readonly notes: readonly string[];
}

const fused = /^(_?FusedBatchNorm(V2|V3|Ex)?)$/;

/** The last parts of the names of a mean and a variance that were gathered. */
const statistics: readonly (readonly [string, string])[] = [
  ['moving_mean', 'moving_variance'],
  ['running_mean', 'running_var'],
  ['mean/EMA', 'variance/EMA'],
  ['moving_mean', 'moving_var'],
  ['mean', 'variance'],
];

/**
 * Fused normalisations with `is_training` get the moving statistics that lie beside their scale, and so do those that are written out
 * with moments.
 *
 * @param variables of the whole graph.
 */
export function withMovingStatistics(program: TfProgram, variables: ReadonlyMap<string, Tensor>): Cleaned {
  const constants = new Map(program.constants);
  const named: string[] = [];
  const unknown: string[] = [];
  const pair = (scopes: readonly string[]): readonly [string, string] | null => {
    for (const scope of scopes) {
      for (const [mean, variance] of statistics) {
        const names = [`${scope}${mean}`, `${scope}${variance}`] as const;
        const tensors = names.map((name) => variables.get(name) ?? program.constants.get(name));
        if (!tensors[0] || !tensors[1]) continue;
        for (const [i, name] of names.entries()) constants.set(name, tensors[i] as Tensor);
        return names;
      }
    }
    return null;
  };
  const producers = new Map(program.nodes.map((node) => [node.name, node]));
  const nodes = program.nodes.map((node): TfNode => {
    if (fused.test(node.op) && trains(node)) {
      const found = pair(scopesOf(node, [1, 2], producers));
      if (!found) {
        unknown.push(node.name);
        return node;
      }
      named.push(node.name);
      const attributes = new Map<string, TfAttribute>([
        ...node.attributes,
        ['is_training', { kind: 'b', value: false }],
      ]);
      return { ...node, inputs: [...node.inputs.slice(0, 3), ...found], attributes };
    }
    return writtenOut(node, pair, named);
  });
  const notes: string[] = [];
  if (named.length > 0) {
    notes.push(
      `The graph normalises with the statistics of each batch (${some(named)}), as in training; the moving statistics beside them are used.`,
    );
  }
  if (unknown.length > 0) {
    notes.push(
      `${some(unknown)}: a normalisation with the statistics of the batch, and no moving statistics are in the checkpoint.`,
    );
  }
  return { program: { ...program, nodes, constants }, notes };
}

function some(names: readonly string[]): string {
  const shown = names
    .slice(0, 2)
    .map((name) => `“${name}”`)
    .join(', ');
  return names.length > 2 ? `${shown} and ${names.length - 2} more` : shown;
}

/** The default is true. */
function trains({ attributes }: TfNode): boolean {
  const value = attributes.get('is_training');
  return value?.kind !== 'b' || value.value;
}

/** Scopes in which the statistics may lie: those of the weights that a node reads, then its own. */
function scopesOf(node: TfNode, weights: readonly number[], producers: ReadonlyMap<string, TfNode>): readonly string[] {
  const scopes: string[] = [];
  for (const index of weights) {
    let name = reference(node.inputs[index] ?? '', () => undefined).node;
    for (let step = 0; step < 4 && producers.get(name)?.op === 'Identity'; step++) {
      name = reference(producers.get(name)?.inputs[0] ?? '', () => undefined).node;
    }
    if (name !== '') scopes.push(name.slice(0, name.lastIndexOf('/') + 1));
  }
  let own = node.name;
  for (let step = 0; step < 3 && own.includes('/'); step++) {
    own = own.slice(0, own.lastIndexOf('/'));
    scopes.push(`${own}/`);
  }
  return scopes.filter((scope) => scope !== '' && scope !== '/');
}

const moment = /^(.*\/)?moments(_\d+)?\/(Squeeze|mean|Squeeze_1|variance)$/;

/** A node of a written-out normalisation (`<scope>/batchnorm/…`) reads the moving statistics where it read moments. */
function writtenOut(
  node: TfNode,
  pair: (scopes: readonly string[]) => readonly [string, string] | null,
  named: string[],
): TfNode {
  if (!/(^|\/)batchnorm(_\d+)?\//.test(node.name)) return node;
  let found = false;
  const inputs = node.inputs.map((input) => {
    const match = moment.exec(input);
    const names = match && pair([match[1] ?? '']);
    if (!names) return input;
    found = true;
    return match[3] === 'Squeeze' || match[3] === 'mean' ? names[0] : names[1];
  });
  if (!found) return node;
  named.push(node.name);
  return { ...node, inputs };
}
