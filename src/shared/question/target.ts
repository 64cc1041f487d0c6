/** Which class to explain: the most probable one, an index, or a label (exact, then unique case-insensitive part). */
export type TargetRequest =
  | { readonly kind: 'top1' }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'label'; readonly label: string }
  /**
   * The class that has this index in one checkpoint, for asking another one: by its exact label where that one has labels, else by the
   * index. `otherwise` says what stands in for it where there is no such class; nothing when absent.
   */
  | { readonly kind: 'class'; readonly index: number; readonly label: string; readonly otherwise?: 'top1' };

/** The class that a typed text means: `top1`, a whole number for an index, anything else for a label. Null for an empty text. */
export function parseTarget(text: string): TargetRequest | null {
  const trimmed = text.trim();
  if (trimmed === '') return null;
  if (trimmed === 'top1') return { kind: 'top1' };
  return /^\d+$/.test(trimmed) ? { kind: 'index', index: Number(trimmed) } : { kind: 'label', label: trimmed };
}

/** A known class, asked for so that another checkpoint can find it, too: by its name where it has one. */
export function targetOf({ index, label }: { readonly index: number; readonly label: string | null }): TargetRequest {
  return label === null ? { kind: 'index', index } : { kind: 'class', index, label };
}
