import type { PanelState } from '../../shared/protocol/panel';
import { isFields, readQuestion } from '../../shared/question/readQuestion';
import { type DisplayOptions, defaultDisplay } from '../../shared/rendering/display';
import type { MethodRequest, Parameters } from '../../shared/results/attribution';

/**
 * Reads what a page left with VS Code before a window reload. Another version of the extension may have written it, so every
 * field is checked; undefined when it does not say what to explain.
 */
export function readPanelState(value: unknown): PanelState | undefined {
  if (!isFields(value)) return undefined;
  // Version 0.1 kept the fields of the question beside the others.
  const question = readQuestion(value['question'] ?? value);
  const methods = (Array.isArray(value['methods']) ? value['methods'] : []).flatMap((each) => readMethod(each) ?? []);
  if (question === undefined || methods.length === 0) return undefined;
  return { question, methods, display: readDisplay(value['display']) };
}

/** The state for another checkpoint: class indices and layers of the old one mean nothing there, labels and parameters may. */
export function withCheckpoint({ question, methods, display }: PanelState, checkpoint: string): PanelState {
  const { image, target, runtime } = question;
  return {
    question: {
      checkpoint,
      image,
      target: target.kind === 'label' ? target : { kind: 'top1' },
      ...(runtime && { runtime }),
    },
    methods: methods.map(({ layer: _, ...method }) => method),
    display,
  };
}

/** The state with exactly the methods `ids`; those that stay keep their parameters. `added` are the new ones. */
export function withMethods(state: PanelState, ids: readonly string[]): { state: PanelState; added: string[] } {
  const known = new Map(state.methods.map((method) => [method.id, method]));
  return {
    state: { ...state, methods: ids.map((id) => known.get(id) ?? { id }) },
    added: ids.filter((id) => !known.has(id)),
  };
}

function readMethod(value: unknown): MethodRequest | undefined {
  if (!isFields(value) || typeof value.id !== 'string') return undefined;
  const parameters: Parameters = {};
  for (const [name, each] of Object.entries(isFields(value.parameters) ? value.parameters : {})) {
    if (typeof each === 'number' || typeof each === 'boolean' || typeof each === 'string') parameters[name] = each;
  }
  return {
    id: value.id,
    ...(typeof value.preset === 'string' ? { preset: value.preset } : {}),
    ...(Object.keys(parameters).length > 0 ? { parameters } : {}),
    ...(typeof value.layer === 'string' ? { layer: value.layer } : {}),
  };
}

function readDisplay(value: unknown): DisplayOptions {
  if (!isFields(value)) return defaultDisplay;
  const display: Record<string, unknown> = { ...defaultDisplay };
  for (const [name, fallback] of Object.entries(defaultDisplay)) {
    if (typeof value[name] === typeof fallback) display[name] = value[name];
  }
  return display as unknown as DisplayOptions;
}
