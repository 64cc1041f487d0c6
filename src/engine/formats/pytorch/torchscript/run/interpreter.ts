/**
 * Reads a program by following it from the network's `forward` on: what is known is computed, branches and loops are decided by it, calls of
 * operators on tensors are collected. Nothing of the code is run by anything but the rules here.
 */

import { NumberArray } from '../arrays/numberArray';
import type { ClassCode, Expression, FunctionCode } from '../code/syntax';
import { callNamed, setItem } from './builtins';
import type { Context } from './context';
import { runBlock } from './execute';
import { DependsOnImage, type Place, refused } from './failure';
import { nameResults } from './layers';
import type { Frame, Machine } from './machine';
import {
  CodeName,
  DictValue,
  ListValue,
  ObjectValue,
  SizeValue,
  TensorValue,
  TupleValue,
  UnknownValue,
  type Value,
} from './values';

/** Statements, expressions and loops of the largest networks: some hundred thousand. */
const mostSteps = 3_000_000;
/** Calls within calls and brackets within brackets. */
const deepest = 700;

export class Interpreter implements Machine {
  private steps = 0;
  private depth = 0;

  constructor(readonly context: Context) {}

  step(at: Place): void {
    if (++this.steps > mostSteps) throw refused(at, 'it takes more steps than any network');
  }

  nested<T>(at: Place, run: () => T): T {
    this.step(at);
    if (++this.depth > deepest) throw refused(at, 'its calls are nested without an end');
    const value = run();
    this.depth--;
    return value;
  }

  place(frame: Frame, line: number): Place {
    return { file: frame.code.file, line };
  }

  evaluate(expression: Expression, frame: Frame): Value {
    const at = this.place(frame, expression.line);
    return this.nested(at, () => this.value(expression, frame, at));
  }

  private value(expression: Expression, frame: Frame, at: Place): Value {
    switch (expression.is) {
      case 'constant':
        return expression.value;
      case 'name':
        return this.variable(expression.name, frame, at);
      case 'attribute':
        return this.attribute(this.evaluate(expression.of, frame), expression.name, at);
      case 'item':
        return this.item(this.evaluate(expression.of, frame), this.evaluate(expression.index, frame), at);
      case 'list':
        return new ListValue(expression.items.map((item) => this.evaluate(item, frame)));
      case 'tuple':
        return new TupleValue(expression.items.map((item) => this.evaluate(item, frame)));
      case 'dict':
        return new DictValue(
          expression.entries.map(([key, value]) => [this.evaluate(key, frame), this.evaluate(value, frame)] as const),
        );
      case 'choice':
        return this.evaluate(this.decide(expression.condition, frame) ? expression.yes : expression.no, frame);
      case 'unary':
      case 'binary':
        return this.operator(expression, frame, at);
      case 'call':
        return this.call(expression, frame, at);
    }
  }

  private variable(name: string, { variables }: Frame, at: Place): Value {
    const value = variables.get(name);
    if (value !== undefined) return value;
    if (name === '__torch__' || name === 'torch' || name === 'ops' || name === 'CONSTANTS') return new CodeName(name);
    if (builtinNames.has(name)) return new CodeName(name);
    throw refused(at, `“${name}” has no value`);
  }

  attribute(value: Value, name: string, at: Place): Value {
    if (value instanceof CodeName)
      return this.context.named(`${value.path}.${name}`, (e) => this.classValue(e.path, e.name, at));
    if (value instanceof ObjectValue) {
      const own = this.context.attribute(value, name);
      const found = own === undefined ? this.classValue(value.type, name, at) : own;
      if (found !== undefined) return found;
      throw refused(at, `“${value.path ?? value.type}” has no attribute “${name}”`);
    }
    if (value instanceof TupleValue) {
      const index = value.fields.indexOf(name);
      if (index >= 0) return value.items[index] as Value;
    }
    if (value instanceof TensorValue) return callNamed(this, name, [value], new Map(), at, '');
    throw refused(at, `something without attributes is asked for “${name}”`);
  }

  /** A constant of a class. */
  private classValue(type: string, name: string, at: Place): Value | undefined {
    const code = this.context.program.findClass(type);
    const value = code?.values.get(name);
    if (!code || !value) return undefined;
    const body: FunctionCode = { name, file: at.file, line: at.line, parameters: [], body: [] };
    return this.evaluate(value, { variables: new Map(), code: body, path: '' });
  }

