import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../../test/support/folder';
import { encodeTestModel, externalTensor, type Model, type ModelGraph } from '../../../../test/support/onnxModel';
import { CheckpointError } from '../../../shared/errors';
import { float32, int64 } from '../../graph/ir/tensor';
import { encodeTensor } from '../../runtime/onnxruntime/encodeTensor';
import { ProtobufWriter } from '../../runtime/onnxruntime/protobufWriter';
import { readCheckpoint } from '../index';

const folder = temporaryFolder();
const models = resolve(import.meta.dirname, '../../../../test/data/models');

async function readBytes(bytes: Uint8Array, name = 'model.onnx') {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return readCheckpoint(path);
}

const read = (model: Partial<Model>) => readBytes(encodeTestModel({ opset: 18, nodes: [], ...model }));

/** True when the bytes are read, false when they are refused in a sentence; anything else is thrown. */
async function isRead(bytes: Uint8Array): Promise<boolean> {
  try {
    await readBytes(bytes, 'damaged.onnx');
    return true;
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    expect(error.message).toMatch(/^[^\n]+\.$/);
    return false;
  }
}

/** Integers below `limit` that repeat from run to run (a linear congruential generator). */
function* random(limit: number): Generator<number> {
  for (let state = 12345; ; state = (Math.imul(state, 1103515245) + 12345) >>> 0) yield (state >>> 8) % limit;
}

describe('damaged files', () => {
  it('end in one sentence wherever they are cut', async () => {
    const bytes = readFileSync(join(models, 'tiny/regression/model_ts13_bn.onnx'));
    for (let length = 1; length < bytes.length; length += length < 300 ? 1 : 211) {
      expect(await isRead(bytes.subarray(0, length)), `cut at ${length}`).toBe(false);
    }
  }, 120_000);

  it('end in a sentence or are read, whichever bytes are changed', async () => {
    const original = readFileSync(join(models, 'tiny/binary_sigmoid/model.onnx'));
    const places = random(original.length);
    const values = random(256);
    let refused = 0;
    for (let round = 0; round < 300; round++) {
      const bytes = Uint8Array.from(original);
      for (let i = 0; i < 20; i++) bytes[places.next().value as number] = values.next().value as number;
      if (!(await isRead(bytes))) refused++;
    }
    expect(refused).toBeGreaterThan(50);
  }, 120_000);

  it('end in a sentence when they are noise behind a good beginning', async () => {
    const values = random(256);
    for (let round = 0; round < 200; round++) {
      const noise = Uint8Array.from({ length: 200 }, () => values.next().value as number);
      expect(await isRead(Uint8Array.of(0x08, 0x08, 0x3a, 0xc8, 0x01, ...noise))).toBe(false);
    }
  });

  it('say how far the file goes', async () => {
    const bytes = readFileSync(join(models, 'tiny/regression/model.onnx')).subarray(0, 20_000);
    await expect(readBytes(bytes)).rejects.toThrow(/is truncated or damaged: at byte \d+, field 7 needs \d+ bytes/);
  });

  it('say that weights and shapes disagree', async () => {
    const short = new ProtobufWriter().integers(1, [4]).integer(2, 1).string(8, 'w').data(9, new Uint8Array(12));
    const refused: [ProtobufWriter, string][] = [
      [short, 'The weight “w” of the checkpoint is float32[4], which takes 16 bytes, but holds 12'],
      [
        new ProtobufWriter()
          .integers(1, [2 ** 50])
          .integer(2, 1)
          .string(8, 'w')
          .data(9, new Uint8Array(8)),
        'but holds 8',
      ],
      [
        new ProtobufWriter()
          .integers(1, [2 ** 50])
          .integer(2, 7)
          .string(8, 'w')
          .integers(7, [1]),
        'values',
      ],
      [
        new ProtobufWriter()
          .integers(1, [2 ** 40, 2 ** 40])
          .integer(2, 1)
          .string(8, 'w'),
        'impossible shape',
      ],
      [new ProtobufWriter().integers(1, [-1]).integer(2, 1).string(8, 'w'), 'impossible dimension -1'],
      [new ProtobufWriter().integers(1, [1]).integer(2, 17).string(8, 'w').data(9, new Uint8Array(1)), 'float8e4m3fn'],
      [new ProtobufWriter().integers(1, [2]).integer(2, 8).string(8, 'w').string(6, 'a'), 'holds 1 texts'],
      [new ProtobufWriter().integers(1, [1]).integer(2, 99).string(8, 'w'), 'number 99'],
    ];
    for (const [w, message] of refused) {
      const reading = read({ initializers: { w }, outputs: { w: {} } });
      await expect(reading).rejects.toThrow(CheckpointError);
      await expect(reading).rejects.toThrow(message);
    }
  });

  it('refuse a sparse weight that would be huge or has an index outside', async () => {
    const sparse = (dims: readonly number[], index: number) =>
      new ProtobufWriter()
        .message(1, encodeTensor('w', float32([1], Float32Array.of(7))))
        .message(2, encodeTensor('', int64([1], [index])))
        .integers(3, dims);
    const reading = (dims: readonly number[], index: number) =>
      read({ sparse: [sparse(dims, index)], outputs: { w: {} } });
    await expect(reading([2 ** 20, 2 ** 20], 0)).rejects.toThrow('more than 134217728 elements');
    await expect(reading([2, 2], 4)).rejects.toThrow('the index 4, outside its shape');
    await expect(reading([2, 2], -1)).rejects.toThrow('the index -1, outside its shape');
  });

  it('are refused when the graph contradicts itself', async () => {
    const relu = (input: string, output: string) => ({
      op: 'Relu',
      name: `r${output}`,
      inputs: [input],
      outputs: [output],
    });
    const inputs = { x: { dims: [1] } };
    const refused: [Partial<Model>, string][] = [
      [{ nodes: [relu('y', 'y')] }, 'the value “y” is computed from itself'],
      [{ nodes: [relu('z', 'y'), relu('y', 'z')] }, 'is computed from itself'],
      [{ nodes: [relu('x', 'y'), relu('x', 'y')] }, 'the value “y” is computed twice'],
      [
        { nodes: [relu('nowhere', 'y')] },
        'nothing computes the value “nowhere”, which is read by the node “ry” (Relu)',
      ],
      [{ nodes: [] }, 'nothing computes the value “y”, which is read by an output of the graph'],
      [
        { nodes: [{ op: 'Constant', inputs: [], outputs: ['y'] }] },
        'The Constant node “y” of the checkpoint has no value',
      ],
      [
        { nodes: [{ op: 'Clip', inputs: [], outputs: ['y'] }], opset: 9 },
        'The node “y” (Clip) of the checkpoint lacks its input 0',
      ],
    ];
    for (const [model, message] of refused) {
      await expect(read({ inputs, outputs: { y: {} }, ...model })).rejects.toThrow(message);
    }
    await expect(read({ inputs, nodes: [relu('x', 'y')] })).rejects.toThrow('The checkpoint has no outputs');
  });

  it('refuse graphs nested without end', async () => {
    let graph: ModelGraph = { nodes: [{ op: 'Relu', inputs: ['x'], outputs: ['r'] }], outputs: { r: {} } };
    for (let depth = 0; depth < 100; depth++) {
      graph = {
        nodes: [{ op: 'If', inputs: ['c'], outputs: ['r'], attributes: { else_branch: { g: graph } } }],
        outputs: { r: {} },
      };
    }
    await expect(read({ ...graph, inputs: { x: { dims: [1] }, c: { dtype: 'bool', dims: [] } } })).rejects.toThrow(
      'The checkpoint nests more than 64 graphs',
    );
  });

  it('sort nodes that stand in the wrong order, also a long chain', async () => {
    const count = 20_000;
    const nodes = Array.from({ length: count }, (_, i) => ({
      op: 'Relu',
      inputs: [`v${i}`],
      outputs: [`v${i + 1}`],
    })).reverse();
    const { graph } = await read({ nodes, inputs: { v0: { dims: [1] } }, outputs: { [`v${count}`]: {} } });
    expect(graph.nodes.map((node) => node.outputs[0])).toEqual(Array.from({ length: count }, (_, i) => `v${i + 1}`));
  });
});

