import { nothing } from 'lit';
import { AsyncDirective } from 'lit/async-directive.js';
import type { ElementPart } from 'lit/directive.js';
import { directive } from 'lit/directive.js';

/** Calls a function with the element after each render of its template, once its children are in place. */
class AfterUpdate extends AsyncDirective {
  render(_callback: (element: Element) => void): typeof nothing {
    return nothing;
  }

  override update(part: ElementPart, [callback]: [(element: Element) => void]): typeof nothing {
    queueMicrotask(() => {
      if (this.isConnected) callback(part.element);
    });
    return nothing;
  }
}

export const afterUpdate = directive(AfterUpdate);
