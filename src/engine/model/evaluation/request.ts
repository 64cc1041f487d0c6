/** Probes and images as what a program computes and what is fed to it. */
import { UsageError } from '../../../shared/errors';
import { nearest, quoted } from '../../../shared/words/nearest';
import { elementCount, type FloatTensor, float32 } from '../../graph/ir/tensor';
import { needsReference } from '../../graph/rules';
import { INPUT, type ModelInput, type Probes, type ProductProbe } from './model';
import { type Score, type ScoredValue, scoredValue, weightsOf } from './score';
import { feedKeys, type ProgramSpec, unionOf } from './spec';

/** What must be known of a model to ask it. */
export interface Askable {
  readonly input: Pick<ModelInput, 'dims'>;
  readonly classes: number;
  readonly layers: readonly { readonly name: string }[];
  /** Of a model with several answers for an image: 1 for those that are explained, [1, …]. */
  readonly selected?: FloatTensor;
  /** Shape of a float32 value with its batch of 1; undefined when there is no such value. */
  dimsOf(value: string): readonly number[] | undefined;
}

/** One caller's evaluation. */
export interface Request {
  readonly spec: ProgramSpec;
  /** How many images it has. */
  readonly items: number;
  /** By feed key, [items, …] or [1, …] where all images share it. */
  readonly feeds: ReadonlyMap<string, FloatTensor>;
  /** What the score weighs; null without a score. */
  readonly scored: ScoredValue | null;
}

const batchOf = ({ dims }: FloatTensor): number => dims[0] ?? 0;
const shape = (dims: readonly (number | string)[]): string => dims.join('×') || 'that of one number';

/** How many images an evaluation has. */
export function itemsOf(input: FloatTensor, { score, products = [], replace, reference }: Probes): number {
  const tensors = [...(replace?.values() ?? []), ...products.flatMap((probe) => directionOf(probe) ?? [])];
  return [...tensors, ...(reference ? [reference] : [])].reduce(
    (most, tensor) => Math.max(most, batchOf(tensor)),
    Math.max(batchOf(input), score === undefined ? 1 : listOf(score).length),
  );
}

const directionOf = ({ direction }: ProductProbe): FloatTensor | undefined =>
  direction === 'value' ? undefined : direction;

/** @throws UsageError when something is named that the model does not have, or a shape does not fit. */
export function requestOf(model: Askable, input: FloatTensor, probes: Probes): Request {
  const items = itemsOf(input, probes);
  if (batchOf(input) === 0) throw new UsageError('There are no images to evaluate.');
  const spec = specOf(model, probes);
  const feeds = new Map<string, FloatTensor>();
  const feed = (key: string, what: string, tensor: FloatTensor, dims: readonly number[]) => {
    checkShape(what, tensor, dims, items);
    if ((feeds.get(key) ?? tensor) !== tensor) {
      throw new UsageError(`There are two of ${what}; ask for the second in an evaluation of its own.`);
    }
    feeds.set(key, tensor);
  };
  feed(feedKeys.input, 'the input', input, model.input.dims);
  if (model.selected) feeds.set(feedKeys.selection, model.selected);
  if (probes.reference) feed(feedKeys.reference, 'the reference', probes.reference, model.input.dims);
  for (const [layer, value] of probes.replace ?? []) {
    feed(feedKeys.replaced(layer), `the value for the layer “${layer}”`, value, batchedShape(model, layer));
  }
  for (const probe of probes.products ?? []) {
    const direction = directionOf(probe);
    if (direction)
      feed(feedKeys.direction(probe.of), `the direction at “${probe.of}”`, direction, shapeOf(model, probe.of));
  }
  const scored = probes.score === undefined ? null : scoredValueOf(probes.score);
  if (scored) feeds.set(feedKeys.weights(scored), weightRows(model, probes.score as Score, items));
  return { spec, items, feeds, scored };
}