describe('external data', () => {
  const outside = temporaryFolder();
  writeFileSync(join(outside, 'secret.bin'), new Uint8Array(8));
  writeFileSync(join(folder, 'inside.bin'), new Uint8Array(8));
  mkdirSync(join(folder, 'sub'));
  writeFileSync(join(folder, 'sub', 'deep.bin'), new Uint8Array(8));
  symlinkSync(join(outside, 'secret.bin'), join(folder, 'link.bin'));
  symlinkSync(outside, join(folder, 'linked-folder'));
  symlinkSync(join(folder, 'inside.bin'), join(folder, 'inner-link.bin'));

  const at = (location: string) =>
    read({ initializers: { w: externalTensor('w', 'float32', [2], { location }) }, outputs: { w: {} } });

  it.each(['inside.bin', './inside.bin', 'sub/deep.bin', 'inner-link.bin'])('is read from %s', async (location) => {
    expect((await at(location)).graph.constants.get('w')).toEqual(float32([2], new Float32Array(2)));
  });

  it.each([
    [`../${outside.split('/').at(-1)}/secret.bin`, 'outside the checkpoint'],
    ['sub/../inside.bin', 'outside the checkpoint'],
    ['sub\\..\\..\\secret.bin', 'outside the checkpoint'],
    [join(outside, 'secret.bin'), 'not a relative path'],
    ['C:\\secret.bin', 'not a relative path'],
    ['\\\\server\\secret.bin', 'not a relative path'],
    ['', 'not a relative path'],
    ['inside.bin\0.txt', 'not a relative path'],
    ['link.bin', 'a link that leads out'],
    ['linked-folder/secret.bin', 'a link that leads out'],
    ['sub', 'which is not a file'],
    ['missing.bin', 'not in the checkpoint’s folder'],
    ['inside.bin/x', 'which cannot be read (ENOTDIR)'],
  ])('is refused from %s', async (location, message) => {
    await expect(at(location)).rejects.toThrow(CheckpointError);
    await expect(at(location)).rejects.toThrow(message);
  });
});
