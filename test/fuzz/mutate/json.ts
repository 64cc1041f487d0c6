/** Changes of a JSON text as a whole: values, keys and branches, so that what is changed still parses. */
type Below = (limit: number) => number;
type Tree = null | boolean | number | string | Tree[] | { [key: string]: Tree };

const hostile = (below: Below): Tree => {
  const values: Tree[] = [
    ...[-1, 0, 1, 2, 3.5, 1e9, 2 ** 31, 2 ** 53, 1e18, -1e18, 1e308],
    ...['', '__proto__', 'constructor', '../../x', '/etc/passwd', 'Infinity', 'a'.repeat(5000), '\u0000'],
    ...[null, true, false],
  ];
  const structures: (() => Tree)[] = [
    () => [],
    () => ({}),
    () => Array.from({ length: 2000 }, () => 1),
    () => nested(200),
    () => [[[-1], 1e18], 'x'],
    () => Object.fromEntries([['__proto__', 1]]),
  ];
  return below(4) === 0
    ? (structures[below(structures.length)] as () => Tree)()
    : (values[below(values.length)] as Tree);
};

function nested(depth: number): Tree {
  let tree: Tree = [];
  for (let i = 0; i < depth; i++) tree = i % 2 ? { a: tree } : [tree];
  return tree;
}

interface Place {
  readonly parent: Tree[] | { [key: string]: Tree };
  readonly key: string | number;
}

/** Places of a tree, each as likely as another. */
function places(root: Tree): Place[] {
  const found: Place[] = [];
  const waiting: Tree[] = [root];
  for (let tree = waiting.pop(); tree !== undefined; tree = waiting.pop()) {
    if (typeof tree !== 'object' || tree === null) continue;
    const keys = Array.isArray(tree) ? tree.map((_, i) => i) : Object.keys(tree);
    for (const key of keys) {
      found.push({ parent: tree, key });
      waiting.push((tree as Record<string | number, Tree>)[key] as Tree);
    }
  }
  return found;
}

function set({ parent, key }: Place, value: Tree): void {
  Object.defineProperty(parent, key, { value, enumerable: true, configurable: true, writable: true });
}

const valueAt = ({ parent, key }: Place): Tree => (parent as Record<string | number, Tree>)[key] as Tree;

const changes: ((place: Place, below: Below, others: readonly Place[]) => void)[] = [
  (place, below) => set(place, hostile(below)),
  (place, below) => {
    const value = valueAt(place);
    if (typeof value === 'number')
      set(place, [value + 1, value - 1, -value, value * 2, value / 2, 0][below(6)] as number);
    else if (typeof value === 'string') set(place, value.slice(0, below(value.length + 1)));
    else set(place, hostile(below));
  },
  ({ parent, key }) => {
    if (Array.isArray(parent)) parent.splice(key as number, 1);
    else delete parent[key as string];
  },
  (place, below, others) => set(place, structuredClone(valueAt(others[below(others.length)] as Place))),
  (place, below, others) => {
    const other = others[below(others.length)] as Place;
    const [a, b] = [structuredClone(valueAt(place)), structuredClone(valueAt(other))];
    set(place, b);
    set(other, a);
  },
  ({ parent, key }, below) => {
    if (Array.isArray(parent))
      parent.splice(below(parent.length + 1), 0, structuredClone(parent[key as number] as Tree));
    else
      set(
        { parent, key: ['__proto__', 'name', 'config', `${key}_`][below(4)] as string },
        parent[key as string] as Tree,
      );
  },
];

/** The text with one to three places of it changed; as it is when it is no JSON. */
export function mutatedJson(text: string, below: Below): string {
  let tree: Tree;
  try {
    tree = JSON.parse(text) as Tree;
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
  for (let count = 1 + below(3); count > 0; count--) {
    const all = places(tree);
    if (all.length === 0) break;
    (changes[below(changes.length)] as (typeof changes)[number])(all[below(all.length)] as Place, below, all);
  }
  return JSON.stringify(tree);
}
