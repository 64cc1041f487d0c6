import type { Prediction } from '../../shared/explanation/events';
import type { Question } from '../../shared/question/question';

/**
 * Tells whether the files behind an answer are still those that it was given with: the image, and what the engine says that the answer depends
 * on. A stamp is a text that changes with them (their sizes and times).
 */
export class Stamps {
  private readonly known = new WeakMap<Prediction, Promise<string>>();

  /** @param stamp of files by their Uris or absolute paths; a file that is not there has one, too. */
  constructor(private readonly stamp: (files: readonly string[]) => Promise<string>) {}

  /** Remembers the files as they are now, for an answer that has just come. */
  take(question: Question<string>, prediction: Prediction): void {
    this.known.set(prediction, this.now(question, prediction));
  }

  /** Remembers a stamp that was taken earlier. */
  set(prediction: Prediction, stamp: string): void {
    this.known.set(prediction, Promise.resolve(stamp));
  }

  /** Takes an answer for out of date from now on. */
  forget(prediction: Prediction): void {
    this.known.delete(prediction);
  }

  /** The stamp that was taken with an answer; undefined when none was. */
  async of(prediction: Prediction): Promise<string | undefined> {
    return this.known.get(prediction);
  }

  async isFresh(question: Question<string>, prediction: Prediction): Promise<boolean> {
    const taken = await this.known.get(prediction);
    return taken !== undefined && taken === (await this.now(question, prediction));
  }

  private now({ image }: Question<string>, { dependsOn }: Prediction): Promise<string> {
    return this.stamp([image, ...dependsOn]);
  }
}
