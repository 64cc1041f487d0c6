import type { BackwardContext, Operators } from './definition';
import { times, unary } from './elementwise';

/** x² + shift, or shift − x². */
function square(b: BackwardContext, shift: number, sign: 1 | -1): string {
  const x = b.emit('Mul', [b.x(), b.x()]);
  return sign === 1 ? b.emit('Add', [x, b.scalar(shift)]) : b.emit('Sub', [b.scalar(shift), x]);
}

/** g / √(x² + shift), or g / √(shift − x²). */
function overRoot(b: BackwardContext, shift: number, sign: 1 | -1): string {
  return b.emit('Div', [b.g(), b.emit('Sqrt', [square(b, shift, sign)])]);
}

/** Trigonometric and hyperbolic functions and their inverses. */
export const trigonometry: Operators = {
  Sin: unary((b) => times(b, b.emit('Cos', [b.x()])), Math.sin),
  Cos: unary((b) => b.emit('Neg', [times(b, b.emit('Sin', [b.x()]))]), Math.cos),
  Tan: unary((b) => times(b, b.emit('Add', [b.emit('Mul', [b.y(), b.y()]), b.scalar(1)])), Math.tan),
  Asin: unary((b) => overRoot(b, 1, -1), Math.asin),
  Acos: unary((b) => b.emit('Neg', [overRoot(b, 1, -1)]), Math.acos),
  Atan: unary((b) => b.emit('Div', [b.g(), square(b, 1, 1)]), Math.atan),
  Sinh: unary((b) => times(b, b.emit('Cosh', [b.x()])), Math.sinh),
  Cosh: unary((b) => times(b, b.emit('Sinh', [b.x()])), Math.cosh),
  Asinh: unary((b) => overRoot(b, 1, 1), Math.asinh),
  Acosh: unary((b) => overRoot(b, -1, 1), Math.acosh),
  Atanh: unary((b) => b.emit('Div', [b.g(), square(b, 1, -1)]), Math.atanh),
};
