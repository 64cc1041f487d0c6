import type { ProtobufKind } from '../protobuf/protobufKinds';

/** What readers and messages tell apart. `zip …` are archives by what they hold. */
export type FileKindId =
  | 'hdf5'
  | 'tflite'
  | 'zip keras'
  | 'zip torchscript'
  | 'zip torch.export'
  | 'zip pickle'
  | 'zip'
  | 'legacy pickle'
  | 'pickle'
  | 'tar'
  | 'safetensors'
  | 'tensorflow index'
  | 'tensorflow.js'
  | 'tensorflow text'
  | 'json'
  | 'text'
  | 'other'
  | ProtobufKind;

export interface FileKind {
  readonly id: FileKindId;
  /** To complete the sentence “This file is …”. */
  readonly what: string;
  /** What to do when no reader takes it, in the imperative: `unpack it first`. Absent where only another file helps. */
  readonly way?: string;
  /** True for what nobody calls a checkpoint, such as a settings file or an image: lists of checkpoints leave it out. */
  readonly noCheckpoint?: true;
}

/** Ways out that several kinds share. */
export const ways = {
  onnx: 'export it to ONNX where it was made',
  again: 'download or export it again',
  unpack: 'unpack it and choose the file in it',
  none: 'explain a model that takes an image',
} as const;

/** Bytes for people. */
export function sizeText(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  const units = ['KB', 'MB', 'GB', 'TB'];
  const exponent = Math.min(Math.floor(Math.log2(bytes) / 10), units.length);
  const value = bytes / 2 ** (10 * exponent);
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[exponent - 1]}`;
}

/** A name of a file for a message: short, in quotes. */
export function quotedName(name: string): string {
  return `“${name.length > 60 ? `…${name.slice(-59)}` : name}”`;
}
