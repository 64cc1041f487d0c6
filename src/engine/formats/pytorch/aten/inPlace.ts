/**
 * Operators that change a value in place, written as operators that do not: who reads the value afterwards, or another view of the same
 * memory, reads the changed one.
 */
import type { AtenArgument, AtenCall } from './call';
import { isList, isValue } from './values/schema';

/** How a view is made of its base, and how its base is made of a changed view. */
interface View {
  readonly base: string;
  /** The call that gives it. */
  readonly call: AtenCall;
  /** How often the memory had been changed when it was made. */
  stamp: number;
}

type Back = (view: View, base: string, changed: string) => Pick<AtenCall, 'op' | 'positional' | 'named'> | null;

const value = (name: string): AtenArgument => ({ value: name });
const none: ReadonlyMap<string, AtenArgument> = new Map();

const withShapeOf: Back = (_, base, changed) => ({
  op: 'view_as',
  positional: [value(changed), value(base)],
  named: none,
});
const same: Back = (_, __, changed) => ({ op: 'alias', positional: [value(changed)], named: none });
const again: Back = ({ call }, _, changed) => ({ op: call.op, ...withFirst(call, changed) });
const unknown: Back = () => null;

/** The view's own arguments behind base and source: `slice(base, 0, 1, 2)` → `slice_scatter(base, changed, 0, 1, 2)`. */
const scattered =
  (op: string): Back =>
  ({ call }, base, changed) => ({
    op,
    positional: call.positional.length > 0 ? [value(base), value(changed), ...call.positional.slice(1)] : [],
    named: new Map([
      ...(call.positional.length > 0
        ? []
        : ([
            ['self', value(base)],
            ['src', value(changed)],
          ] as const)),
      ...[...call.named].filter(([name]) => name !== 'self'),
    ]),
  });

const permuted: Back = ({ call }, _, changed) => {
  const dims = call.positional[1] ?? call.named.get('dims');
  if (!isList(dims) || !dims.every((axis) => typeof axis === 'number')) return null;
  const axes = (dims as number[]).map((axis) => (axis < 0 ? axis + dims.length : axis));
  return { op: 'permute', positional: [value(changed), axes.map((_, place) => axes.indexOf(place))], named: none };
};

/** Views by operator; those that copy where the memory lies in another order are views of dense values only. */
const views: ReadonlyMap<string, { readonly back: Back; readonly turns?: true; readonly denseOnly?: true }> = new Map([
  ['slice', { back: scattered('slice_scatter'), turns: true }],
  ['select', { back: scattered('select_scatter'), turns: true }],
  ['view', { back: withShapeOf }],
  ['view_as', { back: withShapeOf }],
  ['unflatten', { back: withShapeOf }],
  ['squeeze', { back: withShapeOf }],
  ['unsqueeze', { back: withShapeOf }],
  ['reshape', { back: withShapeOf, denseOnly: true }],
  ['flatten', { back: withShapeOf, denseOnly: true }],
  ['contiguous', { back: same, denseOnly: true }],
  ['permute', { back: permuted, turns: true }],
  ['transpose', { back: again, turns: true }],
  ['swapaxes', { back: again, turns: true }],
  ['t', { back: again, turns: true }],
  ['alias', { back: same }],
  ['detach', { back: same }],
  ['lift_fresh', { back: same }],
  ['dropout', { back: same }],
  ['expand', { back: unknown, turns: true }],
  ['expand_as', { back: unknown, turns: true }],
  ['narrow', { back: unknown, turns: true }],
  ['movedim', { back: unknown, turns: true }],
  ['diagonal', { back: unknown, turns: true }],
  ['chunk', { back: unknown, turns: true }],
  ['split', { back: unknown, turns: true }],
  ['split_with_sizes', { back: unknown, turns: true }],
  ['unbind', { back: unknown, turns: true }],
]);

/** In-place forms that change the shape and no number: other views stay as they are. */
const reshaping: ReadonlySet<string> = new Set([
  'squeeze_',
  'unsqueeze_',
  'transpose_',
  't_',
  'swapaxes_',
  'requires_grad_',
  'detach_',
]);

export function isInPlace({ op }: AtenCall): boolean {
  return op.endsWith('_') && !op.endsWith('__');
}

function firstOf(call: AtenCall): string | undefined {
  const first = call.positional[0] ?? call.named.get('self') ?? call.named.get('input');
  return isValue(first) ? first.value : undefined;
}

function withFirst(call: AtenCall, name: string): Pick<AtenCall, 'positional' | 'named'> {
  if (call.positional.length > 0) return { positional: [value(name), ...call.positional.slice(1)], named: call.named };
  const key = call.named.has('self') ? 'self' : 'input';
  return { positional: [], named: new Map([...call.named, [key, value(name)]]) };
}

