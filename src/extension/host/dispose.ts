export interface Disposable {
  dispose(): void;
}

/** Owns other disposables; one that is registered after the end is disposed at once. */
export abstract class DisposableOwner implements Disposable {
  private readonly owned = new Set<Disposable>();
  private ended = false;

  get isDisposed(): boolean {
    return this.ended;
  }

  protected register<T extends Disposable>(disposable: T): T {
    if (this.ended) disposable.dispose();
    else this.owned.add(disposable);
    return disposable;
  }

  dispose(): void {
    if (this.ended) return;
    this.ended = true;
    for (const disposable of [...this.owned].reverse()) disposable.dispose();
    this.owned.clear();
  }
}

/** A list of listeners, for the parts that do without `vscode`. */
export class Emitter<T> implements Disposable {
  private readonly listeners = new Set<(value: T) => void>();

  readonly event = (listener: (value: T) => void): Disposable => {
    this.listeners.add(listener);
    return { dispose: () => void this.listeners.delete(listener) };
  };

  fire(value: T): void {
    for (const listener of [...this.listeners]) listener(value);
  }

  dispose(): void {
    this.listeners.clear();
  }
}
