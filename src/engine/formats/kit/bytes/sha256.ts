import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { Worker } from 'node:worker_threads';

/** Files from this size on are hashed in a thread of their own; starting one takes about as long as hashing this much. */
const threadBytes = 1 << 24;

/** Hashes the file at `workerData`; a script of its own, since a bundle is one file. */
const script = `
const { createHash } = require('node:crypto');
const { closeSync, openSync, readSync } = require('node:fs');
const { parentPort, workerData } = require('node:worker_threads');
const hash = createHash('sha256');
const buffer = Buffer.allocUnsafe(1 << 20);
const descriptor = openSync(workerData, 'r');
for (;;) {
  const count = readSync(descriptor, buffer, 0, buffer.length, null);
  if (count === 0) break;
  hash.update(buffer.subarray(0, count));
}
closeSync(descriptor);
parentPort.postMessage(hash.digest('hex'));
`;

function inThread(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(script, { eval: true, workerData: path });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`The thread that hashes ${path} ended with code ${code}.`)));
  });
}

async function inStream(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** SHA-256 of a file in hexadecimal, without holding the file; this thread is left to other work. Throws the file system's own error. */
export async function sha256(path: string): Promise<string> {
  const { size } = await stat(path);
  return size >= threadBytes ? inThread(path) : inStream(path);
}

/** A name as `sha256sum` prints it, with what is put before the hash: a name with a line break or a backslash is escaped. */
function printed(name: string): readonly [mark: string, name: string] {
  const escaped = name.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
  return [escaped === name ? '' : '\\', escaped];
}

/**
 * SHA-256 of a checkpoint in hexadecimal. Of one file: the file's own. Of several: that of the list that `sha256sum` prints of them in
 * order of name (by UTF-8 bytes, names relative to the checkpoint's folder), so `sha256sum a.onnx b.bin | sha256sum` gives the same.
 *
 * @throws the file system's own error.
 */
export async function sha256OfFiles(
  files: readonly { readonly name: string; readonly path: string }[],
): Promise<string> {
  const [only] = files;
  if (only && files.length === 1) return sha256(only.path);
  const ordered = files.toSorted((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
  const list = createHash('sha256');
  for (const file of ordered) {
    const [mark, name] = printed(file.name);
    list.update(`${mark}${await sha256(file.path)}  ${name}\n`);
  }
  return list.digest('hex');
}
