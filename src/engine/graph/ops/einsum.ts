import { stringAttribute } from '../attributes';
import type { Node } from '../graph';
import { fromNumbers } from '../numbers';
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

/** Names the axes behind every ellipsis, aligned at their ends as in broadcasting. */
function parse(equation: string, ranks: readonly number[]): Equation | null {
  const [left = '', right] = equation.replaceAll(' ', '').split('->');
  const terms = left.split(',');
  if (terms.length !== ranks.length) return null;
  const hidden = terms.map((term, i) => (ranks[i] as number) - term.replace('...', '').length);
  if (hidden.some((count, i) => (terms[i]?.includes('...') ? count < 0 : count !== 0))) return null;
  const fresh = freshLetters(equation);
  const names = Array.from({ length: Math.max(0, ...hidden) }, () => fresh.next().value);
  const named = (term: string, count: number) => {
    const [before = '', after = ''] = term.split('...');
    return term.includes('...') ? [...before, ...names.slice(names.length - count), ...after] : [...term];
  };
  return {
    terms: terms.map((term, i) => named(term, hidden[i] as number)),
    output: named(right ?? implicitOutput(terms), names.length),
  };
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

/** The equation with all axes named: onnxruntime sums no axes behind an ellipsis and aligns none of different number. */
function explicitEquation(c: InferContext): Node {
  const text = stringAttribute(c.node, 'equation', '');
  const ranks = c.node.inputs.map((_, index) => c.dims(index).length);
  const named = text.includes('...') && parse(text, ranks);
  if (!named) return c.node;
  const equation = `${named.terms.map((term) => term.join('')).join(',')}->${named.output.join('')}`;
  return { ...c.node, attributes: { ...c.node.attributes, equation } };
}

function inferEinsum(c: InferContext) {
  const shapes = Array.from({ length: c.inputCount }, (_, index) => c.dims(index));
  const text = stringAttribute(c.node, 'equation', '');
  const fail = () => c.fail(`has the equation "${text}", which shapes [${shapes.join('], [')}] do not fit`);
  const equation =
    parse(
      text,
      shapes.map((dims) => dims.length),
    ) ?? fail();
  const sizes = lengths(equation.terms, shapes) ?? fail();
  return [{ dtype: c.dtype(0), dims: equation.output.map((letter) => sizes.get(letter) ?? fail()) }];
}

/** An identity matrix, which puts the gradient of a letter that occurs twice in one operand on the diagonal. */
function identity(b: BackwardContext, length: number): string {
  const data = Array.from({ length: length ** 2 }, (_, i) => (i % (length + 1) === 0 ? 1 : 0));
  return b.tensor(fromNumbers('float32', [length, length], data));
}

/**
 * The gradient by one operand is an Einsum whose output is that operand's term, of g and the other operands. A letter of which these know
 * no length (it was summed alone) comes from a vector of ones, a repeated one is put on the diagonal by an identity matrix.
 */
function operandGradient(b: BackwardContext, { terms, output }: Equation, operand: number): string {
  const [own, dims] = [terms[operand] as readonly string[], b.dims(b.x(operand))];
  const sources = terms.flatMap((term, i) => (i === operand ? [] : [{ term, value: b.x(i) }]));
  const factors = [{ term: output, value: b.g() }, ...sources];
  const fresh = freshLetters([...terms.flat(), ...output]);
  const target = own.map((letter, axis) => (own.indexOf(letter) === axis ? letter : fresh.next().value));
  for (const [axis, letter] of own.entries()) {
    const length = dims[axis] as number;
    if (target[axis] !== letter) {
      factors.push({ term: [letter, target[axis] as string], value: identity(b, length) });
    }
    const known = factors.some(({ term, value }) => term.some((l, i) => l === letter && b.dims(value)[i] === length));
    if (!known) factors.push({ term: [letter], value: ones(b, operand, axis) });
  }
  const equation = `${factors.map(({ term }) => term.join('')).join(',')}->${target.join('')}`;
  const full = b.emit(
    'Einsum',
    factors.map(({ value }) => value),
    { equation },
  );
  return unbroadcast(b, full, b.dims(full), dims);
}

/** Ones in the length of an operand's axis, read when the program runs: it may be the batch. */
function ones(b: BackwardContext, operand: number, axis: number): string {
  const length = b.emit('Shape', [b.x(operand)], { start: axis, end: axis + 1 });
  return b.emit('ConstantOfShape', [length], { value: fromNumbers('float32', [1], [1]) });
}

export const einsum: Operators = {
  Einsum: {
    explicit: explicitEquation,
    infer: inferEinsum,
    backward: (b) => {
      const ranks = b.node.inputs.map((name) => b.dims(name).length);
      const equation = parse(stringAttribute(b.node, 'equation', ''), ranks) as Equation;
      return ranks.map((_, operand) => (b.wanted(operand) ? operandGradient(b, equation, operand) : null));
    },
  },
};
