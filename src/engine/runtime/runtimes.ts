import { RuntimeFailure, UsageError } from '../../shared/errors';
import type { Runtime } from './runtime';

/** A runtime by the name under which it is chosen. */
export type RuntimeEntry = { readonly id: string } & (
  | {
      /** Loads its library. Throws RuntimeFailure when that is not possible on this machine. */
      readonly load: () => Promise<Runtime>;
    }
  | {
      /** Why this version has none of that name, as a sentence. */
      readonly missing: string;
    }
);

/** A runtime, and in words why it is this one. */
export interface ChosenRuntime {
  readonly runtime: Runtime;
  readonly why: string;
}

/** The runtimes that the engine is composed of. Each is loaded when it is first chosen. */
export class Runtimes {
  private readonly loaded = new Map<string, Promise<Runtime>>();

  /** @param entries the preferred ones first. */
  constructor(private readonly entries: readonly RuntimeEntry[]) {}

  /** What {@link choose} takes. */
  get choices(): readonly string[] {
    return ['auto', ...this.entries.map(({ id }) => id)];
  }

  /** @throws UsageError when there is no such choice. */
  check(choice: string): void {
    if (this.choices.includes(choice)) return;
    throw new UsageError(`There is no runtime “${choice}”; choose ${listed(this.choices)}.`);
  }

  /**
   * The runtime for a choice: the id of one, or `auto`.
   *
   * @throws UsageError when there is no such choice; RuntimeFailure when the runtime is not part of this version or cannot be loaded.
   */
  async choose(choice: string): Promise<ChosenRuntime> {
    this.check(choice);
    const able = this.entries.filter((entry) => 'load' in entry);
    const entry = choice === 'auto' ? able[0] : this.entries.find(({ id }) => id === choice);
    if (!entry) throw new RuntimeFailure('This version has no runtime.');
    if ('missing' in entry) throw new RuntimeFailure(entry.missing);
    const chosen = choice === 'auto' ? 'the preferred runtime of this version' : 'chosen by the setting';
    const why = choice === 'auto' && able.length === 1 ? 'the only runtime of this version' : chosen;
    return { runtime: await this.load(entry.id, entry.load), why };
  }

  /** Gives back what the runtimes hold. Their programs must have been disposed of. */
  async dispose(): Promise<void> {
    const all = [...this.loaded.values()];
    this.loaded.clear();
    for (const loading of await Promise.allSettled(all)) {
      if (loading.status === 'fulfilled') await loading.value.dispose();
    }
  }

  /** Loads a library once; a failed attempt is not remembered, so that a repaired installation works without a restart. */
  private load(id: string, load: () => Promise<Runtime>): Promise<Runtime> {
    const known = this.loaded.get(id);
    if (known) return known;
    const loading = load().catch((error) => {
      this.loaded.delete(id);
      throw error;
    });
    this.loaded.set(id, loading);
    return loading;
  }
}

/** `a, b or c`. */
function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}
