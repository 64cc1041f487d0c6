import { stringAttribute } from '../ir/attributes';
import { fromNumbers } from '../ir/numbers';
import { identity } from './axisMap';
import type { BackwardContext, InferContext, Operators } from './definition';
import { unbroadcast } from './elementwise';

/** An equation with every axis named by a letter: one term of letters per operand, and the output's. */
interface Equation {
  readonly terms: readonly (readonly string[])[];
  readonly output: readonly string[];
}

const alphabet = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'];

/** Letters that do not occur in `used`, in alphabetical order. */
function* freshLetters(used: Iterable<string>): Generator<string, never> {
  const taken = new Set(used);
  for (const letter of alphabet) if (!taken.has(letter)) yield letter;
  throw new RangeError('An Einsum equation has only 52 letters.');
}

/** In the implicit form the output is the ellipsis, then the letters that occur once, in the order of their codes. */
function implicitOutput(terms: readonly string[]): string {
  const letters = [...terms.join('').replaceAll('.', '')];
  const single = letters.filter((letter) => letters.indexOf(letter) === letters.lastIndexOf(letter));
  return (terms.some((term) => term.includes('...')) ? '...' : '') + single.toSorted().join('');
}

/** Names the axes behind every ellipsis, aligned at their ends as in broadcasting. Null when a term does not fit its operand. */
export function parseEquation(equation: string, ranks: readonly number[]): Equation | null {
  const [left = '', right] = equation.replaceAll(' ', '').split('->');
  const terms = left.split(',');
  if (terms.length !== ranks.length) return null;
  const hidden = terms.map((term, i) => (ranks[i] as number) - term.replace('...', '').length);
  if (hidden.some((count, i) => (terms[i]?.includes('...') ? count < 0 : count !== 0))) return null;
  const fresh = freshLetters(equation);
  const names = Array.from(
    { length: hidden.reduce((most, count) => Math.max(most, count), 0) },
    () => fresh.next().value,
  );
  const output = withNames(right ?? implicitOutput(terms), names);
  return { terms: terms.map((term, i) => withNames(term, names.slice(names.length - (hidden[i] as number)))), output };
}

/** A term's letters, with `names` in place of its ellipsis. */
function withNames(term: string, names: readonly string[]): string[] {
  const [before = '', after] = term.split('...');
  return after === undefined ? [...before] : [...before, ...names, ...after];
}

/** Length of every letter; axes of length 1 broadcast. Null when two lengths contradict each other. */
function lengths(terms: Equation['terms'], shapes: readonly (readonly number[])[]): Map<string, number> | null {
  const result = new Map<string, number>();
  for (const [operand, term] of terms.entries()) {
    for (const [axis, letter] of term.entries()) {
      const [length, known] = [shapes[operand]?.[axis] as number, result.get(letter) ?? 1];
      if (length !== 1 && known !== 1 && length !== known) return null;
      result.set(letter, Math.max(length, known));
    }
  }
  return result;
}

function inferEinsum(c: InferContext) {
  const shapes = Array.from({ length: c.inputCount }, (_, index) => c.dims(index));
  const text = stringAttribute(c.node, 'equation', '');
  const fail = () => c.fail(`has the equation “${text}”, which shapes [${shapes.join('], [')}] do not fit`);
  const equation =
    parseEquation(
      text,
      shapes.map((dims) => dims.length),
    ) ?? fail();
  const sizes = lengths(equation.terms, shapes) ?? fail();
  return [{ dtype: c.dtype(0), dims: equation.output.map((letter) => sizes.get(letter) ?? fail()) }];
}

/** A factor of an Einsum: letters of its axes, and its value. */
interface Factor {
  readonly term: readonly string[];
  readonly value: string;
}

/**
 * The gradient by one operand is an Einsum whose output is that operand's term, of g and the other operands. A repeated letter is put on
 * the diagonal by an identity matrix; one of which no factor knows the length (it was summed alone) comes from a vector of ones.
 */
function operandGradient(b: BackwardContext, { terms, output }: Equation, operand: number): string {
  const [own, dims] = [terms[operand] as readonly string[], b.dims(b.x(operand))];
  const fresh = freshLetters([...terms.flat(), ...output]);
  const target = own.map((letter, axis) => (own.indexOf(letter) === axis ? letter : fresh.next().value));
  const others = terms.flatMap((term, i) => (i === operand ? [] : [{ term, value: b.x(i) }]));
  const diagonals = own.flatMap((letter, axis) => {
    const [name, length] = [target[axis] as string, dims[axis] as number];
    return name === letter ? [] : [{ term: [letter, name], value: b.tensor(identity(length)) }];
  });
  const factors = [{ term: output, value: b.g() }, ...others, ...diagonals];
  const known = own.map((letter, axis) => factors.some((factor) => lengthIn(b, factor, letter) === dims[axis]));
  const alone = own.flatMap((letter, axis) => (known[axis] ? [] : [{ term: [letter], value: ones(b, operand, axis) }]));
  const full = product(b, [...factors, ...alone], target);
  return unbroadcast(b, full, b.dims(full), dims);
}

/** How long an axis is in a factor; undefined when it has no such axis. */
function lengthIn(b: BackwardContext, { term, value }: Factor, letter: string): number | undefined {
  return b.dims(value)[term.indexOf(letter)];
}

/** Einsum of the factors, with the axes that `target` names. */
function product(b: BackwardContext, factors: readonly Factor[], target: readonly string[]): string {
  const equation = `${factors.map(({ term }) => term.join('')).join(',')}->${target.join('')}`;
  const values = factors.map(({ value }) => value);
  return b.emit('Einsum', values, { equation });
}

/** Ones in the length of an operand's axis, read when the program runs: it may be the batch. */
function ones(b: BackwardContext, operand: number, axis: number): string {
  const length = b.emit('Shape', [b.x(operand)], { start: axis, end: axis + 1 });
  return b.emit('ConstantOfShape', [length], { value: fromNumbers('float32', [1], [1]) });
}

export const einsum: Operators = {
  Einsum: {
    infer: inferEinsum,
    backward: (b) => {
      const ranks = b.node.inputs.map((name) => b.dims(name).length);
      const equation = parseEquation(stringAttribute(b.node, 'equation', ''), ranks) as Equation;
      return ranks.map((_, operand) => (b.wanted(operand) ? operandGradient(b, equation, operand) : null));
    },
  },
};
