declare module 'snappyjs' {
  /** @throws Error when the stream contradicts itself or gives more than `most` bytes. */
  export function uncompress(compressed: Uint8Array, most?: number): Uint8Array;
  export function compress(content: Uint8Array): Uint8Array;
}
