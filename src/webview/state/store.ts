import { initialPage, type PageAction, type PageState } from './pageState';
import { reduce } from './reduce';

/** Holds the page's state and tells listeners of each change. */
export class Store {
  private current: PageState = initialPage;
  private readonly listeners = new Set<(state: PageState, before: PageState) => void>();

  get state(): PageState {
    return this.current;
  }

  dispatch(action: PageAction): void {
    const before = this.current;
    const after = reduce(before, action);
    if (after === before) return;
    this.current = after;
    for (const listener of this.listeners) listener(after, before);
  }

  subscribe(listener: (state: PageState, before: PageState) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