  item(value: Value, index: Value, at: Place): Value {
    if (value instanceof DictValue) {
      const found = value.entries.get(index);
      if (found !== undefined) return found;
    } else if ((value instanceof ListValue || value instanceof TupleValue) && typeof index === 'number') {
      const found = value.items.at(index);
      if (found !== undefined) return found;
    } else if (value instanceof TensorValue && typeof index === 'number') {
      return callNamed(this, 'select', [value, 0, index], new Map(), at, '');
    } else if (typeof value === 'string' && typeof index === 'number') return value.at(index) ?? '';
    throw refused(at, 'it asks for an item that is not there');
  }

  private operator(expression: Expression & { is: 'unary' | 'binary' }, frame: Frame, at: Place): Value {
    if (expression.is === 'unary') {
      if (expression.operator === 'not') return !this.decide(expression.of, frame);
      const value = this.evaluate(expression.of, frame);
      return expression.operator === '-' ? callNamed(this, 'neg', [value], new Map(), at, this.prefix(frame)) : value;
    }
    const { operator } = expression;
    if (operator === 'and') return this.decide(expression.left, frame) && this.decide(expression.right, frame);
    if (operator === 'or') return this.decide(expression.left, frame) || this.decide(expression.right, frame);
    const name = operatorNames.get(operator);
    if (name === undefined) throw refused(at, `the operator “${operator}” is not read`);
    const args = [this.evaluate(expression.left, frame), this.evaluate(expression.right, frame)];
    return callNamed(this, name, operator === 'in' ? args.reverse() : args, new Map(), at, this.prefix(frame));
  }

  decide(condition: Expression, frame: Frame): boolean {
    const value = this.truth(this.evaluate(condition, frame), this.place(frame, condition.line));
    if (typeof value === 'boolean') return value;
    throw this.undecided(value, this.place(frame, condition.line));
  }

  undecided(value: UnknownValue, at: Place): DependsOnImage {
    return new DependsOnImage(`what it does depends on ${value.why}`, at, value.needs);
  }

  truth(value: Value, at: Place): boolean | UnknownValue {
    if (typeof value === 'boolean') return value;
    if (typeof value === 'number') return value !== 0;
    if (value instanceof UnknownValue) return value;
    if (value instanceof SizeValue) return new UnknownValue('the size of the image');
    if (value instanceof TensorValue) return this.truth(this.context.tensors.number(value, at), at);
    if (value instanceof ListValue || value instanceof TupleValue) return value.items.length > 0;
    return value !== null && value !== '';
  }

  prefix({ path }: Frame): string {
    return path === '' ? '' : `${path}/`;
  }

  private call(expression: Expression & { is: 'call' }, frame: Frame, at: Place): Value {
    const { callee } = expression;
    const args = () => expression.positional.map((each) => this.evaluate(each, frame));
    const named = () => new Map(expression.named.map(([name, value]) => [name, this.evaluate(value, frame)] as const));
    if (callee.is === 'name' && typed.has(callee.name)) return this.typed(callee.name, expression, frame, at);
    if (callee.is === 'attribute') {
      const object = this.evaluate(callee.of, frame);
      if (object instanceof ObjectValue) return this.method(object, callee.name, args(), named(), at);
      const target = this.attribute(object, callee.name, at);
      return this.callValue(target, args(), named(), at, frame);
    }
    return this.callValue(this.evaluate(callee, frame), args(), named(), at, frame);
  }

  /** `annotate(T, x)` and its like: the type says nothing that is needed here. */
  private typed(name: string, { positional }: Expression & { is: 'call' }, frame: Frame, at: Place): Value {
    const [first, second] = positional;
    if (name === 'uninitialized') return null;
    if (name === 'isinstance')
      return this.isInstance(this.evaluate(first as Expression, frame), second as Expression, at);
    if (!second) throw refused(at, `“${name}” is called without a value`);
    return this.evaluate(second, frame);
  }

  private isInstance(value: Value, type: Expression, at: Place): Value {
    const name = type.is === 'name' ? type.name : type.is === 'item' && type.of.is === 'name' ? type.of.name : '';
    switch (name) {
      case 'Tensor':
        return value instanceof TensorValue;
      case 'int':
      case 'float':
        return typeof value === 'number' || value instanceof SizeValue;
      case 'bool':
        return typeof value === 'boolean';
      case 'str':
        return typeof value === 'string';
      case 'NoneType':
        return value === null;
      case 'List':
        return value instanceof ListValue;
      case 'Tuple':
        return value instanceof TupleValue;
      case 'Dict':
        return value instanceof DictValue;
      default:
        throw refused(at, 'it asks for a type that is not read');
    }
  }

