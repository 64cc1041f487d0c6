import { describe, expect, it } from 'vitest';
import { webviewMessage } from './webviewMessage';

describe('webviewMessage', () => {
  it('turns buffers into plain byte arrays, wherever they are', () => {
    const sent = webviewMessage({ pixels: { data: Buffer.from([1, 2, 3]) } }) as { pixels: { data: Uint8Array } };
    expect(Buffer.isBuffer(sent.pixels.data)).toBe(false);
    expect(sent).toEqual({ pixels: { data: new Uint8Array([1, 2, 3]) } });
    expect(JSON.stringify(sent.pixels)).not.toContain('Buffer');
  });

  it('gives an array over a part of a buffer a buffer of its own', () => {
    const part = new Float32Array(new Float32Array([0, 1, 2, 3]).buffer, 4, 2);
    const [sent] = webviewMessage([part]) as [Float32Array];
    expect(sent).toEqual(new Float32Array([1, 2]));
    expect(sent.buffer.byteLength).toBe(8);
  });

  it('leaves everything else as it is', () => {
    const map = new Float32Array([Number.NaN, 1]);
    const message = { jsonrpc: '2.0', params: [null, { text: 'x', map, flag: true, missing: undefined }] };
    const sent = webviewMessage(message) as typeof message;
    expect(sent).toEqual(message);
    expect((sent.params[1] as { map: Float32Array }).map).toBe(map);
  });
});
