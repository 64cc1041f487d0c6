/**
 * A message in the form that VS Code carries to a page unharmed: typed arrays over buffers of their own. A Node `Buffer` would
 * arrive as a list of numbers (its `toJSON` comes first), and of an array over a part of a larger buffer VS Code sends the whole
 * buffer.
 */
export function webviewMessage(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (ArrayBuffer.isView(value)) return ownArray(value);
  if (Array.isArray(value)) return value.map(webviewMessage);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, webviewMessage(each)]));
}

function ownArray(view: ArrayBufferView): ArrayBufferView {
  if (Buffer.isBuffer(view)) return Uint8Array.from(view);
  const whole = view.byteLength === view.buffer.byteLength;
  return whole || view instanceof DataView ? view : (view as Float32Array).slice();
}
