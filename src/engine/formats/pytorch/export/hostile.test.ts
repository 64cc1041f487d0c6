import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../../../test/support/folder';
import { integers, mutated } from '../../../../../test/support/hostile/mutations';
import { zipOf } from '../../../../../test/support/zip';
import { WhylightError } from '../../../../shared/errors';
import { bind } from '../../../graph/binding/bind';
import { MemorySource } from '../../kit/bytes/byteSource';
import type { Checkpoint } from '../../kit/checkpoint';
import { ZipArchive } from '../../kit/zip/zipArchive';
import { readExport } from '.';

const folder = temporaryFolder();
const path = join(folder, 'network.pt2');
const utf8 = (text: string) => new TextEncoder().encode(text);

type Tree = Record<string, unknown>;

const tensor = (name: string) => ({ as_tensor: { name } });
const meta = (sizes: unknown[], strides: unknown[], dtype = 7, offset = 0): Tree => ({
  dtype,
  sizes: sizes.map((as_int) => ({ as_int })),
  strides: strides.map((as_int) => ({ as_int })),
  storage_offset: { as_int: offset },
});
const node = (op: string, inputs: unknown[], output: string): Tree => ({
  target: `torch.ops.aten.${op}`,
  inputs: inputs.map((arg, index) => ({ name: `a${index}`, arg, kind: 1 })),
  outputs: [tensor(output)],
  metadata: {},
});

/** y = x · w for w of two numbers. */
function program(changes: Tree = {}, graphChanges: Tree = {}): Tree {
  const graph = {
    inputs: [tensor('p_w'), tensor('x')],
    outputs: [tensor('y')],
    nodes: [node('mul.Tensor', [tensor('x'), tensor('p_w')], 'y')],
    tensor_values: { p_w: meta([2], [1]), x: meta([1, 2], [2, 1]), y: meta([1, 2], [2, 1]) },
    ...graphChanges,
  };
  const signature = {
    input_specs: [{ parameter: { arg: { name: 'p_w' }, parameter_name: 'w' } }, { user_input: { arg: tensor('x') } }],
    output_specs: [{ user_output: { arg: tensor('y') } }],
  };
  return {
    graph_module: { graph, signature },
    schema_version: { major: 8, minor: 2 },
    opset_version: { aten: 10 },
    ...changes,
  };
}

interface Parts {
  readonly program?: unknown;
  readonly text?: string;
  readonly weight?: Tree;
  readonly others?: readonly { readonly name: string; readonly bytes: Uint8Array }[];
}

function archive({ program: json = program(), text, weight, others = [] }: Parts): Uint8Array {
  const entry = { path_name: 'weight_0', is_param: true, use_pickle: false, tensor_meta: meta([2], [1]), ...weight };
  return zipOf([
    { name: 'a/archive_format', bytes: utf8('pt2') },
    { name: 'a/models/model.json', bytes: utf8(text ?? JSON.stringify(json)) },
    { name: 'a/data/weights/model_weights_config.json', bytes: utf8(JSON.stringify({ config: { w: entry } })) },
    { name: 'a/data/weights/weight_0', bytes: new Uint8Array(Float32Array.of(3, 5).buffer) },
    ...others,
  ]);
}

function read(bytes: Uint8Array): Promise<Checkpoint> {
  writeFileSync(path, bytes);
  return readExport(path);
}

