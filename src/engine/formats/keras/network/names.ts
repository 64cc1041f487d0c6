/** Names of values: a layer's own name where no other layer has it first, else with the names of the models around it. */
import type { ModelConfig } from '../config/model';

export class ValueNames {
  /** Names by model (its path) and layer, of first calls. */
  private readonly first = new Map<string, string>();
  private readonly taken = new Set<string>();

  /** Outer models name their layers before inner ones. */
  constructor(model: ModelConfig) {
    let level: { readonly model: ModelConfig; readonly path: string }[] = [{ model, path: '' }];
    while (level.length > 0) {
      const next: typeof level = [];
      for (const { model: each, path } of level) {
        for (const layer of each.layers) {
          const inner = path === '' ? layer.name : `${path}/${layer.name}`;
          this.first.set(inner, this.claim(this.taken.has(layer.name) ? inner : layer.name));
          if (layer.model) next.push({ model: layer.model, path: inner });
        }
      }
      level = next;
    }
  }

  get all(): ReadonlySet<string> {
    return this.taken;
  }

  /**
   * The name of what a call of a layer gives.
   *
   * @param path the layer with the models around it, `base/conv1`.
   * @param calls which call of each of them it is, outermost first.
   */
  of(path: readonly string[], calls: readonly number[]): string {
    const plain = this.first.get(path.join('/')) ?? path.join('/');
    if (calls.every((call) => call === 0)) return plain;
    const again = path.map((name, i) => (calls[i] === 0 ? name : `${name}_${calls[i]}`));
    // Inside a model that is called again, its own name tells the calls apart.
    const outer = calls.slice(0, -1).every((call) => call === 0);
    return this.claim(outer ? `${plain}_${calls.at(-1)}` : again.join('/'));
  }

  private claim(wanted: string): string {
    let name = wanted;
    for (let number = 2; this.taken.has(name); number++) name = `${wanted}_${number}`;
    this.taken.add(name);
    return name;
  }
}
