import { CancelledError } from '../../shared/errors';

/** Runs tasks one after the other: several images share one engine, and the first should be ready before the last is begun. */
export class SerialQueue {
  private tail: Promise<unknown> = Promise.resolve();

  /** Adds a task. One whose signal is aborted before its turn is never begun. */
  add<T>(task: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const turn = this.tail.then(async () => {
      if (signal.aborted) throw new CancelledError();
      return task();
    });
    // The next task waits for this one's end, whichever it is; the caller hears of a failure through `turn`.
    this.tail = turn.then(
      () => {},
      () => {},
    );
    return turn;
  }
}