async function sentence(parts: Parts): Promise<string> {
  const bytes = archive(parts);
  const started = performance.now();
  const message = await read(bytes).then(
    ({ graph }) => graph.nodes.map(({ unsupported }) => unsupported).join() || 'read',
    (error: unknown) => {
      if (!(error instanceof WhylightError)) throw error;
      return error.message;
    },
  );
  expect(performance.now() - started).toBeLessThan(5000);
  expect(message).not.toMatch(/\bundefined\b|\[object /);
  return message.replaceAll(path, 'network.pt2');
}

describe('archives that lie', () => {
  it('are told from one that does not', async () => {
    const { graph, details } = await read(archive({}));
    expect(graph.nodes.map(({ op, inputs }) => [op, ...inputs])).toEqual([['Mul', 'x', 'p_w']]);
    expect(Array.from(graph.constants.get('p_w')?.data as Float32Array)).toEqual([3, 5]);
    expect(details).toEqual({ 'schema version': '8.2' });
  });

  const weights: Readonly<Record<string, readonly [Tree, RegExp]>> = {
    'strides lead out of the storage': [{ tensor_meta: meta([2], [9]) }, /wants element 9 of a storage of 2/],
    'an offset leads out of it': [{ tensor_meta: meta([2], [1], 7, 5) }, /wants element 6 of a storage of 2/],
    'lengths are negative': [{ tensor_meta: meta([-2], [1]) }, /has the length -2/],
    'lengths overflow': [{ tensor_meta: meta([2 ** 40, 2 ** 40], [0, 0]) }, /states the shape|states .* elements/],
    'lengths have fractions': [{ tensor_meta: meta([1.5], [1]) }, /has the length 1.5/],
    'strides are negative': [{ tensor_meta: meta([2], [-1]) }, /has the length -1/],
    'a stride is missing': [{ tensor_meta: meta([1, 2], [1]) }, /2 lengths and 1 strides/],
    'there are 5,000 axes': [{ tensor_meta: meta(new Array(5000).fill(1), new Array(5000).fill(1)) }, /5000 axes/],
    'the element type is complex': [{ tensor_meta: meta([2], [1], 10) }, /element type type 10/],
    'the element type is a text': [{ tensor_meta: { ...meta([2], [1]), dtype: '__proto__' } }, /element type/],
    'the file is absolute': [{ path_name: '/etc/passwd' }, /there is no “a\/data\/weights\/\/etc\/passwd”/],
    'the file leads out': [{ path_name: '../../../etc/passwd' }, /there is no “a\/data\/weights\/\.\.\//],
    'the file is no text': [{ path_name: 7 }, /“path_name” is no text/],
  };

  it.each(Object.entries(weights))('%s', async (_, [weight, expected]) => {
    expect(await sentence({ weight })).toMatch(expected);
  });

  const graphs: Readonly<Record<string, readonly [unknown, RegExp]>> = {
    'a list is the program': [[], /is no object/],
    'nothing is the program': [null, /is no object/],
    'the schema is newer': [
      program({ schema_version: { major: 9, minor: 0 } }),
      /schema is version 9, where 3 to 8 are read/,
    ],
    'the schema is older': [program({ schema_version: 1 }), /schema is version 1/],
    'there is no schema': [program({ schema_version: null }), /has no version/],
    'values make a circle': [
      program({}, { nodes: [node('relu.default', [tensor('b')], 'y'), node('relu.default', [tensor('y')], 'b')] }),
      /computed from itself/,
    ],
    'a value is computed twice': [
      program({}, { nodes: [node('relu.default', [tensor('x')], 'y'), node('neg.default', [tensor('x')], 'y')] }),
      /computed twice/,
    ],
    'nothing computes a value': [
      program({}, { nodes: [node('relu.default', [tensor('z')], 'y')] }),
      /nothing computes the value “z”/,
    ],
    'a node has two kinds of argument': [
      program({}, { nodes: [node('relu.default', [{ as_int: 1, as_float: 2 }], 'y')] }),
      /not of one kind/,
    ],
    'a node has no kind of argument': [program({}, { nodes: [node('relu.default', [{}], 'y')] }), /not of one kind/],
    'an argument is a graph': [
      program({}, { nodes: [node('relu.default', [{ as_graph: {} }], 'y')] }),
      /arguments that are not supported/,
    ],
    'an argument is of a kind called __proto__': [
      program({}, { nodes: [node('relu.default', [JSON.parse('{"__proto__": 1}')], 'y')] }),
      /arguments that are not supported/,
    ],
    'an operator is called __proto__': [
      program({}, { nodes: [node('__proto__.default', [tensor('x')], 'y')] }),
      /is not supported/,
    ],
    'the sizes of a view are huge': [
      program({}, { nodes: [node('view.default', [tensor('x'), { as_ints: [2 ** 62, 2 ** 62] }], 'y')] }),
      /read/,
    ],
    'there are very many nodes': [
      program({}, { nodes: new Array(110_000).fill(node('relu.default', [tensor('x')], 'y')) }),
      /more than 100000 nodes/,
    ],
    'an output is missing': [
      program({
        graph_module: { ...(program()['graph_module'] as Tree), signature: { input_specs: [], output_specs: [] } },
      }),
      /nothing computes|no outputs/,
    ],
  };

  it.each(Object.entries(graphs))('%s', async (_, [json, expected]) => {
    expect(await sentence({ program: json })).toMatch(expected);
  });

  it('text is no JSON, too deep, too long', async () => {
    expect(await sentence({ text: '{' })).toMatch(/it is no JSON/);
    expect(await sentence({ text: '['.repeat(1_000_000) })).toMatch(/nested more than 256 deep/);
    expect(await sentence({ text: `{"a":${'{"a":'.repeat(300)}1${'}'.repeat(301)}` })).toMatch(
      /nested more than 256 deep/,
    );
  });

  it('values are called __proto__', async () => {
    const values = JSON.parse('{"__proto__": null, "x": null}') as Tree;
    Object.defineProperty(values, '__proto__', { value: meta([1, 2], [2, 1]), enumerable: true });
    const nodes = [node('neg.default', [tensor('x')], '__proto__'), node('abs.default', [tensor('__proto__')], 'y')];
    const json = program({}, { nodes, tensor_values: { ...values, x: meta([1, 2], [2, 1]) } });
    const { graph } = await read(archive({ program: json }));
    expect(graph.nodes.map(({ outputs }) => outputs[0])).toEqual(['__proto__', 'y']);
  });

  it('machine code is no program', async () => {
    const zip = zipOf([
      { name: 'm/archive_format', bytes: utf8('pt2') },
      { name: 'm/data/aotinductor/model/x.so', bytes: utf8('') },
    ]);
    await expect(read(zip)).rejects.toThrow(/AOTInductor compiled to machine code/);
    await expect(read(zipOf([{ name: 'm/archive_format', bytes: utf8('pt2') }]))).rejects.toThrow(
      /there is no model in it/,
    );
    await expect(read(zipOf([{ name: 'm/archive_format', bytes: utf8('pt9') }]))).rejects.toThrow(
      /format “pt9”, not pt2/,
    );
  });

  it('several models, and objects that only PyTorch can run, are said', async () => {
    const other = [{ name: 'a/models/other.json', bytes: utf8('{}') }];
    expect(await sentence({ others: other })).toBe('read');
    const { graph, signature } = program()['graph_module'] as { graph: Tree; signature: { input_specs: unknown[] } };
    const nodes = [node('call.default', [{ as_custom_obj: { name: 'o' } }, tensor('x')], 'y')];
    const spec = { custom_obj: { arg: { name: 'o', class_fqn: '__torch__.Thing' }, custom_obj_name: 'o' } };
    const json = program({
      graph_module: {
        graph: { ...graph, nodes },
        signature: { ...signature, input_specs: [...signature.input_specs, spec] },
      },
    });
    expect(await sentence({ program: json })).toMatch(/needs an object of the class “__torch__.Thing”|not supported/);
  });
});

describe('graphs in nodes', () => {
  const inner = {
    inputs: [tensor('a'), tensor('b')],
    outputs: [tensor('c'), tensor('a')],
    nodes: [node('sub.Tensor', [tensor('a'), tensor('b')], 'x'), node('neg.default', [tensor('x')], 'c')],
  };
  const call = (target: string, outputs: string[]) => ({
    target: `torch.ops.higher_order.${target}`,
    inputs: [{ as_bool: false }, { as_graph: { name: 'g', graph: inner } }, tensor('x'), tensor('p_w')].map((arg) => ({
      name: '',
      arg,
      kind: 1,
    })),
    outputs: outputs.map(tensor),
    metadata: {},
  });

  it('that change no number are written in their place, with names of their own', async () => {
    const nodes = [call('wrap_with_set_grad_enabled', ['m', 'n']), node('add.Tensor', [tensor('m'), tensor('n')], 'y')];
    const { graph } = await read(archive({ program: program({}, { nodes }) }));
    expect(graph.nodes.map(({ op, inputs, outputs }) => [op, ...inputs, ...outputs])).toEqual([
      ['Sub', 'x', 'p_w', 'graph_0/x'],
      ['Neg', 'graph_0/x', 'm'],
      ['Identity', 'x', 'n'],
      ['Add', 'm', 'n', 'y'],
    ]);
  });

  it('that decide something are not supported', async () => {
    const nodes = [call('cond', ['y'])];
    expect(await sentence({ program: program({}, { nodes }) })).toBe('is not supported');
  });
});

describe('changed files', () => {
  const original = new Uint8Array(
    readFileSync(join(import.meta.dirname, '../../../../../test/data/models/tiny/vgg/model.pt2')),
  );

  async function ends(bytes: Uint8Array, what: string): Promise<boolean> {
    try {
      const { graph } = await read(bytes);
      bind(graph, new Map([[graph.inputs[0]?.name ?? '', [1, 3, 32, 32]]]));
      return true;
    } catch (error) {
      if (error instanceof WhylightError) return false;
      throw new Error(`${what} ended in something else than a sentence.`, { cause: error });
    }
  }

  it('end in a graph or a sentence: bytes', async () => {
    for (let seed = 0; seed < 200; seed++) await ends(mutated(original, seed, original), `Mutation ${seed}`);
  });

  it('end in a graph or a sentence: values of the program', async () => {
    const zip = await ZipArchive.open(new MemorySource('original', original));
    const parts = await Promise.all(
      zip.names.map(async (name) => {
        const { source, start, end } = await zip.range(name);
        return { name, bytes: source.read(start, end - start).slice() };
      }),
    );
    const values = [null, -1, 1e300, 2 ** 53, '', '__proto__', [], {}, true, Number.MIN_VALUE, { as_int: -9 }];
    let read = 0;
    for (let seed = 1; seed <= 300; seed++) {
      const below = integers(seed);
      const changed = parts.map((part) => {
        if (!part.name.endsWith('.json')) return part;
        const json = JSON.parse(new TextDecoder().decode(part.bytes)) as Tree;
        const places: [Tree, string][] = [];
        const visit = (at: Tree) => {
          for (const [key, value] of Object.entries(at)) {
            places.push([at, key]);
            if (typeof value === 'object' && value !== null) visit(value as Tree);
          }
        };
        visit(json);
        if (places.length > 0) {
          const [at, key] = places[below(places.length)] as [Tree, string];
          at[key] = values[below(values.length)];
        }
        return { ...part, bytes: utf8(JSON.stringify(json)) };
      });
      if (await ends(zipOf(changed), `Change ${seed}`)) read++;
    }
    expect(read).toBeGreaterThan(0);
    expect(read).toBeLessThan(300);
  });
});
