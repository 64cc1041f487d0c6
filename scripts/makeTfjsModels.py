"""Writes test/data/tfjs: networks of test/data/models/tiny as TensorFlow.js stores them, and networks.json with what TensorFlow and Keras give
for the golden inputs with the same weights (quantised ones as the numbers that they stand for).

    python scripts/makeTfjsModels.py     # needs tensorflow (or tensorflow-cpu) 2.21 and h5py
"""
import json
import os

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
import h5py
import keras
import numpy as np
import tensorflow as tf
from google.protobuf.json_format import MessageToDict
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

data = os.path.join(os.path.dirname(__file__), '../test/data')


def stored(name, array, quantisation):
    """An entry of the manifest, the bytes of the weight, and the numbers that are read of them."""
    entry = {'name': name, 'shape': list(array.shape), 'dtype': {'float32': 'float32', 'int32': 'int32'}[array.dtype.name]}
    if array.dtype != np.float32 or quantisation is None:
        return entry, array.tobytes(), array
    if quantisation == 'float16':
        entry['quantization'] = {'dtype': 'float16', 'original_dtype': 'float32'}
        half = array.astype(np.float16)
        return entry, half.tobytes(), half.astype(np.float32)
    low, steps = float(array.min()), np.iinfo(quantisation).max
    scale = (float(array.max()) - low) / steps or 1.0
    whole = np.round((array - low) / scale).astype(quantisation)
    entry['quantization'] = {'dtype': quantisation, 'min': low, 'scale': scale, 'original_dtype': 'float32'}
    return entry, whole.tobytes(), (whole.astype(np.float64) * scale + low).astype(np.float32)


def write(folder, model, weights, quantisation, shard):
    """Files of `shard` bytes each; gives the weights as they will be read."""
    path = f'{data}/tfjs/{folder}'
    os.makedirs(path, exist_ok=True)
    entries, content, read = [], b'', {}
    for name, array in weights.items():
        entry, raw, numbers = stored(name, array, quantisation)
        entries.append(entry)
        content += raw
        read[name] = numbers
    count = -(-len(content) // shard)
    names = [f'group1-shard{i + 1}of{count}.bin' for i in range(count)]
    for i, name in enumerate(names):
        with open(f'{path}/{name}', 'wb') as out:
            out.write(content[i * shard:(i + 1) * shard])
    with open(f'{path}/model.json', 'w') as out:
        json.dump({**model, 'weightsManifest': [{'paths': names, 'weights': entries}]}, out, separators=(',', ':'))
    return read


def golden(network):
    return np.ascontiguousarray(np.load(f'{data}/golden/tiny_{network}/input.npy').transpose(0, 2, 3, 1))


def graph(network, folder, quantisation, shard):
    model = keras.models.load_model(f'{data}/models/tiny/{network}/model.keras', compile=False)
    function = tf.function(lambda x: model(x, training=False))
    concrete = function.get_concrete_function(tf.TensorSpec([None, *model.input_shape[1:]], tf.float32, name='x'))
    frozen = convert_variables_to_constants_v2(concrete)
    definition = frozen.graph.as_graph_def()
    weights = {node.name: tf.make_ndarray(node.attr['value'].tensor) for node in definition.node if node.op == 'Const'}
    listed = {name: array for name, array in weights.items() if array.dtype in (np.float32, np.int32)}
    for node in definition.node:
        if node.name in listed:
            node.attr['value'].tensor.ClearField('tensor_content')
            for field in ('float_val', 'int_val'):
                node.attr['value'].tensor.ClearField(field)
    info = lambda tensor: {'name': tensor.name, 'dtype': 'DT_FLOAT', 'tensorShape': MessageToDict(tensor.shape.as_proto())}
    signature = {'inputs': {'image': info(frozen.inputs[0])}, 'outputs': {'scores': info(frozen.outputs[0])}}
    topology = MessageToDict(definition)
    for node in topology['node']:
        node.get('attr', {}).pop('_output_shapes', None)
    read = write(folder, {'format': 'graph-model', 'generatedBy': tf.__version__, 'signature': signature, 'modelTopology': topology}, listed, quantisation, shard)
    whole = frozen.graph.as_graph_def()
    for node in whole.node:
        if node.name in read:
            node.attr['value'].tensor.CopyFrom(tf.make_tensor_proto(read[node.name], shape=read[node.name].shape))
    with tf.Graph().as_default():
        tf.import_graph_def(whole, name='')
        with tf.compat.v1.Session() as session:
            return session.run(frozen.outputs[0].name, {frozen.inputs[0].name: golden(network)})


def layers(network, folder, quantisation, shard):
    with h5py.File(f'{data}/models/tiny/{network}/model.h5') as file:
        text = lambda value: value.decode() if isinstance(value, bytes) else value
        topology = {'keras_version': text(file.attrs['keras_version']), 'backend': 'tensorflow', 'model_config': json.loads(text(file.attrs['model_config']))}
        weights = {}
        for layer in file['model_weights'].values():
            for name in layer.attrs.get('weight_names', []):
                weights[text(name)] = layer[text(name)][()]
    read = write(folder, {'modelTopology': topology}, weights, quantisation, shard)
    model = keras.models.load_model(f'{data}/models/tiny/{network}/model.h5', compile=False)
    for variable in model.variables:
        ends = [name for name in read if name.split('/')[-2:] == variable.path.split('/')[-2:]]
        assert len(ends) == 1, (variable.path, ends)
        variable.assign(read[ends[0]])
    return model(golden(network), training=False).numpy()


def main():
    made = {
        'graph': ('gray_input', graph('gray_input', 'graph', None, 7000)),
        'graph_uint16': ('gray_input', graph('gray_input', 'graph_uint16', 'uint16', 100_000)),
        'layers_uint8': ('binary_sigmoid', layers('binary_sigmoid', 'layers_uint8', 'uint8', 1001)),
        'layers_float16': ('binary_sigmoid', layers('binary_sigmoid', 'layers_float16', 'float16', 4096)),
    }
    told = [{'folder': folder, 'input': f'golden/tiny_{network}/input.npy', 'output': output.ravel().tolist()} for folder, (network, output) in made.items()]
    with open(f'{data}/tfjs/networks.json', 'w') as out:
        json.dump(told, out, indent=1)


main()