export class InPlace {
  /** A value of the program → the one that it became. */
  private readonly current = new Map<string, string>();
  private readonly views = new Map<string, View>();
  /** Results of in-place operators → the value that they changed. */
  private readonly owners = new Map<string, string>();
  private readonly turned = new Set<string>();
  /** How often the memory of a value that is no view was changed. */
  private readonly changes = new Map<string, number>();

  /**
   * @param write takes a call that changes nothing in place, and whether users know its result.
   * @param fresh gives a name for a value between.
   */
  constructor(
    private readonly write: (call: AtenCall, shown: boolean) => void,
    private readonly fresh: (hint: string) => string,
  ) {}

  add(call: AtenCall): void {
    const plain = { ...call, positional: call.positional.map((each) => this.read(each)), named: this.readNamed(call) };
    if (!isInPlace(call)) {
      this.write(plain, true);
      this.recordViews(call);
      return;
    }
    const source = firstOf(call);
    const result = call.outputs[0] || this.fresh(`${source ?? 'value'}/changed`);
    this.write({ ...plain, outputs: [result, ...call.outputs.slice(1)] }, true);
    if (source === undefined) return;
    const changed = this.owner(source);
    this.owners.set(result, changed);
    this.current.set(changed, result);
    if (!reshaping.has(call.op)) this.changeBase(changed, result);
  }

  /** The value that stands for one of the program's at this place in it. */
  now(name: string): string {
    const owner = this.owner(name);
    const view = this.views.get(owner);
    if (!view) return this.current.get(owner) ?? owner;
    const changes = this.changes.get(this.root(owner)) ?? 0;
    if (view.stamp !== changes) {
      const base = this.now(view.base);
      const outputs = view.call.outputs.map((output) => this.fresh(`${output || view.call.op}/again`));
      this.write(
        { ...view.call, ...withFirst({ ...view.call, named: this.readNamed(view.call) }, base), outputs },
        false,
      );
      view.call.outputs.forEach((output, index) => {
        const item = this.views.get(output);
        if (!item) return;
        item.stamp = changes;
        this.current.set(output, outputs[index] as string);
      });
    }
    return this.current.get(owner) ?? owner;
  }

  private owner(name: string): string {
    return this.owners.get(name) ?? name;
  }

  private root(name: string): string {
    let root = this.owner(name);
    for (let view = this.views.get(root); view; view = this.views.get(root)) root = this.owner(view.base);
    return root;
  }

  private read(argument: AtenArgument): AtenArgument {
    if (isList(argument)) return argument.map((item) => this.read(item));
    return isValue(argument) ? value(this.now(argument.value)) : argument;
  }

  private readNamed(call: AtenCall): ReadonlyMap<string, AtenArgument> {
    return new Map([...call.named].map(([name, argument]) => [name, this.read(argument)]));
  }

  private recordViews(call: AtenCall): void {
    const kind = views.get(call.op);
    const source = kind && firstOf(call);
    if (!kind || source === undefined) return;
    const base = this.owner(source);
    const isTurned = this.turned.has(base);
    if (kind.denseOnly && isTurned) return;
    const stamp = this.changes.get(this.root(base)) ?? 0;
    for (const output of call.outputs) {
      if (output === '') continue;
      this.views.set(output, { base, call, stamp });
      if (kind.turns || isTurned) this.turned.add(output);
    }
  }

  /** A changed view changes its base, and that its own; all other views of it are made anew where they are read. */
  private changeBase(changed: string, result: string): void {
    const root = this.root(changed);
    const changes = (this.changes.get(root) ?? 0) + 1;
    const upwards: [string, View][] = [];
    for (
      let name = changed, view = this.views.get(name);
      view;
      name = this.owner(view.base), view = this.views.get(name)
    ) {
      upwards.push([name, view]);
    }
    // The bases as they were before the change.
    const before = upwards.map(([, view]) => this.now(view.base));
    let part = result;
    upwards.forEach(([, view], index) => {
      const back = (views.get(view.call.op)?.back ?? unknown)(view, before[index] as string, part);
      const whole = this.fresh(`${view.base}/changed`);
      const call = back ?? {
        op: `${view.call.op}_scatter`,
        positional: [value(before[index] as string), value(part)],
        named: none,
      };
      this.write({ ...call, overload: '', outputs: [whole] }, false);
      this.current.set(this.owner(view.base), whole);
      part = whole;
    });
    this.changes.set(root, changes);
    for (const [, view] of upwards) view.stamp = changes;
  }
}
