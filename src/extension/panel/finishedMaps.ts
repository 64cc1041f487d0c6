import type { Prediction } from '../../shared/explanation/events';
import type { MethodRequest } from '../../shared/question/card';
import { canonical, type Question } from '../../shared/question/question';
import type { TargetRequest } from '../../shared/question/target';
import type { Attribution, RgbImage } from '../../shared/results/attribution';

/** A map, and what the model said to the question that it explains. */
export interface FinishedMap {
  readonly attribution: Attribution;
  readonly prediction: Prediction;
}

interface Entry extends FinishedMap {
  /** Every way to ask for this map. */
  readonly names: readonly string[];
  /** Every way to ask what its prediction answers. */
  readonly questions: readonly string[];
  readonly bytes: number;
}

/**
 * The finished maps of all panels, so that a class, a layer or a checkpoint that was seen before is there at once. What was used longest ago
 * goes first when they take more than `limit` bytes, the images that they are drawn on included. Whether the files behind a map are still the
 * same is for the caller to ask.
 */
export class FinishedMaps {
  /** The one that was used last is last. */
  private readonly entries = new Set<Entry>();
  private readonly byName = new Map<string, Entry>();
  private readonly images = new Map<RgbImage, number>();
  private used = 0;

  constructor(private readonly limit = 256 * 2 ** 20) {}

  /** How much is kept. */
  get bytes(): number {
    return this.used;
  }

  /** @param layered whether the method needs a layer: the others do not change with the question's. */
  keep(question: Question<string>, request: MethodRequest, finished: FinishedMap, layered: boolean): void {
    const questions = waysToAsk(question, finished.prediction);
    const names = [
      ...new Set((layered ? questions : questions.map(withoutLayer)).map((asked) => name(asked, request))),
    ];
    for (const each of names) this.drop(this.byName.get(each));
    const { attribution, prediction } = finished;
    const entry: Entry = {
      attribution,
      prediction,
      names,
      questions: questions.map(canonical),
      bytes: attribution.map.data.byteLength,
    };
    this.entries.add(entry);
    for (const each of names) this.byName.set(each, entry);
    this.count(entry, 1);
    for (const oldest of this.entries) {
      if (this.used <= this.limit) break;
      this.drop(oldest);
    }
  }

  /** @param layered as for {@link keep}. */
  find(question: Question<string>, request: MethodRequest, layered: boolean): FinishedMap | undefined {
    const entry = this.byName.get(name(layered ? question : withoutLayer(question), request));
    if (entry === undefined) return undefined;
    this.entries.delete(entry);
    this.entries.add(entry);
    return entry;
  }

  /** What the model said to this question, when a map that answers it is kept. */
  predictionFor(question: Question<string>): Prediction | undefined {
    const asked = canonical(question);
    for (const entry of this.entries) if (entry.questions.includes(asked)) return entry.prediction;
    return undefined;
  }

  private drop(entry: Entry | undefined): void {
    if (entry === undefined || !this.entries.delete(entry)) return;
    for (const each of entry.names) this.byName.delete(each);
    this.count(entry, -1);
  }

  /** An image is counted once, however many maps are drawn on it. */
  private count({ bytes, prediction: { pixels } }: Entry, by: 1 | -1): void {
    const before = this.images.get(pixels) ?? 0;
    const after = before + by;
    if (after === 0) this.images.delete(pixels);
    else this.images.set(pixels, after);
    if (before === 0 || after === 0) this.used += by * pixels.data.byteLength;
    this.used += by * bytes;
  }
}

/** The question as it was asked, and with its class and layer by the names that the model's answer gave them. */
function waysToAsk(question: Question<string>, { target, layer }: Prediction): Question<string>[] {
  const { index, label } = target;
  const targets: TargetRequest[] = [question.target, { kind: 'index', index }];
  if (label !== null) targets.push({ kind: 'class', index, label });
  const asked = targets.map((each) => ({ ...question, target: each }));
  if (layer === null || question.layer === layer.name) return asked;
  return [...asked, ...asked.map((each) => ({ ...each, layer: layer.name }))];
}

function withoutLayer({ layer: _, ...question }: Question<string>): Question<string> {
  return question;
}

function name(question: Question<string>, { method, preset, parameters, layer }: MethodRequest): string {
  return canonical([question, method, preset ?? null, parameters ?? {}, layer ?? null]);
}
