/** The golden networks in every format: which files there are, and the numbers that each has to give. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface GoldenRecord {
  readonly id: string;
  readonly dir: string;
  readonly layout: 'NCHW' | 'NHWC';
  readonly target_index: number;
  /** `input`, `output` (or `output0` …), `grad_input`, `act_<layer>`, `grad_<layer>` → npy file relative to test/data. */
  readonly files: Readonly<Record<string, string>>;
  /** Way to name layers → layer → its name there. */
  readonly layer_names: Readonly<Record<string, Readonly<Record<string, string>> | readonly string[]>>;
}

/** A checkpoint of a golden network in another format than ONNX. */
export interface GoldenFile {
  readonly title: string;
  readonly path: string;
  readonly record: GoldenRecord;
  /** Golden layer → its name in this file. */
  readonly layers: ReadonlyMap<string, string>;
}

const data = join(import.meta.dirname, '../data');

/** Kinds of files, by their names; `names` tells which way the record names layers for them. */
const kinds: readonly { readonly matches: RegExp; readonly names: RegExp }[] = [
  { matches: /\.pt2$/, names: /\.pt2$/ },
  { matches: /(torchscript|scripted)\.pt$/, names: /^torch/ },
  { matches: /(?<!weights)\.h5$|\.keras$|tfjs_layers\/model\.json$/, names: /^keras/ },
  { matches: /saved_model$/, names: /saved_model \(inlined op\)$/ },
  { matches: /tf1\/.*\.index$/, names: /^tf1/ },
  { matches: /\.pb$|tfjs_graph\/model\.json$/, names: /^(frozen\.pb$|tf1)/ },
  { matches: /\.tflite$/, names: /\.tflite$/ },
];

function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (!entry.isDirectory() || entry.name.endsWith('saved_model')) return [entry.name];
    return filesIn(join(folder, entry.name)).map((name) => `${entry.name}/${name}`);
  });
}

/** Files of the sample workspace are not in the tests' data a second time. */
const sample = join(import.meta.dirname, '../../media/sample-workspace/formats');

function layersOf(record: GoldenRecord, file: string, names: RegExp): ReadonlyMap<string, string> {
  const ways = Object.entries(record.layer_names).filter(([way, layers]) => names.test(way) && !Array.isArray(layers));
  const [, layers = {}] = ways.find(([way]) => way === file || way.startsWith(`${file} `)) ?? ways[0] ?? [];
  const known = Object.entries(layers).filter(([layer]) => `act_${layer}` in record.files);
  return new Map(known.map(([layer, name]) => [layer, name.replace(/:0$/, '')]));
}

/** @param root the folder that has `models` in it; the golden arrays are always those of the tests. */
export function goldenFiles(root = data): readonly GoldenFile[] {
  const { records } = JSON.parse(readFileSync(join(data, 'golden/forward.json'), 'utf8')) as {
    records: GoldenRecord[];
  };
  return records.flatMap((record) => {
    const folder = join(root, record.dir);
    const epoch = /^shapes_(\w+)$/.exec(record.id)?.[1];
    const paths = new Map(filesIn(folder).map((file) => [file, join(folder, file)]));
    if (record.id === 'shapes_last_e08') for (const file of filesIn(sample)) paths.set(file, join(sample, file));
    return [...paths].flatMap(([file, path]) => {
      if (epoch !== undefined && !file.startsWith(epoch) && !(epoch.startsWith('last') && file.startsWith('tf1/')))
        return [];
      const kind = kinds.find(({ matches }) => matches.test(file));
      if (!kind) return [];
      const layers = layersOf(record, file, kind.names);
      return [{ title: `${record.id} ${file}`, path, record, layers }];
    });
  });
}
