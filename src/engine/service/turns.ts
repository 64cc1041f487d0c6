import { throwIfCancelled, untilAborted } from '../../shared/errors';
import type { Priority } from '../../shared/protocol/protocol';

interface Waiting {
  readonly id: string | null;
  priority: Priority;
  readonly begin: () => void;
}

/**
 * Lets one piece of work run at a time: two at once would only slow each other down. Whoever waits in the foreground goes before those in
 * the background, and among equals the first to come; what runs is never interrupted.
 */
export class Turns {
  private running = false;
  private readonly waiting: Waiting[] = [];

  /** True while something runs, so that whoever comes now has to wait. */
  get busy(): boolean {
    return this.running;
  }

  /**
   * Runs `work` when its turn comes.
   *
   * @param id names it for {@link prioritise}; null for what keeps its priority.
   * @throws CancelledError as soon as the signal is aborted while it waits; `work` is then never begun.
   */
  async take<T>(id: string | null, priority: Priority, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    let begin = (): void => {};
    const turn = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const mine: Waiting = { id, priority, begin };
    this.waiting.push(mine);
    this.next();
    try {
      await untilAborted(turn, signal);
      throwIfCancelled(signal);
    } catch (error) {
      // Its turn may have come in the same moment.
      const place = this.waiting.indexOf(mine);
      if (place >= 0) this.waiting.splice(place, 1);
      else this.end();
      throw error;
    }
    try {
      return await work();
    } finally {
      this.end();
    }
  }

  /** Changes the priority of what waits under this id. */
  prioritise(id: string, priority: Priority): void {
    for (const each of this.waiting) if (each.id === id) each.priority = priority;
  }

  private end(): void {
    this.running = false;
    this.next();
  }

  private next(): void {
    if (this.running) return;
    const first = this.waiting.findIndex(({ priority }) => priority === 'foreground');
    const [chosen] = this.waiting.splice(Math.max(0, first), 1);
    if (chosen === undefined) return;
    this.running = true;
    chosen.begin();
  }
}
