/** TorchScript archives of a network without weights, for what its code says. */
import { writeFileSync } from 'node:fs';
import { zipOf } from './zip';

const bytes = (text: string) => Buffer.from(text, 'latin1');

/** A pickle of an object of class `__torch__.Net` with these attributes, which are pickles of their own without an end. */
function netPickle(attributes: Readonly<Record<string, string>>): Uint8Array {
  const pairs = Object.entries(attributes).map(([name, value]) => {
    const length = String.fromCharCode(name.length & 255, name.length >> 8, 0, 0);
    return `X${length}${name}${value}`;
  });
  return bytes(`\x80\x02c__torch__\nNet\n)\x81}(${pairs.join('')}ub.`);
}

/** Pickles of an object of another class, which holds these. */
export function objectPickle(name: string, attributes = ''): string {
  return `c__torch__\n${name}\n)\x81}(${attributes}ub`;
}

export interface ScriptFile {
  /** Of `code/__torch__.py`; null leaves it out. */
  readonly code: string | null;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly more?: Readonly<Record<string, string>>;
}

export function scriptArchive({ code, attributes = {}, more = {} }: ScriptFile): Uint8Array {
  return zipOf([
    { name: 'net/data.pkl', bytes: netPickle(attributes) },
    { name: 'net/constants.pkl', bytes: bytes('\x80\x02).') },
    ...(code === null ? [] : [{ name: 'net/code/__torch__.py', bytes: Buffer.from(code) }]),
    ...Object.entries(more).map(([name, text]) => ({ name: `net/${name}`, bytes: Buffer.from(text) })),
  ]);
}

/** A network whose `forward(self, x)` has these lines. */
export function network(lines: string, others = ''): string {
  const body = lines
    .trim()
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');
  return `class Net(Module):\n  __parameters__ = []\n  training : bool\n  def forward(self: __torch__.Net,\n    x: Tensor) -> Tensor:\n${body}\n${others}`;
}

export function writeScript(path: string, file: ScriptFile): string {
  writeFileSync(path, scriptArchive(file));
  return path;
}