  private callValue(target: Value, args: Value[], named: Map<string, Value>, at: Place, frame: Frame): Value {
    if (!(target instanceof CodeName)) throw refused(at, 'it calls something that is no function');
    const { path } = target;
    if (!path.startsWith('__torch__.')) return callNamed(this, path, args, named, at, this.prefix(frame));
    const { program } = this.context;
    const code = program.findFunction(path);
    if (code) return this.run(code, args, named, frame.path, at);
    const type = program.findClass(path);
    if (type) return this.construct(path, type, args, named, at);
    throw refused(at, `it calls “${path}”, which is not in the archive`);
  }

  private construct(path: string, type: ClassCode, args: Value[], named: Map<string, Value>, at: Place): Value {
    if (type.base === 'NamedTuple') {
      return new TupleValue(
        type.fields.map((field, i) => args[i] ?? named.get(field) ?? null),
        type.fields,
      );
    }
    const object = new ObjectValue(path);
    if (type.methods.has('__init__')) this.method(object, '__init__', args, named, at);
    return object;
  }

  method(
    object: ObjectValue,
    name: string,
    args: readonly Value[],
    named: ReadonlyMap<string, Value>,
    at: Place,
  ): Value {
    const code = this.context.program.findClass(object.type)?.methods.get(name);
    if (!code) throw refused(at, this.context.withoutMethod(object, name));
    const before = this.context.emitter.length;
    const result = this.run(code, [object, ...args], named, object.path ?? '', at);
    if (object.path && /^forward\d*$/.test(name)) {
      nameResults(
        result,
        object.path,
        object.type.slice(object.type.lastIndexOf('.') + 1),
        before,
        this.context.emitter,
      );
    }
    return result;
  }

  run(code: FunctionCode, args: readonly Value[], named: ReadonlyMap<string, Value>, path: string, at: Place): Value {
    return this.nested(at, () => {
      const frame: Frame = { variables: new Map(), code, path };
      if (args.length > code.parameters.length) throw refused(at, `“${code.name}” is given too many arguments`);
      for (const [index, { name, usual }] of code.parameters.entries()) {
        const given = index < args.length ? args[index] : named.get(name);
        const value = given === undefined && usual ? this.evaluate(usual, frame) : given;
        if (value === undefined) throw refused(at, `“${code.name}” is called without its “${name}”`);
        frame.variables.set(name, value);
      }
      const end = runBlock(this, code.body, frame);
      return end.is === 'return' ? end.value : null;
    });
  }

  setItem(of: Value, index: Value, value: Value, at: Place): void {
    setItem(this, of, index, value, at);
  }

  assume(value: UnknownValue, at: Place): void {
    if (value.needs) throw this.undecided(value, at);
  }

  plain(value: Value): Value {
    if (!(value instanceof TensorValue) || !(value.content instanceof NumberArray) || value.content.dims.length > 0)
      return value;
    return this.context.tensors.number(value, { file: '', line: 0 });
  }
}

const typed: ReadonlySet<string> = new Set(['annotate', 'unchecked_cast', 'uninitialized', 'isinstance']);
const builtinNames: ReadonlySet<string> = new Set([
  'int',
  'float',
  'bool',
  'str',
  'range',
  'getattr',
  'hasattr',
  'len',
  'list',
  'fork',
  'awaitable',
  'print',
  'min',
  'max',
  'abs',
  'device',
]);
const operatorNames: ReadonlyMap<string, string> = new Map([
  ['==', 'eq'],
  ['!=', 'ne'],
  ['<', 'lt'],
  ['<=', 'le'],
  ['>', 'gt'],
  ['>=', 'ge'],
  ['is', '__is__'],
  ['is not', '__isnot__'],
  ['in', '__contains__'],
  ['+', 'add'],
  ['-', 'sub'],
  ['*', 'mul'],
  ['/', 'div'],
  ['//', 'floordiv'],
  ['%', 'remainder'],
  ['**', 'pow'],
  ['@', 'matmul'],
  ['|', '__or__'],
  ['&', '__and__'],
  ['^', '__xor__'],
]);