function specOf(model: Askable, probes: Probes): ProgramSpec {
  const { score, activations = [], gradients = [], products = [], replace, reference } = probes;
  const scored = score === undefined ? null : scoredValueOf(score);
  for (const name of activations) layerShape(model, name);
  for (const { wrt } of [...gradients, ...products]) shapeOf(model, wrt);
  for (const { of } of products) shapeOf(model, of);
  const of = (): ScoredValue => {
    if (!scored) throw new Error('A gradient was asked for without a score.');
    return scored;
  };
  const spec = {
    activations,
    scored: scored && typeof scored.value !== 'string' ? [scored] : [],
    gradients: gradients.map(({ wrt, rules = 'standard' }) => {
      if (needsReference(rules) && !reference) {
        throw new UsageError('DeepLIFT compares with a reference input, and none was given.');
      }
      return { scored: of(), rules, wrt };
    }),
    products: products.map((probe) => ({
      scored: of(),
      of: probe.of,
      wrt: probe.wrt,
      direction: probe.direction === 'value' ? ('value' as const) : ('fed' as const),
    })),
    replaced: [...(replace?.keys() ?? [])],
    reference: reference !== undefined,
  };
  return unionOf([spec]);
}

/** What all scores of an evaluation weigh. */
function scoredValueOf(score: Score | readonly Score[]): ScoredValue {
  const [first, ...others] = listOf(score).map(scoredValue);
  if (!first) throw new UsageError('There is no score; give one, or one for each image.');
  const other = others.find(({ key }) => key !== first.key);
  if (other) {
    throw new UsageError(
      `The scores of one evaluation must be of one kind, and they are of “${first.key}” and “${other.key}”; ask for the others in an evaluation of their own.`,
    );
  }
  return first;
}

const listOf = (score: Score | readonly Score[]): readonly Score[] =>
  Array.isArray(score) ? (score as readonly Score[]) : [score as Score];

/** The weights of each image's score, or of the one score of all. */
function weightRows(model: Askable, score: Score | readonly Score[], items: number): FloatTensor {
  const scores = listOf(score);
  if (scores.length !== 1 && scores.length !== items) {
    throw new UsageError(`There are ${scores.length} scores for ${items} images; give one, or one for each image.`);
  }
  const weighable = { classes: model.classes, shapeOf: (layer: string) => batchedShape(model, layer) };
  const rows = scores.map((each) => weightsOf(each, weighable));
  const [first = new Float32Array()] = rows;
  const data = rows.length === 1 ? first : new Float32Array(rows.length * first.length);
  if (rows.length > 1) {
    rows.forEach((row, i) => {
      data.set(row, i * first.length);
    });
  }
  const [any] = scores as readonly [Score];
  const dims = any.kind === 'unit' ? batchedShape(model, any.layer) : [first.length];
  return float32([rows.length, ...dims], data);
}

function checkShape(what: string, { dims, data }: FloatTensor, wanted: readonly number[], items: number): void {
  const [batch = 0, ...own] = dims;
  if (own.length !== wanted.length || own.some((length, axis) => length !== wanted[axis])) {
    throw new UsageError(`The shape of ${what} is ${shape(dims)}; it must be ${shape(['n', ...wanted])}.`);
  }
  if (batch !== items && batch !== 1) {
    throw new UsageError(
      `${items} images are evaluated, and ${what} is for ${batch}; give one, or one for each image.`,
    );
  }
  if (data.length !== elementCount(dims)) throw new RangeError(`The values of ${what} do not fill its shape.`);
}

function shapeOf(model: Askable, name: string): readonly number[] {
  return name === INPUT ? model.input.dims : layerShape(model, name);
}

/** A layer's shape for one image. */
function layerShape(model: Askable, name: string): readonly number[] {
  const dims = model.dimsOf(name);
  if (!dims) {
    const like = nearest(
      name,
      model.layers.map((layer) => layer.name),
    );
    throw new UsageError(
      `There is no layer “${name}” in this model${like.length > 0 ? `; did you mean ${quoted(like)}?` : '.'}`,
    );
  }
  return dims.slice(1);
}

/** The same for a layer whose values each belong to one image. */
function batchedShape(model: Askable, name: string): readonly number[] {
  const [batch, ...dims] = model.dimsOf(name) ?? [1, ...layerShape(model, name)];
  if (batch === 1) return dims;
  throw new UsageError(
    `The layer “${name}” has ${batch} rows for one image, so its values cannot be told apart by image; choose another.`,
  );
}
