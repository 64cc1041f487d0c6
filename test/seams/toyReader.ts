/**
 * A reader of a format that nobody else knows, added through the seams that CONTRIBUTING.md names: a network in a JSON file and its
 * weights in another, side by side or in a folder; images are N×H×W×C.
 */
import { statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Reader } from '../../src/engine/formats';
import type { ByteSource } from '../../src/engine/formats/kit/bytes/byteSource';
import { CheckpointFiles } from '../../src/engine/formats/kit/bytes/checkpointFiles';
import { GraphWriter } from '../../src/engine/formats/kit/graph/graphWriter';
import { storedTensor } from '../../src/engine/formats/kit/tensors/storedTensor';
import { CheckpointError } from '../../src/shared/errors';

/** Layers in their order: each takes what the one before gives, and its weights follow those of the one before. */
export interface ToyNetwork {
  readonly toy: 1;
  readonly side: number;
  readonly filters: number;
  readonly weights: string;
  readonly labels: readonly string[];
}

const folderFile = 'network.toy';

function parse(source: ByteSource): ToyNetwork | null {
  try {
    const value = JSON.parse(new TextDecoder().decode(source.read(0, source.size))) as ToyNetwork;
    return value?.toy === 1 ? value : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

export const toy: Reader = {
  title: 'Toy',
  extensions: ['.toy'],
  folderFile,
  match: (candidate) =>
    candidate.kind === 'folder' ? candidate.names.includes(folderFile) : parse(candidate.source) !== null,

  async read(path) {
    const files = new CheckpointFiles(path);
    try {
      const missing = (why: string) => new CheckpointError(`${path} has its network in “${folderFile}”, ${why}.`);
      const network = parse(statSync(path).isDirectory() ? files.open(folderFile, missing) : files.main());
      if (!network) throw new CheckpointError(`${join(path, folderFile)} is not a network.`);
      const { side, filters, labels } = network;
      const source = files.open(
        network.weights,
        (why) => new CheckpointError(`${basename(path)} has its weights in “${network.weights}”, ${why}.`),
      );
      let at = 0;
      const next = (dims: readonly number[]) => {
        const start = at;
        at += 4 * dims.reduce((product, dim) => product * dim, 1);
        return storedTensor('float32', dims, { source, start, end: at });
      };

      const writer = new GraphWriter(['photo', 'mix', 'cut', 'scores']);
      writer.input('photo', { dtype: 'float32', dims: [null, side, side, 3] }, 'NHWC');
      writer.constant('mix/weights', next([filters, 3, 1, 1]));
      writer.constant('scores/weights', next([side * side * filters, labels.length]));
      writer.operator({ name: 'mix', type: 'Mixing', outputs: ['mix'], layout: 'NCHW' }, (w) =>
        w.emit('Conv', [writer.inLayout('photo', 'NCHW'), 'mix/weights'], {}, 'mix'),
      );
      writer.operator({ name: 'cut', type: 'Cut', outputs: ['cut'], layout: 'NCHW' }, (w) =>
        w.emit('Max', [w.scalar(0), 'mix'], {}, 'cut'),
      );
      writer.operator({ name: 'scores', type: 'Dense', outputs: ['scores'] }, (w) => {
        // The weights count rows, columns and channels in this order.
        const flat = w.emit('Flatten', [writer.inLayout('cut', 'NHWC')]);
        w.emit('MatMul', [flat, 'scores/weights'], {}, 'scores');
      });
      return {
        format: 'Toy',
        producer: '',
        graph: writer.finish(['scores']),
        files: files.list(),
        metadata: new Map(),
        hints: {
          layout: writer.layoutOf('photo'),
          preprocessing: { preprocessing: 'keras-tf', where: 'the toy format', guessed: false },
          labels: { names: labels, where: 'the toy itself' },
        },
        notes: [],
        details: {},
      };
    } finally {
      files.close();
    }
  },
};
