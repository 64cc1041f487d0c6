import type { PanelState } from '../../shared/protocol/panel';
import type { TargetRequest } from '../../shared/protocol/protocol';
import { type DisplayOptions, defaultDisplay } from '../../shared/rendering/display';
import type { MethodRequest, Parameters } from '../../shared/results/attribution';

/**
 * Reads what a page left with VS Code before a window reload. Another version of the extension may have written it, so every
 * field is checked; undefined when it does not say what to explain.
 */
export function readPanelState(value: unknown): PanelState | undefined {
  if (!isRecord(value) || typeof value.image !== 'string' || typeof value.checkpoint !== 'string') return undefined;
  const methods = (Array.isArray(value.methods) ? value.methods : []).flatMap((method) => readMethod(method) ?? []);
  if (methods.length === 0) return undefined;
  return {
    image: value.image,
    checkpoint: value.checkpoint,
    methods,
    target: readTarget(value.target),
    ...(typeof value.layer === 'string' ? { layer: value.layer } : {}),
    display: readDisplay(value.display),
  };
}

/** The state for another checkpoint: class indices and layers of the old one mean nothing there, labels and parameters may. */
export function withCheckpoint(state: PanelState, checkpoint: string): PanelState {
  return {
    image: state.image,
    checkpoint,
    methods: state.methods.map(({ layer: _, ...method }) => method),
    target: state.target.kind === 'label' ? state.target : { kind: 'top1' },
    display: state.display,
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
  if (!isRecord(value) || typeof value.id !== 'string') return undefined;
  const parameters: Parameters = {};
  for (const [name, each] of Object.entries(isRecord(value.parameters) ? value.parameters : {})) {
    if (typeof each === 'number' || typeof each === 'boolean' || typeof each === 'string') parameters[name] = each;
  }
  return {
    id: value.id,
    ...(typeof value.preset === 'string' ? { preset: value.preset } : {}),
    ...(Object.keys(parameters).length > 0 ? { parameters } : {}),
    ...(typeof value.layer === 'string' ? { layer: value.layer } : {}),
  };
}

function readTarget(value: unknown): TargetRequest {
  if (isRecord(value)) {
    if (value.kind === 'index' && Number.isInteger(value.index)) return { kind: 'index', index: value.index as number };
    if (value.kind === 'label' && typeof value.label === 'string') return { kind: 'label', label: value.label };
  }
  return { kind: 'top1' };
}

function readDisplay(value: unknown): DisplayOptions {
  if (!isRecord(value)) return defaultDisplay;
  const display: Record<string, unknown> = { ...defaultDisplay };
  for (const [name, fallback] of Object.entries(defaultDisplay)) {
    if (typeof value[name] === typeof fallback) display[name] = value[name];
  }
  return display as unknown as DisplayOptions;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
