import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { ImageError } from '../../shared/errors';
import { float32, type TensorData } from '../graph/ir/tensor';
import { encodeNpy, parseNpy, readNpy } from './npy';

const file = (name: string) => `test/data/npy/${name}.npy`;
const bytesOf = async (name: string) => new Uint8Array(await readFile(file(name)));
const count = Array.from({ length: 24 }, (_, i) => i);
const eighths = count.map((value) => value / 8);
const numbers = (data: TensorData) => Array.from(data as ArrayLike<number | bigint>, Number);

describe('reading arrays that NumPy wrote', () => {
  it.each([
    ['f4', 'float32', Float32Array],
    ['f8', 'float64', Float64Array],
    ['i1', 'int8', Int8Array],
    ['i2', 'int16', Int16Array],
    ['i4', 'int32', Int32Array],
    ['i8', 'int64', BigInt64Array],
    ['u1', 'uint8', Uint8Array],
    ['u2', 'uint16', Uint16Array],
    ['u4', 'uint32', Uint32Array],
    ['u8', 'uint64', BigUint64Array],
  ])('%s', async (name, dtype, array) => {
    const tensor = await readNpy(file(name));
    expect(tensor.dtype).toBe(dtype);
    expect(tensor.dims).toEqual([2, 3, 4]);
    expect(tensor.data).toBeInstanceOf(array);
    expect(numbers(tensor.data)).toEqual(count);
  });

  it('keeps float16 as bit patterns and booleans as bytes', async () => {
    const half = await readNpy(file('f2'));
    expect(half.dtype).toBe('float16');
    expect(numbers(half.data).slice(0, 4)).toEqual([0, 0x3c00, 0x4000, 0x4200]);
    const flags = await readNpy(file('b1'));
    expect(flags.dtype).toBe('bool');
    expect(numbers(flags.data).slice(0, 4)).toEqual([1, 0, 1, 0]);
  });

  it.each(['f4_fortran', 'f4_big_endian', 'version2', 'version3'])('%s in row-major order', async (name) => {
    const tensor = await readNpy(file(name));
    expect(tensor.dims).toEqual([2, 3, 4]);
    expect(numbers(tensor.data)).toEqual(eighths);
  });

  it('big-endian int64 in Fortran order', async () => {
    expect(numbers((await readNpy(file('i8_big_endian_fortran'))).data)).toEqual(count);
  });

  it('a scalar and an empty array', async () => {
    expect(await readNpy(file('scalar'))).toEqual({ dtype: 'float32', dims: [], data: new Float32Array([2.5]) });
    expect(await readNpy(file('empty'))).toEqual({ dtype: 'float32', dims: [0, 3], data: new Float32Array(0) });
  });
});

describe('refusing', () => {
  it.each([
    ['strings', /strings\.npy holds elements of NumPy type “U2”/],
    ['record', /record\.npy holds a structured array/],
  ])('%s', async (name, message) => {
    await expect(readNpy(file(name))).rejects.toThrow(message);
  });

  it('a file that is missing, foreign, cut off or too long', async () => {
    await expect(readNpy('no/such.npy')).rejects.toThrow('no/such.npy does not exist.');
    const bytes = await bytesOf('f4');
    expect(() => parseNpy(new TextEncoder().encode('hello, this is text'), 'x.npy')).toThrow(
      /x\.npy is not a NumPy file/,
    );
    expect(() => parseNpy(bytes.subarray(0, 40), 'x.npy')).toThrow('x.npy is cut off inside its header.');
    expect(() => parseNpy(bytes.subarray(0, bytes.length - 1), 'x.npy')).toThrow(
      /cut off: .* takes 96 bytes and 95 follow/,
    );
    expect(() => parseNpy(new Uint8Array([...bytes, 0]), 'x.npy')).toThrow(/more bytes than its shape needs/);
    expect(() => parseNpy(new Uint8Array(0), 'x.npy')).toThrow(ImageError);
  });

  it('an unknown version', async () => {
    const bytes = await bytesOf('f4');
    bytes[6] = 4;
    expect(() => parseNpy(bytes, 'x.npy')).toThrow(/version 4; versions 1 to 3/);
  });
});

describe('encodeNpy', () => {
  it.each(['f4', 'f8', 'i1', 'i8', 'u8', 'f2', 'b1', 'empty', 'scalar'])(
    'writes %s byte for byte as NumPy does',
    async (name) => {
      expect(encodeNpy(await readNpy(file(name)))).toEqual(await bytesOf(name));
    },
  );

  it('writes a vector with its trailing comma and reads a view of a larger buffer', () => {
    const whole = new Float32Array([1, 2, 3, 4]);
    const bytes = encodeNpy(float32([2], whole.subarray(1, 3)));
    expect(new TextDecoder('latin1').decode(bytes)).toContain("'shape': (2,), }");
    expect(numbers(parseNpy(bytes).data)).toEqual([2, 3]);
  });

  it('refuses element types that NumPy lacks and shapes that do not fit', () => {
    expect(() => encodeNpy({ dtype: 'bfloat16', dims: [1], data: new Uint16Array(1) })).toThrow(RangeError);
    expect(() => encodeNpy({ dtype: 'float32', dims: [2], data: new Float32Array(1) })).toThrow(RangeError);
  });
});
