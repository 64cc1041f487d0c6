import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../../../test/support/folder';
import { network, objectPickle, type ScriptFile, writeScript } from '../../../../../test/support/torchscript';
import { CheckpointError } from '../../../../shared/errors';
import { toNumbers } from '../../../graph/ir/numbers';
import { torchscript } from '.';

const folder = temporaryFolder();
const read = (file: ScriptFile) => torchscript.read(writeScript(join(folder, 'net.pt'), file));
const lines = (code: string, others = '') => read({ code: network(code, others) });

async function refused(file: ScriptFile): Promise<string> {
  const started = performance.now();
  const error = await read(file).then(
    () => new Error('It was read.'),
    (thrown: unknown) => thrown,
  );
  expect(performance.now() - started).toBeLessThan(5000);
  expect(error).toBeInstanceOf(CheckpointError);
  return (error as CheckpointError).message;
}

/** Operators of what the network gives, in their order. */
const operators = async (code: string, others = '') => (await lines(code, others)).graph.nodes.map(({ op }) => op);

/** The elements of the one constant that is added to the input. */
async function added(code: string): Promise<number[]> {
  const { graph } = await lines(`${code}\nreturn torch.add(x, t)`);
  const [constant] = [...graph.constants.values()];
  return toNumbers(constant!);
}

describe('control flow', () => {
  it('follows branches, loops and functions that are known', async () => {
    const chosen = `
n = torch.mul(2, 3)
if torch.eq(n, 6):
  y = torch.relu(x)
else:
  y = torch.sigmoid(x)
for i in range(3):
  y0 = __torch__.twice(y, )
  y = y0
k = 0
while torch.lt(k, 2):
  y = torch.tanh(y)
  k = torch.add(k, 1)
a, b, = (y, n)
l = [1, 2, 3]
_0 = torch.append(l, 4)
if torch.__and__(torch.eq(torch.len(l), 4), torch.eq(l[-1], 4)):
  return a
else:
  return x`;
    const twice = 'def twice(y: Tensor, times: int=2) -> Tensor:\n  return torch.mul(y, times)\n';
    expect(await operators(chosen, twice)).toEqual(['Relu', 'Mul', 'Mul', 'Mul', 'Tanh', 'Tanh']);
  });

  it('computes paddings from sizes as traced code has them', async () => {
    const code =
      'p = torch.clamp(torch.sub(ops.prim.NumToTensor(5), 7), 0)\nif torch.eq(int(p), 0):\n  y = torch.relu(x)\nelse:\n  y = x\nreturn y';
    expect(await operators(code)).toEqual(['Relu']);
  });

  it('does not take a branch that ends in an error, nor training', async () => {
    const code = `
if torch.ne(torch.size(x, 2), 7):
  ops.prim.RaiseException("wrong")
else:
  pass
training = self.training
if training:
  y = torch.sigmoid(x)
else:
  y = torch.relu(x)
return y`;
    const { graph, notes } = await read({ code: network(code), attributes: { training: '\x88' } });
    expect(graph.nodes.map(({ op }) => op)).toEqual(['Relu']);
    expect(notes.join()).toContain('saved in training mode');
  });

  it('asks for the size that an assertion names, and says when it guesses one', async () => {
    const asserted = await lines('torch._assert(torch.eq(torch.size(x, 2), 40), "wrong")\nreturn torch.relu(x)');
    expect(asserted.graph.inputs[0]?.type.dims).toEqual([null, 3, 40, null]);
    const guessed = await lines('if torch.gt(torch.size(x, 2), 100):\n  y = torch.relu(x)\nelse:\n  y = x\nreturn y');
    expect(guessed.graph.inputs[0]?.type.dims).toEqual([null, 3, 224, 224]);
    expect(guessed.notes.join()).toContain('it is read for 224×224, a guess');
  });

  it('names the line where it depends on what is in the image', async () => {
    const message = await refused({
      code: network('if bool(torch.gt(torch.sum(x), 0)):\n  y = x\nelse:\n  y = torch.relu(x)\nreturn y'),
    });
    expect(message).toMatch(/code\/__torch__\.py, line 6\): what it does depends on the contents of the image/);
  });
});

