/** Calls back before the next repaint; `requestAnimationFrame` in the page. */
export type NextFrame = (callback: () => void) => void;

/**
 * Spreads painting over animation frames so that a slider stays smooth over many large cards: one job a card, the newest one
 * wins, and a frame stops taking jobs once its budget is spent.
 */
export class PaintQueue {
  private readonly jobs = new Map<object, () => void>();
  private scheduled = false;

  constructor(
    private readonly nextFrame: NextFrame,
    private readonly now: () => number,
    private readonly budgetMilliseconds = 12,
  ) {}

  /** Runs `job` in a coming frame, in place of an earlier job of the same owner that has not run yet. */
  put(owner: object, job: () => void): void {
    this.jobs.set(owner, job);
    this.schedule();
  }

  drop(owner: object): void {
    this.jobs.delete(owner);
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    this.nextFrame(() => {
      this.scheduled = false;
      this.work();
    });
  }

  private work(): void {
    const start = this.now();
    try {
      for (const [owner, job] of this.jobs) {
        this.jobs.delete(owner);
        job();
        if (this.now() - start >= this.budgetMilliseconds) break;
      }
    } finally {
      if (this.jobs.size > 0) this.schedule();
    }
  }
}
