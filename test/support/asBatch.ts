/** One evaluation as a run of its own, for tests and benchmarks that run programs without a scheduler. */
import type { Graph } from '../../src/engine/graph/ir/graph';
import type { FloatTensor } from '../../src/engine/graph/ir/tensor';
import { LOGITS } from '../../src/engine/model/analysis/head';
import { type Batch, batchOf } from '../../src/engine/model/evaluation/merging';
import type { Probes } from '../../src/engine/model/evaluation/model';
import { requestOf } from '../../src/engine/model/evaluation/request';

/** @param graph a bound graph with the standard head. */
export function asBatch(graph: Graph, input: FloatTensor, probes: Probes): Batch {
  const dimsOf = (value: string) => graph.types.get(value)?.dims as readonly number[] | undefined;
  const classes = dimsOf(LOGITS)?.[1] ?? 0;
  const model = { input: { dims: input.dims.slice(1) }, classes, layers: [], dimsOf };
  const request = requestOf(model, input, probes);
  const { spec, feeds, items } = request;
  const call = { request, signal: undefined, resolve: () => {}, reject: () => {}, parts: [] };
  return batchOf([{ job: { spec, feeds, items, key: '', calls: [call], done: 0 }, count: items }]);
}
