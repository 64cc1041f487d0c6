import { plainMessage } from './words/plainText';

/** Where an expected failure comes from; the panel and the command line show it in the same words. */
export type FailureKind =
  | 'usage'
  | 'checkpoint'
  | 'unsupported-operator'
  | 'image'
  | 'preprocessing'
  | 'method'
  | 'runtime'
  | 'engine'
  | 'cancelled';

/**
 * An expected failure: its message is one sentence fit to show to a person, saying what is wrong, where, and what to do.
 * Names in it that come from outside are made fit by the constructor. Anything else that is thrown is a bug and keeps its stack.
 */
export class WhylightError extends Error {
  constructor(
    readonly kind: FailureKind,
    message: string,
    options?: ErrorOptions,
  ) {
    super(plainMessage(message), options);
    this.name = 'WhylightError';
  }
}

/** Wrong arguments, settings or names given by the caller (exit code 2 on the command line). */
export class UsageError extends WhylightError {
  constructor(message: string) {
    super('usage', message);
  }
}

/** The checkpoint cannot be read. */
export class CheckpointError extends WhylightError {
  constructor(message: string, options?: ErrorOptions) {
    super('checkpoint', message, options);
  }
}

/**
 * The checkpoint was read but holds an operator that has no rule here; the message names the operator and its node.
 *
 * `cut` names a value in front of it that can be explained in place of the logits; null when there is none. The panel and the command
 * line offer it.
 */
export class UnsupportedOperatorError extends WhylightError {
  constructor(
    readonly operator: string,
    readonly node: string,
    message: string,
    readonly cut: string | null = null,
  ) {
    super('unsupported-operator', message);
  }
}

/** The image cannot be decoded. */
export class ImageError extends WhylightError {
  constructor(message: string, options?: ErrorOptions) {
    super('image', message, options);
  }
}

/** A preprocessing description (`whylight.json`, a setting, a preset name) is wrong or does not fit the model. */
export class PreprocessingError extends WhylightError {
  constructor(message: string, options?: ErrorOptions) {
    super('preprocessing', message, options);
  }
}

/** A method cannot be applied to this model or with these parameters. */
export class MethodError extends WhylightError {
  constructor(message: string) {
    super('method', message);
  }
}

/** The runtime refused or failed to run a program. */
export class RuntimeFailure extends WhylightError {
  constructor(message: string, options?: ErrorOptions) {
    super('runtime', message, options);
  }
}

/** The work was cancelled by its caller. */
export class CancelledError extends WhylightError {
  constructor() {
    super('cancelled', 'Cancelled.');
  }
}

/** What the promise gives, or a {@link CancelledError} as soon as the signal is aborted. */
export async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  let onAbort = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(new CancelledError());
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** Throws {@link CancelledError} when the signal is aborted. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new CancelledError();
}