describe('constants', () => {
  it('are computed, with views that are written to', async () => {
    const mask = `
m = torch.zeros([4, 4])
_0 = torch.fill_(torch.slice(torch.slice(m, 0, 0, -2), 1, 1, 9223372036854775807, 2), 5)
_1 = torch.copy_(torch.select(m, 0, 3), torch.arange(4))
t = torch.masked_fill(torch.permute(m, [1, 0]), torch.eq(torch.permute(m, [1, 0]), 5), -1.)`;
    expect(await added(mask)).toEqual([0, 0, 0, 0, -1, -1, 0, 1, 0, 0, 0, 2, -1, -1, 0, 3]);
  });

  it('are computed by the usual operators', async () => {
    expect(
      await added('a, b, = torch.meshgrid([torch.arange(2), torch.arange(3)])\nt = torch.add(torch.mul(a, 10), b)'),
    ).toEqual([0, 1, 2, 10, 11, 12]);
    expect(await added('t = torch.roll(torch.reshape(torch.arange(6), [2, 3]), [1, -1], [0, 1])')).toEqual([
      4, 5, 3, 1, 2, 0,
    ]);
    expect(
      await added('t = torch.index(torch.arange(10, 20, 2), annotate(List[Optional[Tensor]], [torch.tensor([3, 0])]))'),
    ).toEqual([16, 10]);
    expect(await added('t = torch.cat([torch.ones([1, 2]), torch.full([1, 2], 3.)], 1)')).toEqual([1, 1, 3, 3]);
    expect(await added('t = torch.floor_divide(torch.sub(torch.arange(5), 2), 2)')).toEqual([-1, -1, 0, 0, 1]);
    expect(await added('t = torch.sum(torch.reshape(torch.arange(6), [2, 3]), [-1])')).toEqual([3, 12]);
    expect(await added('t = torch.linspace(0, 1, 5)')).toEqual([0, 0.25, 0.5, 0.75, 1]);
  });
});

describe('in place', () => {
  it('variables see what is written through others', async () => {
    const { graph } = await lines('y = torch.sigmoid(x)\nz = y\n_0 = torch.relu_(y)\nreturn torch.tanh(z)');
    expect(graph.nodes.map(({ op }) => op)).toEqual(['Sigmoid', 'Relu', 'Tanh']);
  });

  it('a tensor that was written through a view is not read as it was', async () => {
    const message = await refused({
      code: network('y = torch.sigmoid(x)\nv = torch.slice(y, 1, 0, 1)\n_0 = torch.relu_(v)\nreturn torch.tanh(y)'),
    });
    expect(message).toContain('line 9): it reads a tensor that was written in place through another view of it');
  });
});

describe('layers', () => {
  const act =
    'class Act(Module):\n  def forward(self: __torch__.Act,\n    x: Tensor) -> Tensor:\n    return torch.relu(x)\n';
  const seq =
    'class Seq(Module):\n  __annotations__["0"] = __torch__.Act\n  def forward(self: __torch__.Seq,\n    x: Tensor) -> Tensor:\n    _0 = getattr(self, "0")\n    return (_0).forward(x, )\n';

  it('are called by the paths of their modules, again with a number', async () => {
    const code = network('a = self.a\ns = self.s\nreturn (s).forward((a).forward((a).forward(x, ), ), )', act + seq);
    const inner = `X\x01\x00\x00\x000${objectPickle('Act')}`;
    const { graph } = await read({ code, attributes: { a: objectPickle('Act'), s: objectPickle('Seq', inner) } });
    expect(graph.nodes.map(({ outputs }) => outputs[0])).toEqual(['a', 'a_1', 's.0', 's']);
    expect(graph.nodes.at(-1)).toMatchObject({ op: 'Identity', shownAs: 'Seq' });
  });

  it('keep names that objects have of themselves', async () => {
    for (const name of ['__proto__', 'constructor', 'toString']) {
      const code = network(`a = getattr(self, "${name}")\nreturn (a).forward(x, )`, act);
      const { graph } = await read({ code, attributes: { [name]: objectPickle('Act') } });
      expect(graph.nodes.map(({ outputs }) => outputs[0])).toEqual([name]);
      const missing = await refused({ code: network(`a = self.${name}\nreturn x`) });
      expect(missing).toContain(`has no attribute “${name}”`);
      expect(await refused({ code: network(`return torch.add(x, ${name})`) })).toContain(`“${name}” has no value`);
    }
  });
});

