/** What Keras needs of an HDF5 file: groups, their texts, and datasets whose elements stay in the file until they are wanted. */
import { CheckpointError } from '../../../../shared/errors';
import type { Tensor } from '../../../graph/ir/tensor';
import { type ByteRange, FileSource } from '../../kit/bytes/byteSource';
import { datasetTensor } from './datasets';
import { type Bytes, HdfInstance } from './instance';
import { baseAddress } from './objectHeader';

/** A network of some thousand layers has some ten thousand of them. */
const mostObjects = 200_000;
const deepest = 64;
/** Descriptions are some megabytes long. */
const longestText = 1 << 28;
/** `layer_names0`, `layer_names1` … */
const mostParts = 4096;

export interface HdfGroup {
  readonly path: string;
  readonly groups: ReadonlyMap<string, HdfGroup>;
  /** Paths of datasets by their names. */
  readonly datasets: ReadonlyMap<string, string>;
  readonly attributes: ReadonlySet<string>;
}

/** How the bytes of the file can be read once it has been closed. */
function lasting({ source, start, end }: ByteRange): Bytes {
  const file = source instanceof FileSource ? source.file : source;
  return { name: source.name, size: end - start, readInto: (target, offset) => file.readInto(target, start + offset) };
}

export class HdfFile {
  readonly root: HdfGroup;
  private objects = 0;
  /** Bytes that datasets which do not lie in the file as they are take together. */
  readonly unpacked = { bytes: 0 };

  private constructor(
    private readonly range: ByteRange,
    private readonly instance: HdfInstance,
    private readonly file: bigint,
    private readonly base: number | null,
  ) {
    this.root = this.walk('', 0, new Set());
  }

  /**
   * @param range the file, which may lie inside another one.
   * @throws CheckpointError when it is damaged, or holds links that lead elsewhere.
   */
  static async open(range: ByteRange): Promise<HdfFile> {
    const bytes = lasting(range);
    const { instance, file } = await HdfInstance.open(bytes);
    return new HdfFile(range, instance, file, baseAddress(bytes));
  }

  get name(): string {
    return this.range.source.name;
  }

  /** The texts of an attribute, also where it is split because it is long; undefined when there is none. */
  texts(group: HdfGroup, attribute: string): readonly string[] | undefined {
    if (group.attributes.has(attribute)) return this.attribute(group, attribute);
    const parts: string[] = [];
    for (let part = 0; part < mostParts && group.attributes.has(`${attribute}${part}`); part++) {
      parts.push(...this.attribute(group, `${attribute}${part}`));
    }
    return group.attributes.has(`${attribute}0`) ? parts : undefined;
  }

  text(group: HdfGroup, attribute: string): string | undefined {
    return group.attributes.has(attribute) ? this.attribute(group, attribute)[0] : undefined;
  }

  tensor(path: string): Tensor {
    return datasetTensor(path, {
      range: this.range,
      instance: this.instance,
      file: this.file,
      base: this.base,
      unpacked: this.unpacked,
      textAttribute: (name) => this.textOf(path, name),
    });
  }

  private textOf(path: string, name: string): string | undefined {
    const names = this.instance.call((library) => library.get_attribute_names(this.file, path));
    return names.includes(name) ? this.read(path, name)[0] : undefined;
  }

  private attribute(group: HdfGroup, name: string): readonly string[] {
    return this.read(group.path === '' ? '/' : group.path, name);
  }

  private read(path: string, name: string): readonly string[] {
    const metadata = this.instance.call((library) => library.get_attribute_metadata(this.file, path, name));
    const { type, size, total_size: count, shape, vlen } = metadata;
    if (shape === null || count === 0) return [];
    if (type !== 3) return [];
    const bytes = size * count;
    if (!(bytes <= Math.min(longestText, this.range.end - this.range.start))) throw this.instance.damaged();
    return this.instance.withMemory(bytes, (library, pointer) => {
      library.get_attribute_data(this.file, path, name, BigInt(pointer));
      const heap = library.HEAPU8;
      if (vlen) {
        const pointers = new Uint32Array(heap.slice(pointer, pointer + bytes).buffer);
        return Array.from(pointers, (each) => library.UTF8ToString(each));
      }
      const decoder = new TextDecoder();
      return Array.from({ length: count }, (_, i) => {
        const text = heap.slice(pointer + i * size, pointer + (i + 1) * size);
        const end = text.indexOf(0);
        return decoder.decode(end < 0 ? text : text.subarray(0, end));
      });
    });
  }

  /** What a group holds. Links that are not a plain place in the file are refused, and never followed. */
  private walk(path: string, depth: number, around: ReadonlySet<string>): HdfGroup {
    const here = path === '' ? '/' : path;
    const address = this.address(here);
    if (around.has(address)) throw new CheckpointError(`${this.name} is damaged: its group “${here}” lies in itself.`);
    if (depth > deepest)
      throw new CheckpointError(`${this.name} is damaged: its groups are nested more than ${deepest} deep.`);
    const inside = new Set([...around, address]);
    const names = this.instance.call((library) => library.get_names(this.file, here, false));
    const groups = new Map<string, HdfGroup>();
    const datasets = new Map<string, string>();
    for (const name of names) {
      if (++this.objects > mostObjects)
        throw new CheckpointError(`${this.name} holds more than ${mostObjects} objects: it is damaged.`);
      const child = `${path}/${name}`;
      // Optimizers' states are not read.
      if (depth === 0 && (name === 'optimizer_weights' || name === 'optimizer')) continue;
      this.checkLink(child);
      const type = this.instance.call((library) => library.get_type(this.file, child));
      const { group, dataset } = this.instance.call(({ H5G_GROUP, H5G_DATASET }) => ({
        group: H5G_GROUP,
        dataset: H5G_DATASET,
      }));
      if (type === group) groups.set(name, this.walk(child, depth + 1, inside));
      else if (type === dataset) datasets.set(name, child);
    }
    const attributes = new Set(this.instance.call((library) => library.get_attribute_names(this.file, here)));
    return { path, groups, datasets, attributes };
  }

  private address(path: string): string {
    return Array.from(this.instance.call((library) => library.create_object_reference(this.file, path))).join();
  }

  private checkLink(path: string): void {
    const target = this.instance.call((library) => library.get_external_link(this.file, path).filename);
    if (target !== undefined) {
      throw new CheckpointError(
        `${this.name} is not read: its “${path.slice(1)}” is a link to another file (“${target}”), which is not followed.`,
      );
    }
    if (this.instance.call((library) => library.get_symbolic_link(this.file, path)) !== null) {
      throw new CheckpointError(
        `${this.name} is not read: its “${path.slice(1)}” is a soft link, which Keras never writes.`,
      );
    }
  }
}
