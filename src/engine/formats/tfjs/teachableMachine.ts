/** metadata.json, which Teachable Machine puts beside its models: the classes, and that images are scaled to −1 … 1. */
import { CheckpointError } from '../../../shared/errors';
import type { CheckpointFiles } from '../kit/bytes/checkpointFiles';
import type { CheckpointHints } from '../kit/checkpoint';
import { isJsonObject, own, readJson } from '../kit/json/json';

const file = 'metadata.json';
/** It is some lines long. */
const longest = 1 << 20;

class Absent extends Error {}

/** Empty when there is no such file, or one of something else. */
export function teachableMachineHints(files: CheckpointFiles): Pick<CheckpointHints, 'labels' | 'preprocessing'> {
  try {
    const source = files.open(file, (why, cause) => {
      if (why.startsWith('which is not')) throw new Absent();
      return new CheckpointError(`The checkpoint's “${file}”, ${why}, cannot be read.`, { cause });
    });
    if (source.size > longest) return {};
    const json = readJson({ source, start: 0, end: source.size }, { name: source.name });
    if (!isJsonObject(json)) return {};
    const [labels, made] = [own(json, 'labels'), own(json, 'packageName')];
    const names = Array.isArray(labels) ? labels.filter((label) => typeof label === 'string') : [];
    return {
      ...(names.length > 0 ? { labels: { names, where: `${file} beside the model` } } : {}),
      ...(made === '@teachablemachine/image'
        ? {
            preprocessing: {
              preprocessing: 'keras-tf',
              where: `${file} of Teachable Machine`,
              guessed: false,
            } as const,
          }
        : {}),
    };
  } catch (error) {
    if (error instanceof Absent) return {};
    throw error;
  }
}
