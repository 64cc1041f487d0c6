"""Records what TensorFlow computes of small graphs: see makeTensorflowCases.py."""

import base64
import json
import os

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
os.environ['TF_ENABLE_ONEDNN_OPTS'] = '0'

import numpy as np
import tensorflow as tf
from tensorflow.python.framework import op_def_registry

v1 = tf.compat.v1
v1.disable_eager_execution()

cases = []


def sample(dims, seed=0.0, scale=1.0):
    count = int(np.prod(dims)) if dims else 1
    return (np.sin(1.7 * np.arange(count) + 0.3 + seed) * scale).astype(np.float32).reshape(dims)


def encoded(array):
    array = np.array(array, order='C')
    kind = str(array.dtype)
    if array.dtype == np.bool_:
        array = array.astype(np.uint8)
    if array.size <= 8 and kind.startswith('int'):
        return [kind, list(array.shape), array.reshape(-1).tolist()]
    return [kind, list(array.shape), base64.b64encode(array.tobytes()).decode()]


def attribute(value):
    kind = value.WhichOneof('value')
    if kind == 's':
        return {'s': value.s.decode()}
    if kind in ('i', 'f', 'b', 'type'):
        return {kind: getattr(value, kind)}
    if kind == 'shape':
        return {'shape': None if value.shape.unknown_rank else [None if d.size < 0 else d.size for d in value.shape.dim]}
    if kind == 'list':
        one = value.list
        if len(one.s):
            return {'list': [{'s': each.decode()} for each in one.s]}
        for field in ('i', 'f', 'b', 'type'):
            if len(getattr(one, field)):
                return {'list': [{field: each} for each in getattr(one, field)]}
        return {'list': []}
    return None


def node_record(node):
    defaults = {a.name: a.default_value for a in op_def_registry.get(node.op).attr if a.HasField('default_value')}
    attributes = {}
    for name, value in node.attr.items():
        if name.startswith('_') or (name in defaults and defaults[name] == value):
            continue
        written = attribute(value)
        if written is not None:
            attributes[name] = written
    inputs = [each for each in node.input if not each.startswith('^')]
    return [node.name, node.op, inputs, attributes]


def number(i, dims, dtype, scale, seed):
    if dtype == tf.float32:
        return sample(dims, seed if seed is not None else i, scale)
    if dtype == tf.bool:
        return sample(dims, i) > 0
    return np.floor(np.abs(sample(dims, i)) * scale).astype(dtype.as_numpy_dtype)


def case(name, function, *inputs, grad=True, free=True, nodes=None, constants=None, step=None):
    """`inputs`: dims, or (dims, dtype, scale[, seed]); a leading N stands for a batch of two. `nodes` takes the place of the graph's own."""
    graph = tf.Graph()
    with graph.as_default(), v1.Session(graph=graph) as session:
        given, feeds, records = [], {}, []
        for i, spec in enumerate(inputs):
            dims, dtype, scale, seed = (tuple(spec) + (tf.float32, 1.0, None)[len(spec) - 1:])[:4] if isinstance(spec, tuple) else (spec, tf.float32, 1.0, None)
            declared = [None if d == 'N' else d for d in dims]
            real = [2 if d == 'N' else d for d in dims]
            x = v1.placeholder(dtype, declared, name='xyz'[i])
            value = number(i, real, dtype, scale, seed)
            given.append(x)
            feeds[x] = value
            record = {'name': 'xyz'[i], 'type': dtype.as_datatype_enum, 'shape': declared, 'dims': real}
            if dtype == tf.float32:
                record['sample'] = [seed if seed is not None else i, scale]
            else:
                record['value'] = encoded(value)
            records.append(record)
        outputs = function(*given)
        outputs = list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]
        outputs = [o for o in outputs]
        results = session.run(outputs, feeds)
        first = outputs[0]
        gradient = None
        if grad:
            weights = sample(list(results[0].shape), 5)
            [g] = tf.gradients([first], [given[0]], grad_ys=[tf.constant(weights)])
            gradient = session.run(g, feeds)
        own = {}
        written = []
        needed = v1.graph_util.extract_sub_graph(graph.as_graph_def(), [o.op.name for o in outputs])
        for node in needed.node:
            if node.op == 'Placeholder':
                continue
            if node.op == 'Const':
                own[node.name] = encoded(tf.make_ndarray(node.attr['value'].tensor))
            else:
                written.append(node_record(node))
        names = [o.name for o in outputs]
    if nodes is not None:
        written, names = nodes, [nodes[-1][0]]
    cases.append({
        'name': name,
        'inputs': records,
        'constants': {**own, **{key: encoded(np.asarray(value)) for key, value in (constants or {}).items()}},
        'nodes': written,
        'outputs': names,
        'values': [encoded(np.asarray(value)) for value in results],
        **({'gradient': encoded(gradient)} if gradient is not None else {}),
        **({'free': False} if not free else {}),
    })
    return results


def const(dims, seed=7.0, scale=0.5, shift=0.0):
    return tf.constant(sample(dims, seed, scale) + np.float32(shift))


def write(target):
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with open(target, 'w') as file:
        file.write('[\n' + ',\n'.join(json.dumps(each, separators=(',', ':')) for each in cases) + '\n]\n')
    print(len(cases), 'cases', os.path.getsize(target), 'bytes')
