import type { Rule, Rules } from '../operation';

const pass: Rule = (o) => o.give('Identity', [o.x()]);

/** Every input is passed on. */
const passAll: Rule = (o) => {
  for (const [index, input] of o.inputs.entries()) o.w.emit('Identity', [input], {}, o.out(index));
};

/** What passes values on. Gradients pass too, as no training is at stake. */
export const structure: Rules = {
  Identity: pass,
  IdentityN: passAll,
  StopGradient: pass,
  PreventGradient: pass,
  CheckNumerics: pass,
  Snapshot: pass,
  PlaceholderWithDefault: pass,
  ReadVariableOp: pass,
};
