/** TensorFlow's formats: a checkpoint of TensorFlow 1 with its graph, a frozen graph, and a SavedModel with variables as TensorFlow 1 has them. */
import { ProtobufWriter } from '../../../../../src/engine/runtime/onnxruntime/protobufWriter';
import type { Layer, Network, Weight } from '../../network/description';
import { save, type Writer } from '../writer';
import { saveBundle } from './bundle';
import { graphDef, shapeProto } from './encode';
import { constantWeight, type TfNode, tfNodes, types, variableWeight } from './graph';

/** The nodes by which a Saver writes and reads all variables. */
function saving(names: readonly string[]): TfNode[] {
  const strings = (name: string, values: readonly string[], dims: readonly number[]): TfNode => ({
    name,
    op: 'Const',
    inputs: [],
    attributes: { dtype: { type: types.string }, value: { strings: values, dims } },
  });
  const count = [names.length];
  const none = names.map(() => '');
  const assigns = names.map(
    (name, i): TfNode => ({
      name: `save/Assign_${i}`,
      op: 'Assign',
      inputs: [name, i === 0 ? 'save/RestoreV2' : `save/RestoreV2:${i}`],
      attributes: { T: { type: types.float }, use_locking: { b: true }, validate_shape: { b: true } },
    }),
  );
  return [
    strings('save/Const', ['model'], []),
    strings('save/SaveV2/tensor_names', names, count),
    strings('save/SaveV2/shape_and_slices', none, count),
    {
      name: 'save/SaveV2',
      op: 'SaveV2',
      inputs: ['save/Const', 'save/SaveV2/tensor_names', 'save/SaveV2/shape_and_slices', ...names],
      attributes: { dtypes: { types: names.map(() => types.float) } },
    },
    {
      name: 'save/control_dependency',
      op: 'Identity',
      inputs: ['save/Const', '^save/SaveV2'],
      attributes: { T: { type: types.string } },
    },
    strings('save/RestoreV2/tensor_names', names, count),
    strings('save/RestoreV2/shape_and_slices', none, count),
    {
      name: 'save/RestoreV2',
      op: 'RestoreV2',
      inputs: ['save/Const', 'save/RestoreV2/tensor_names', 'save/RestoreV2/shape_and_slices'],
      attributes: { dtypes: { types: names.map(() => types.float) } },
    },
    ...assigns,
    { name: 'save/restore_all', op: 'NoOp', inputs: assigns.map(({ name }) => `^${name}`), attributes: {} },
  ];
}

function withVariables(network: Network) {
  const weights = new Map<string, Weight>();
  const nodes = tfNodes(network, (all, name, weight) => {
    weights.set(name, weight);
    return variableWeight(all, name, weight);
  });
  return { nodes: [...nodes, ...saving([...weights.keys()])], weights };
}

const message = () => new ProtobufWriter();
const saver = () =>
  message()
    .string(1, 'save/Const:0')
    .string(2, 'save/control_dependency:0')
    .string(3, 'save/restore_all')
    .integer(7, 2);

function metaGraph(nodes: readonly TfNode[], tags: readonly string[]): ProtobufWriter {
  const info = message();
  for (const tag of tags) info.string(4, tag);
  return message().message(1, info.string(5, '1.15.0')).message(2, graphDef(nodes)).message(3, saver());
}

export const tf1: Writer = {
  id: 'tf1',
  title: 'TensorFlow 1 checkpoint',
  main: 'model.ckpt.meta',
  write: (network, folder) => {
    const { nodes, weights } = withVariables(network);
    save(folder, 'model.ckpt.meta', metaGraph(nodes, []).finish());
    saveBundle(folder, 'model.ckpt', weights);
    save(folder, 'checkpoint', 'model_checkpoint_path: "model.ckpt"\nall_model_checkpoint_paths: "model.ckpt"\n');
  },
};

export const frozen: Writer = {
  id: 'frozen',
  title: 'Frozen TensorFlow graph',
  main: 'frozen.pb',
  write: (network, folder) => save(folder, 'frozen.pb', graphDef(tfNodes(network, constantWeight)).finish()),
};

export const savedModel: Writer = {
  id: 'saved-model',
  title: 'SavedModel',
  main: 'saved_model',
  write: (network, folder) => {
    const { nodes, weights } = withVariables(network);
    const info = (name: string, dims: readonly number[]) =>
      message().string(1, `${name}:0`).integer(2, types.float).message(3, shapeProto(dims));
    const [channels = 0, height = 0, width = 0] = network.input;
    const last = network.layers.at(-1) as Layer;
    const entry = (key: string, value: ProtobufWriter) => message().string(1, key).message(2, value);
    const signature = message()
      .message(1, entry('input', info('input', [-1, height, width, channels])))
      .message(2, entry('logits', info(last.name, [-1, ...last.dims])))
      .string(3, 'tensorflow/serving/predict');
    const graph = metaGraph(nodes, ['serve']).message(5, entry('serving_default', signature));
    save(folder, 'saved_model/saved_model.pb', message().integer(1, 1).message(2, graph).finish());
    saveBundle(folder, 'saved_model/variables/variables', weights);
  },
};
