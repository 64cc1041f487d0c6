/** Statements: which of them follow from what is known. */
import type { Block, Expression, Statement } from '../code/syntax';
import { type Place, refused } from './failure';
import type { Frame, Machine } from './machine';
import { ListValue, ObjectValue, TensorValue, TupleValue, UnknownValue, type Value } from './values';

export type End = { readonly is: 'next' | 'break' | 'continue' } | { readonly is: 'return'; readonly value: Value };

const next: End = { is: 'next' };

export function runBlock(interpreter: Machine, block: Block, frame: Frame): End {
  for (const statement of block) {
    const end = interpreter.nested(interpreter.place(frame, statement.line), () => run(interpreter, statement, frame));
    if (end.is !== 'next') return end;
  }
  return next;
}

function run(interpreter: Machine, statement: Statement, frame: Frame): End {
  const at = interpreter.place(frame, statement.line);
  switch (statement.is) {
    case 'expression':
      interpreter.evaluate(statement.value, frame);
      return next;
    case 'assign': {
      const value = interpreter.evaluate(statement.value, frame);
      for (const target of statement.targets) assign(interpreter, target, value, frame, at);
      return next;
    }
    case 'declare':
    case 'pass':
      return next;
    case 'return':
      return { is: 'return', value: interpreter.evaluate(statement.value, frame) };
    case 'break':
    case 'continue':
      return { is: statement.is };
    case 'if':
      return choose(interpreter, statement, frame, at);
    case 'for':
      return repeat(interpreter, statement, frame, at);
    case 'while':
      return repeatWhile(interpreter, statement, frame, at);
    case 'assert':
      interpreter.evaluate(statement.condition, frame);
      return next;
    case 'with':
      return runBlock(interpreter, statement.body, frame);
  }
}

function assign(interpreter: Machine, target: Expression, value: Value, frame: Frame, at: Place): void {
  if (target.is === 'name') {
    frame.variables.set(target.name, value);
    return;
  }
  if (target.is === 'attribute') {
    const object = interpreter.evaluate(target.of, frame);
    if (!(object instanceof ObjectValue)) throw refused(at, 'it sets an attribute of something that has none');
    object.attributes.set(target.name, value);
    return;
  }
  if (target.is === 'item') {
    const of = interpreter.evaluate(target.of, frame);
    const index = interpreter.evaluate(target.index, frame);
    interpreter.setItem(of, index, value, at);
    return;
  }
  if (target.is !== 'tuple' && target.is !== 'list') throw refused(at, 'it assigns to something that is no variable');
  const items =
    value instanceof ListValue || value instanceof TupleValue ? value.items : tensorItems(interpreter, value, at);
  if (!items || items.length !== target.items.length) {
    throw refused(at, `it takes ${target.items.length} values from something that has another number of them`);
  }
  for (const [i, each] of target.items.entries()) assign(interpreter, each, items[i] as Value, frame, at);
}

/** Rows of a tensor, by which it is taken apart. */
function tensorItems(interpreter: Machine, value: Value, at: Place): readonly Value[] | undefined {
  if (!(value instanceof TensorValue)) return undefined;
  const made = interpreter.context.tensors.call('unbind', [value, 0], new Map(), at, '');
  return made instanceof ListValue ? made.items : undefined;
}

/** A branch that only says that something is wrong is not taken when the condition is not known. */
function choose(interpreter: Machine, statement: Statement & { is: 'if' }, frame: Frame, at: Place): End {
  const { condition, yes, no } = statement;
  const known = interpreter.truth(interpreter.evaluate(condition, frame), at);
  if (typeof known === 'boolean') return runBlock(interpreter, known ? yes : no, frame);
  const [wrongYes, wrongNo] = [raises(yes), raises(no)];
  if (wrongYes === wrongNo) throw interpreter.undecided(known, at);
  if (wrongNo) interpreter.assume(known, at);
  return runBlock(interpreter, wrongYes ? no : yes, frame);
}

function raises(block: Block): boolean {
  return block.some(({ is, ...rest }) => is === 'expression' && 'value' in rest && isRaise(rest.value as Expression));
}

function isRaise(value: Expression): boolean {
  return value.is === 'call' && value.callee.is === 'attribute' && value.callee.name === 'RaiseException';
}

function repeat(interpreter: Machine, statement: Statement & { is: 'for' }, frame: Frame, at: Place): End {
  const over = interpreter.evaluate(statement.over, frame);
  if (over instanceof UnknownValue) throw interpreter.undecided(over, at);
  const items =
    over instanceof ListValue || over instanceof TupleValue ? over.items : tensorItems(interpreter, over, at);
  if (!items) throw refused(at, 'it repeats something over what is no list');
  for (const item of [...items]) {
    interpreter.step(at);
    assign(interpreter, statement.target, item, frame, at);
    const end = runBlock(interpreter, statement.body, frame);
    if (end.is === 'return') return end;
    if (end.is === 'break') break;
  }
  return next;
}

function repeatWhile(interpreter: Machine, statement: Statement & { is: 'while' }, frame: Frame, at: Place): End {
  for (;;) {
    interpreter.step(at);
    if (!interpreter.decide(statement.condition, frame)) return next;
    const end = runBlock(interpreter, statement.body, frame);
    if (end.is === 'return') return end;
    if (end.is === 'break') return next;
  }
}
