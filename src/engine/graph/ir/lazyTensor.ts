/** Tensors whose elements are made when they are first wanted and may be forgotten again. */
import type { DType, Tensor, TensorData } from './tensor';

type Elements = Exclude<TensorData, readonly string[]>;

/** A file with weights, as it was when it was opened. */
export interface StoredFile {
  readonly path: string;
  /**
   * `changed`: another process writes into the file, so that what is mapped of it changes too; `replaced`: the path leads to another file
   * now, or to none.
   */
  state(): 'same' | 'changed' | 'replaced';
}

/** Where a tensor's elements lie: dense, row-major and in this machine's byte order. */
export interface StoredBytes {
  readonly file: StoredFile;
  readonly offset: number;
  readonly length: number;
}

/**
 * A tensor whose elements are read or computed when they are first wanted. They are held as long as someone uses them and until memory is
 * needed; then they are made again. So a model's weights need not stay in memory beside the copies that a runtime makes of them.
 */
export class LazyTensor implements Tensor {
  /** How many tensors are being made now, each from the next. */
  static #making = 0;

  readonly #make: () => Elements;
  readonly #stored: StoredBytes | null;
  #made: WeakRef<Elements> | null = null;

  /**
   * @param make gives the elements, each time the same; may throw.
   * @param stored where the same elements lie in a file, if they do.
   */
  constructor(
    readonly dtype: DType,
    readonly dims: readonly number[],
    make: () => Elements,
    stored: StoredBytes | null = null,
  ) {
    this.#make = make;
    this.#stored = stored;
  }

  get data(): Elements {
    const known = this.#made?.deref();
    if (known) return known;
    const data = this.#computed();
    // What another tensor is made from is not remembered: a weak reference holds its target until the present turn of the event loop ends, so
    // a weight would be in memory in every form on its way.
    if (LazyTensor.#making === 0) this.#made = new WeakRef(data);
    return data;
  }

  #computed(): Elements {
    LazyTensor.#making++;
    try {
      return this.#make();
    } finally {
      LazyTensor.#making--;
    }
  }

  /**
   * A tensor's elements for somebody who passes them on and lets go of them, as one does who goes through all weights of a model: nothing
   * remembers them, so that one weight goes before the next one comes.
   */
  static passing(tensor: Tensor): TensorData {
    return tensor instanceof LazyTensor ? (tensor.#made?.deref() ?? tensor.#computed()) : tensor.data;
  }

  /** Where a tensor's elements lie in a file; null when they do not, or not as they are in memory. */
  static storedBytes(tensor: Tensor): StoredBytes | null {
    return tensor instanceof LazyTensor ? tensor.#stored : null;
  }
}
