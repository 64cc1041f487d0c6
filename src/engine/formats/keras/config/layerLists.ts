/** The layers of a Functional or Sequential model, from the description of any version of Keras. */
import { CheckpointError } from '../../../../shared/errors';
import { isJsonObject, type Json, type JsonObject, own } from '../../kit/json/json';
import { functionalCalls } from './calls';
import { type ConfigContext, damaged } from './context';
import { renamedFromKeras1 } from './keras1';
import { type Call, type LayerConfig, type ModelConfig, TensorReference } from './model';

const mostLayers = 100_000;

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

/** True for what is described by layers of its own. */
function isModel(className: string, config: Json | undefined): boolean {
  if (className === 'Sequential') return true;
  return isJsonObject(config) && Array.isArray(own(config, 'layers')) && own(config, 'output_layers') !== undefined;
}

/** A function of `keras.ops`: they have modules of their own, and in files without modules no flag for training. */
function isOperation(module: string, className: string, config: JsonObject, context: ConfigContext): boolean {
  if (module !== '') return /^keras\.(src\.)?ops\b/.test(module);
  if (context.version < 3 || className === 'InputLayer') return false;
  return own(config, 'trainable') === undefined && own(config, 'dtype') === undefined;
}

/**
 * @param value `{class_name, config, …}` as it stands in a list of layers.
 * @param calls of the layer, as the list tells them.
 */
export function readLayer(value: Json | undefined, context: ConfigContext, calls?: readonly Call[]): LayerConfig {
  if (!isJsonObject(value)) throw damaged(context, 'lists something that is no layer');
  const className = text(own(value, 'class_name'));
  if (className === '') throw damaged(context, 'lists a layer without a class');
  const stated = own(value, 'config');
  const nested = isModel(className, stated);
  const config = isJsonObject(stated) ? stated : {};
  const name = text(own(value, 'name')) || text(own(config, 'name')) || snakeCase(className);
  const module = text(own(value, 'module'));
  const layer = {
    className,
    module,
    registeredName: text(own(value, 'registered_name')),
    name,
    config,
    isLayer: nested || !isOperation(module, className, config, context),
    calls: calls ?? functionalCalls(own(value, 'inbound_nodes'), className, context),
    model: nested ? readModel(value, context) : null,
  };
  return context.version < 2 ? renamedFromKeras1(layer) : layer;
}

/**
 * @param value `{class_name, config}` of a model.
 * @throws CheckpointError when it is no model that describes its layers, or damaged.
 */
export function readModel(value: Json, context: ConfigContext): ModelConfig {
  if (!isJsonObject(value)) throw damaged(context, 'is no object');
  const className = text(own(value, 'class_name'));
  const config = own(value, 'config');
  if (!isModel(className, config)) {
    throw new CheckpointError(
      `${context.name} describes its network as “${className}”, a class of its own, which says nothing about the layers: save it as a Functional or Sequential model.`,
    );
  }
  if (className === 'Sequential') return sequential(value, config, context);
  const object = config as JsonObject;
  const layers = checkedNames(
    (own(object, 'layers') as readonly Json[]).map((each) => readLayer(each, context)),
    context,
  );
  return {
    name: text(own(object, 'name')) || 'model',
    className,
    layers,
    inputs: references(own(object, 'input_layers'), context),
    outputs: references(own(object, 'output_layers'), context),
  };
}

/** One `[name, call, tensor]`, a list of them, or an object of them; a call that is left out is the first. */
function references(value: Json | undefined, context: ConfigContext): readonly TensorReference[] {
  if (Array.isArray(value) && typeof value[0] === 'string') {
    const [layer, call = 0, index = 0] = value as [string, number?, number?];
    return [new TensorReference(layer, Number(call), Number(index))];
  }
  if (Array.isArray(value)) return (value as readonly Json[]).flatMap((each) => references(each, context));
  if (isJsonObject(value)) return Object.values(value).flatMap((each) => references(each, context));
  throw damaged(context, 'does not say what goes in and out');
}

function checkedNames(layers: readonly LayerConfig[], context: ConfigContext): readonly LayerConfig[] {
  if (layers.length > mostLayers) throw damaged(context, `lists ${layers.length} layers`);
  const seen = new Set<string>();
  for (const { name } of layers) {
    if (seen.has(name)) throw damaged(context, `has two layers of the name “${name}”`);
    seen.add(name);
  }
  return layers;
}

/** A chain: each layer is called once, with what the one before it gives. */
function sequential(value: JsonObject, config: Json | undefined, context: ConfigContext): ModelConfig {
  const object = isJsonObject(config) ? config : {};
  const list = Array.isArray(config) ? (config as readonly Json[]) : own(object, 'layers');
  if (!Array.isArray(list) || list.length === 0) throw damaged(context, 'has a Sequential model without layers');
  const layers: LayerConfig[] = [];
  let last: TensorReference | null = null;
  for (const each of list as readonly Json[]) {
    const args: readonly TensorReference[] = last ? [last] : [];
    const layer = readLayer(each, context, [{ args, kwargs: new Map() }]);
    if (!last && layer.className !== 'InputLayer') {
      const input = inputFor(layer, value, object);
      layers.push(input);
      last = new TensorReference(input.name, 0, 0);
      layers.push({ ...layer, calls: [{ args: [last], kwargs: new Map() }] });
    } else layers.push(last ? layer : { ...layer, calls: [] });
    last = new TensorReference(layer.name, 0, 0);
  }
  checkedNames(layers, context);
  const first = layers[0] as LayerConfig;
  return {
    name: text(own(object, 'name')) || 'sequential',
    className: 'Sequential',
    layers,
    inputs: [new TensorReference(first.name, 0, 0)],
    outputs: [last as TensorReference],
  };
}

/** The input that a Sequential model has without listing it; its shape stands with the first layer or with the model. */
function inputFor(first: LayerConfig, value: JsonObject, config: JsonObject): LayerConfig {
  const nested = first.model?.layers[0]?.config ?? {};
  const build = own(value, 'build_config');
  const shape =
    shapeIn(first.config) ??
    shapeIn(nested) ??
    own(config, 'build_input_shape') ??
    (isJsonObject(build) ? own(build, 'input_shape') : undefined);
  return {
    className: 'InputLayer',
    module: '',
    registeredName: '',
    name: `${first.name}_input`,
    config: { batch_shape: shape ?? null },
    isLayer: true,
    calls: [],
    model: null,
  };
}

export function shapeIn(config: JsonObject): Json | undefined {
  return own(config, 'batch_shape') ?? own(config, 'batch_input_shape') ?? undefined;
}

/** Keras' own spelling of a class in paths: `DepthwiseConv2D` is `depthwise_conv2d`, `ReLU` is `re_lu`. */
export function snakeCase(className: string): string {
  return className
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}