describe('what is packed beside the network', () => {
  it('gives labels and notes', async () => {
    const more = { 'extra/labels.txt': 'cat\ndog\n', 'extra/note.txt': 'hello' };
    const { hints, metadata } = await read({ code: network('return torch.relu(x)'), more });
    expect(hints.labels).toEqual({ names: ['cat', 'dog'], where: 'labels.txt in the archive' });
    expect(metadata.get('note.txt')).toBe('hello');
  });
});

describe('archives that mean harm, or are for others', () => {
  const self = 'def again(x: Tensor) -> Tensor:\n  return __torch__.again(__torch__.again(x, ), )\n';
  const many = (count: number, text: string) => text.repeat(count);

  it.each<[string, string, string]>([
    [
      'a function that calls itself',
      network('return __torch__.again(x, )', self),
      'its calls are nested without an end',
    ],
    [
      'a loop of 1e9',
      network('for i in range(1000000000):\n  pass\nreturn x'),
      'it repeats something 1000000000 times',
    ],
    ['a loop without an end', network('while True:\n  pass\nreturn x'), 'it takes more steps than any network'],
    ['brackets in brackets', network(`return ${many(5000, '(')}x${many(5000, ')')}`), 'it is nested too deeply'],
    ['signs of signs', network(`return ${many(5000, '- ')}x`), 'it is nested too deeply'],
    ['a chain of attributes', network(`return x${many(20_000, '.a')}`), 'nested without an end'],
    ['a sum of sums', network(`n = 1${many(20_000, '+1')}\nreturn x`), 'nested without an end'],
    [
      'blocks in blocks',
      `${network('pass')}${Array.from({ length: 300 }, (_, i) => `${' '.repeat(i + 4)}if True:\n`).join('')}`,
      'nested too deeply',
    ],
    [
      'a constant of 1e9',
      network('return torch.add(x, torch.zeros([1000000000]))'),
      'larger constants than any network',
    ],
    [
      'a constant that grows',
      network('y = torch.zeros([1000000])\nfor i in range(10):\n  y = torch.cat([y, y])\nreturn torch.add(x, y)'),
      'larger constants than any network',
    ],
    [
      'a list that grows',
      network('l = [1]\nfor i in range(100):\n  l = torch.add(l, l)\nreturn x'),
      '“add” of such a list, text or dictionary is not read',
    ],
    [
      'a text that grows',
      network('l = "a"\nfor i in range(100):\n  l = torch.add(l, l)\nreturn x'),
      '“add” of such a list, text or dictionary is not read',
    ],
    ['negative sizes', network('return torch.add(x, torch.zeros([-4]))'), 'a constant of impossible size'],
    [
      'a class that is not there',
      network('return __torch__.os.system(x, )'),
      'it calls “__torch__.os.system”, which is not in the archive',
    ],
    ['a name without a value', network('return y'), '“y” has no value'],
    ['no code', 'x', 'TorchScript'],
    ['half a text', network('return "abc'), 'line 6'],
    ['an error that it ends with', network('ops.prim.RaiseException("no")\nreturn x'), 'it ends with “no”'],
    ['mkldnn', network('return ops.mkldnn_prepacked.conv2d_run(x)'), 'optimised for one machine'],
    ['quantised operators', network('return ops.quantized.relu6(x)'), 'the network is quantised'],
  ])('%s', async (_, code, message) => {
    expect(await refused({ code })).toContain(message);
  });

  it('a class that contains itself', async () => {
    const code = network('a = self.me\nreturn (a).forward(x, )');
    // The object is remembered and holds itself.
    const me = 'c__torch__\nNet\n)\x81q\x00}(X\x02\x00\x00\x00meh\x00ub';
    expect(await refused({ code, attributes: { me } })).toContain('its calls are nested without an end');
  });

  it('bytecode for mobile devices', async () => {
    expect(await refused({ code: null, more: { 'bytecode.pkl': '' } })).toContain('for mobile devices');
  });

  it('a network that takes no image', async () => {
    const code =
      'class Net(Module):\n  def forward(self: __torch__.Net,\n    xs: List[Tensor]) -> Tensor:\n    return xs[0]\n';
    expect(await refused({ code })).toContain('takes “xs”, which is no tensor');
  });
});
