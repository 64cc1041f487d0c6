/** What a layer is called with: `inbound_nodes`, which Keras 3 writes as arguments and Keras 1 and 2 as lists of tensors. */
import { isJsonObject, type Json, type JsonObject, own } from '../../kit/json/json';
import { type ConfigContext, damaged } from './context';
import { type Argument, type Call, TensorReference } from './model';

/** In the place of a tensor, the first argument of a function that is a number. */
const constantMark = '_CONSTANT_VALUE';

export function functionalCalls(nodes: Json | undefined, className: string, context: ConfigContext): readonly Call[] {
  if (nodes === undefined || nodes === null) return [];
  if (!Array.isArray(nodes)) throw damaged(context, `has no list of calls at a ${className}`);
  return (nodes as readonly Json[]).map((node) => {
    if (isJsonObject(node)) return keras3Call(node, context);
    if (Array.isArray(node)) return keras2Call(node as readonly Json[], context);
    throw damaged(context, `has a call of a ${className} that is none`);
  });
}

function keras3Call(node: JsonObject, context: ConfigContext): Call {
  const args = own(node, 'args');
  const kwargs = own(node, 'kwargs');
  return {
    args: Array.isArray(args) ? (args as readonly Json[]).map((each) => keras3Argument(each, context)) : [],
    kwargs: new Map(
      isJsonObject(kwargs)
        ? Object.entries(kwargs).map(([key, value]) => [key, keras3Argument(value ?? null, context)])
        : [],
    ),
  };
}

function keras3Argument(value: Json, context: ConfigContext): Argument {
  if (Array.isArray(value)) return (value as readonly Json[]).map((each) => keras3Argument(each, context));
  if (!isJsonObject(value)) return value as Argument;
  const className = own(value, 'class_name');
  const config = own(value, 'config');
  if (className === '__keras_tensor__') {
    const history = isJsonObject(config) ? own(config, 'keras_history') : undefined;
    return reference(history, context);
  }
  if (className === '__tuple__') return keras3Argument(config ?? own(value, 'items') ?? [], context);
  if (className === '__numpy__' || className === '__tensor__') {
    return isJsonObject(config) ? keras3Argument(own(config, 'value') ?? null, context) : null;
  }
  const entries = Object.entries(value).map(([key, each]) => [key, keras3Argument(each ?? null, context)] as const);
  return record(entries);
}

/** An object whose keys are any names. */
function record(entries: readonly (readonly [string, Argument])[]): Argument {
  const result = Object.create(null) as Record<string, Argument>;
  for (const [key, value] of entries) result[key] = value;
  return result;
}

function reference(value: Json | undefined, context: ConfigContext): TensorReference {
  if (Array.isArray(value)) {
    const [layer, call, index] = value as readonly Json[];
    if (typeof layer === 'string' && Number.isInteger(call) && Number.isInteger(index)) {
      return new TensorReference(layer, call as number, index as number);
    }
  }
  throw damaged(context, 'has a tensor that is no layer’s');
}

const isReference = (value: Json): value is readonly Json[] =>
  Array.isArray(value) && typeof value[0] === 'string' && Number.isInteger(value[1]) && Number.isInteger(value[2]);

/** `[[layer, call, tensor, kwargs], …]`; a single tensor is an argument of its own, several are one list. */
function keras2Call(node: readonly Json[], context: ConfigContext): Call {
  const kwargs = new Map<string, Argument>();
  // One tensor without a list around it, as some versions write it.
  const entries = isReference(node as Json) || node[0] === constantMark ? [node as Json] : node;
  const argument = keras2Input(entries, kwargs, context);
  const args = Array.isArray(argument) && argument.length === 1 ? (argument as readonly Argument[]) : [argument];
  return { args, kwargs };
}

function keras2Input(entries: readonly Json[], kwargs: Map<string, Argument>, context: ConfigContext): Argument {
  return entries.map((entry): Argument => {
    if (!Array.isArray(entry)) throw damaged(context, 'has a tensor that is no layer’s');
    const list = entry as readonly Json[];
    if (typeof list[0] !== 'string') return keras2Input(list, kwargs, context);
    const stated = list[3];
    if (isJsonObject(stated)) {
      for (const [key, value] of Object.entries(stated)) kwargs.set(key, keras2Argument(value ?? null, context));
    }
    if (list[0] === constantMark) return keras2Argument(list[2] ?? null, context);
    return reference(list, context);
  });
}

/** Values beside the first argument: tensors stand there as `[layer, call, tensor]`. */
function keras2Argument(value: Json, context: ConfigContext): Argument {
  if (isReference(value) && (value as readonly Json[]).length <= 4) return reference(value, context);
  if (Array.isArray(value)) return (value as readonly Json[]).map((each) => keras2Argument(each, context));
  if (!isJsonObject(value)) return value as Argument;
  return record(Object.entries(value).map(([key, each]) => [key, keras2Argument(each ?? null, context)] as const));
}
