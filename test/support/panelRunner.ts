import { FinishedMaps } from '../../src/extension/panel/finishedMaps';
import { Runner, type RunServices } from '../../src/extension/panel/runner';
import { Stamps } from '../../src/extension/panel/stamps';
import { throwIfCancelled } from '../../src/shared/errors';
import type { ExplainEvent, Prediction } from '../../src/shared/explanation/events';
import type { PanelState } from '../../src/shared/protocol/panel';
import type { ExplainParams } from '../../src/shared/protocol/protocol';
import { cardFor, questionGroups } from '../../src/shared/question/card';
import type { Question } from '../../src/shared/question/question';
import { defaultDisplay } from '../../src/shared/rendering/display';
import type { Attribution } from '../../src/shared/results/attribution';

export const state: PanelState = {
  id: 'panel-1',
  question: { image: 'file:///cat.png', checkpoint: '/nets/last.onnx', target: { kind: 'top1' }, layer: 'relu5' },
  cards: [cardFor('gradient'), cardFor('grad-cam')],
  comparisons: [],
  pinned: [],
  display: defaultDisplay,
};

export type Explain = (
  params: ExplainParams,
  onEvent: (event: ExplainEvent) => void,
  signal: AbortSignal,
) => Promise<unknown>;

const pixels = { width: 2, height: 1, data: Uint8Array.of(1, 2, 3, 4, 5, 6) };
export const answer = ({ target, layer }: Question): Prediction =>
  ({
    runtime: { id: 'cpu', why: 'alone' },
    target: { index: target.kind === 'index' ? target.index : 7, label: null },
    layer: { name: layer ?? 'last', why: '' },
    pixels: { ...pixels, data: pixels.data.slice() },
    dependsOn: ['/nets/last.onnx'],
  }) as unknown as Prediction;
const mapOf = (key: string, method: string): Attribution =>
  ({ key, method, map: { data: new Float32Array(2), width: 2, height: 1, channels: 1 } }) as unknown as Attribution;

/** Answers every card, one after the other, a moment apart. */
export const answerAll: Explain = async ({ id, question, cards }, onEvent, signal) => {
  onEvent({ id, kind: 'begun' });
  for (const group of questionGroups(question, cards)) {
    onEvent({ id, kind: 'prediction', cards: group.cards.map(({ key }) => key), prediction: answer(group.question) });
    for (const { key, method } of group.cards) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      throwIfCancelled(signal);
      onEvent({ id, kind: 'result', attribution: mapOf(key, method) });
    }
  }
};

/** The files on the disk: how often they have changed. */
export const disk = { changes: 0 };

/** A runner over an engine that answers so, with what it was asked and what it said. */
export function start(explain: Explain) {
  const asked: ExplainParams[] = [];
  const said: string[] = [];
  const phases: string[] = [];
  const priorities: string[] = [];
  const services: RunServices = {
    explain: (params, onEvent, signal) => {
      asked.push(params);
      return explain(params, onEvent, signal);
    },
    prioritise: (id, priority) => priorities.push(`${id === asked.at(-1)?.id} ${priority}`),
    image: async (uri) => ({ path: uri.slice('file://'.length) }),
    runtime: () => 'auto',
    sentence: (error) => (error as Error).message,
    needsLayer: async () => (method) => method === 'grad-cam',
    maps: new FinishedMaps(),
    stamps: new Stamps(async (files) => files.map((file) => `${file} ${files.length} ${disk.changes}`).join()),
  };
  const runner = new Runner(state, 'cat.png', services);
  runner.onEvent(({ kind }) => said.push(kind));
  runner.onStatus(({ phase, done, total }) => phases.push(`${phase} ${done}/${total}`));
  return { runner, services, asked, said, phases, priorities };
}
