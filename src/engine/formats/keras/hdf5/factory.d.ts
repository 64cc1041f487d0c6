/** The part of h5wasm's low-level module that is used: the HDF5 library compiled to WebAssembly, with a file system in memory. */

export interface HdfMetadata {
  /** 0 integer, 1 float, 3 string, 9 of variable length; others are no numbers. */
  readonly type: number;
  /** Bytes of an element. */
  readonly size: number;
  readonly signed: boolean;
  readonly littleEndian: boolean;
  /** True for texts of any length, which stand as pointers. */
  readonly vlen: boolean;
  readonly shape: readonly number[] | null;
  readonly total_size: number;
  readonly chunks: readonly number[] | null;
  readonly virtual_sources?: readonly unknown[];
}

export interface FileStream {
  position: number;
}

export interface FileNode {
  mode: number;
  id: number;
  node_ops: { getattr(node: FileNode): unknown };
  stream_ops: {
    open(stream: FileStream): void;
    close(stream: FileStream): void;
    llseek(stream: FileStream, offset: number, whence: number): number;
    read(stream: FileStream, heap: Int8Array, offset: number, length: number, position: number): number;
  };
}

export interface HdfModule {
  readonly HEAPU8: Uint8Array;
  readonly FS: {
    createFile(parent: string, name: string, properties: object, canRead: boolean, canWrite: boolean): FileNode;
  };
  readonly H5G_GROUP: number;
  readonly H5G_DATASET: number;
  _malloc(bytes: number): number;
  _free(pointer: number): void;
  UTF8ToString(pointer: number): string;
  activate_throwing_error_handler(): number;
  open(path: string, mode: number, trackOrder: boolean, low: number, high: number): bigint;
  get_names(file: bigint, path: string, recursive: boolean): readonly string[];
  get_type(file: bigint, path: string): number;
  get_symbolic_link(file: bigint, path: string): string | null;
  get_external_link(file: bigint, path: string): { readonly filename?: string };
  get_attribute_names(file: bigint, path: string): readonly string[];
  get_attribute_metadata(file: bigint, path: string, name: string): HdfMetadata;
  get_attribute_data(file: bigint, path: string, name: string, pointer: bigint): number;
  get_dataset_metadata(file: bigint, path: string): HdfMetadata;
  get_dataset_data(
    file: bigint,
    path: string,
    count: readonly bigint[] | null,
    offset: readonly bigint[] | null,
    strides: readonly bigint[] | null,
    pointer: bigint,
  ): number;
  create_object_reference(file: bigint, path: string): ArrayLike<number>;
}

export function load(options: {
  readonly noInitialRun: boolean;
  print(text: string): void;
  printErr(text: string): void;
}): Promise<HdfModule>;
