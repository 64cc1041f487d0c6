import { CheckpointError } from '../../../../shared/errors';

/** How messages name the description, and what is known of who wrote it. */
export interface ConfigContext {
  /** `cats.h5`. */
  readonly name: string;
  /** Of the Keras that wrote it: 1, 2 or 3. */
  readonly version: number;
}

export function damaged(context: ConfigContext, why: string): CheckpointError {
  return new CheckpointError(`${context.name} is damaged: its description of the network ${why}.`);
}
