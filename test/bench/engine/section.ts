import type { Options } from './options';

export interface Figure {
  readonly section: string;
  readonly network: string;
  readonly batch?: number;
  readonly what: string;
  readonly value: number;
  /** `×`: multiples of the bare forward pass; otherwise a unit. */
  readonly unit: string;
  /** The figure should be no larger. */
  readonly target?: number;
}

export interface Report {
  line(text: string): void;
  /** Prints one figure with its target and whether it is met, and keeps it for the JSON. */
  figure(figure: Figure): void;
}

/** One part of the benchmark; `--flag` runs it alone. */
export interface Section {
  readonly flag: string;
  readonly title: string;
  run(options: Options, report: Report): Promise<void>;
}
