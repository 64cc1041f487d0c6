import { refuse } from '../config/settings';

/** The equation without `...`, which ONNX has too, but with the sizes of its operands checked against their ranks. */
export function expandedEquation(equation: string, ranks: readonly number[]): string {
  const spaceless = equation.replace(/\s/g, '');
  const [left = '', right] = spaceless.split('->');
  const terms = left.split(',');
  if (right === undefined || terms.length !== ranks.length || !/^[A-Za-z.,]+$/.test(left)) {
    refuse(`has the equation “${equation}”`);
  }
  terms.forEach((term, i) => {
    const letters = term.replace('...', '').length;
    const fits = term.includes('...') ? letters <= ranks[i]! : letters === ranks[i];
    if (!fits) refuse(`has the equation “${equation}”, which does not fit its operands`);
  });
  return spaceless;
}
