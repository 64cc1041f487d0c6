import type { TargetRequest } from '../../shared/protocol/protocol';

/** The class that a typed text means: a whole number is an index, anything else a label. Null for an empty text. */
export function parseTarget(text: string): TargetRequest | null {
  const trimmed = text.trim();
  if (trimmed === '') return null;
  return /^\d+$/.test(trimmed) ? { kind: 'index', index: Number(trimmed) } : { kind: 'label', label: trimmed };
}
