"""Writes test/data/tensorflow/operators.json: small TensorFlow graphs with what TensorFlow itself computes of them.

    python -m venv venv && venv/bin/pip install tensorflow-cpu==2.21.0 && venv/bin/python scripts/makeTensorflowCases.py

A case is one function of some inputs, as its GraphDef has it (attributes that have their default are left out, as SavedModel exporters do):
nodes, constants, inputs, and for TensorFlow's sample inputs (see `sample`) the outputs and the gradient of the outputs, weighted by another
sample, by the first input. `fused` cases are written as grappler or the TensorFlow.js converter write them; the numbers are those of the
operators that were fused.
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'lib'))

import numpy as np
from tensorflowRecorder import case, const, sample, tf, v1, write

raw = tf.raw_ops
image = ['N', 5, 6, 2]
four = [1, 2, 2, 1]


def conv(op, filters, strides=(1, 1, 1, 1), **more):
    key = 'filter'
    return lambda x: op(input=x, **{key: const(filters)}, strides=list(strides), **more)


# Convolution
for padding in ('SAME', 'VALID'):
    case(f'Conv2D {padding}', conv(raw.Conv2D, [3, 2, 2, 3], padding=padding), image)
    case(f'Conv2D {padding} strided', conv(raw.Conv2D, [3, 3, 2, 3], four, padding=padding), image)
case('Conv2D EXPLICIT', conv(raw.Conv2D, [3, 3, 2, 3], padding='EXPLICIT', explicit_paddings=[0, 0, 2, 1, 0, 1, 0, 0]), image)
case('Conv2D 1x1 strided SAME', conv(raw.Conv2D, [1, 1, 2, 3], four, padding='SAME'), image)
case('Conv2D computed filter', lambda x: raw.Conv2D(input=x, filter=raw.Mul(x=const([2, 2, 2, 3]), y=const([3], 1)), strides=[1, 1, 1, 1], padding='VALID'), image)
case('Conv2D read through Identity', lambda x: raw.Conv2D(input=x, filter=tf.identity(const([2, 2, 2, 3])), strides=[1, 1, 1, 1], padding='VALID'), image)
case('DepthwiseConv2dNative SAME', conv(raw.DepthwiseConv2dNative, [3, 3, 2, 2], four, padding='SAME'), image)
case('DepthwiseConv2dNative VALID', conv(raw.DepthwiseConv2dNative, [2, 3, 2, 1], padding='VALID'), image)
case('DepthwiseConv2dNative EXPLICIT', conv(raw.DepthwiseConv2dNative, [3, 3, 2, 1], padding='EXPLICIT', explicit_paddings=[0, 0, 1, 1, 1, 1, 0, 0]), image)
case('Conv2D NHWC of one group in two', lambda x: raw.Conv2D(input=x, filter=const([2, 2, 2, 4]), strides=[1, 1, 1, 1], padding='SAME'), ['N', 4, 4, 4], grad=False)
for padding, size in (('SAME', [2, 8, 8, 2]), ('SAME', [2, 7, 8, 2]), ('VALID', [2, 9, 9, 2]), ('VALID', [2, 10, 10, 2])):
    case(f'Conv2DBackpropInput {padding} {size[1]}', lambda x, s=size, p=padding: raw.Conv2DBackpropInput(input_sizes=tf.constant(s), filter=const([3, 3, 2, 3]), out_backprop=x, strides=four, padding=p), ['N', 4, 4, 3])


def transposed(x):
    shape = tf.shape(x)
    return raw.Conv2DBackpropInput(input_sizes=tf.stack([shape[0], shape[1] * 2, shape[2] * 2, 2]), filter=const([3, 3, 2, 3]), out_backprop=x, strides=four, padding='SAME')


case('Conv2DBackpropInput computed sizes', transposed, ['N', 4, 4, 3])
case('BiasAdd', lambda x: raw.BiasAdd(value=x, bias=const([2])), image)
case('BiasAdd NCHW', lambda x: raw.BiasAdd(value=x, bias=const([5]), data_format='NCHW'), image)
case('BiasAddV1', lambda x: raw.BiasAddV1(value=x, bias=const([2])), image)
case('BiasAdd rows', lambda x: raw.BiasAdd(value=x, bias=const([3])), ['N', 3])

# Pooling
for op in ('MaxPool', 'AvgPool'):
    function = getattr(raw, op)
    key = 'input' if op == 'MaxPool' else 'value'
    for padding in ('SAME', 'VALID'):
        case(f'{op} {padding}', lambda x, f=function, k=key, p=padding: f(**{k: x}, ksize=[1, 3, 2, 1], strides=four, padding=p), image)
case('MaxPool EXPLICIT', lambda x: raw.MaxPool(input=x, ksize=[1, 3, 3, 1], strides=four, padding='EXPLICIT', explicit_paddings=[0, 0, 1, 1, 1, 0, 0, 0]), image)
case('MaxPoolV2', lambda x: raw.MaxPoolV2(input=x, ksize=[1, 2, 2, 1], strides=four, padding='SAME'), image)
case('MaxPoolWithArgmax', lambda x: raw.MaxPoolWithArgmax(input=x, ksize=four, strides=four, padding='VALID').output, image)

# Normalisation
statistics = lambda c=2: dict(scale=const([c], 1), offset=const([c], 2), mean=const([c], 3), variance=const([c], 4, 0.4, 0.6))
for op in ('FusedBatchNorm', 'FusedBatchNormV2', 'FusedBatchNormV3'):
    case(op, lambda x, o=op: getattr(raw, o)(x=x, **statistics(), epsilon=1e-3, is_training=False).y, image)
case('FusedBatchNormV3 default epsilon', lambda x: raw.FusedBatchNormV3(x=x, **statistics(), is_training=False).y, image)


def batch_statistics(x):
    empty = tf.constant([], tf.float32)
    return raw.FusedBatchNormV3(x=x, scale=const([2], 1), offset=const([2], 2), mean=empty, variance=empty, epsilon=1e-2).y


case('FusedBatchNormV3 in training', batch_statistics, [2, 3, 3, 2], free=False)
case('_FusedBatchNormEx', lambda x: tf.nn.relu(raw.FusedBatchNormV3(x=x, **statistics(), epsilon=1e-3, is_training=False).y), image,
     nodes=[['y', '_FusedBatchNormEx', ['x', 'scale', 'offset', 'mean', 'variance'], {'epsilon': {'f': 1e-3}, 'is_training': {'b': False}, 'activation_mode': {'s': 'Relu'}}]],
     constants={'scale': sample([2], 1, 0.5), 'offset': sample([2], 2, 0.5), 'mean': sample([2], 3, 0.5), 'variance': sample([2], 4, 0.4) + np.float32(0.6)})
case('_FusedBatchNormEx with another value', lambda x: tf.nn.relu(raw.FusedBatchNormV3(x=x, **statistics(), epsilon=1e-3, is_training=False).y + x), image,
     nodes=[['y', '_FusedBatchNormEx', ['x', 'scale', 'offset', 'mean', 'variance', 'x'], {'epsilon': {'f': 1e-3}, 'is_training': {'b': False}, 'num_side_inputs': {'i': 1}, 'activation_mode': {'s': 'Relu'}}]],
     constants={'scale': sample([2], 1, 0.5), 'offset': sample([2], 2, 0.5), 'mean': sample([2], 3, 0.5), 'variance': sample([2], 4, 0.4) + np.float32(0.6)})
old = {'m': sample([2], 3, 0.5), 'v': sample([2], 4, 0.4) + np.float32(0.6), 'beta': sample([2], 2, 0.5), 'gamma': sample([2], 1, 0.5)}
for after in (True, False):
    case(f'BatchNormWithGlobalNormalization {after}', lambda x, a=after: tf.nn.batch_normalization(x, old['m'], old['v'], old['beta'], old['gamma'] if a else None, 1e-3), image,
         nodes=[['y', 'BatchNormWithGlobalNormalization', ['x', *old], {'variance_epsilon': {'f': 1e-3}, 'scale_after_normalization': {'b': after}}]], constants=old)
case('LRN', lambda x: raw.LRN(input=x), ['N', 2, 3, 7])
case('LRN narrow', lambda x: raw.LRN(input=x, depth_radius=1, bias=2.0, alpha=0.5, beta=0.75), ['N', 2, 3, 5])

# Activation
row = ['N', 3, 5]
wide = (row, tf.float32, 8.0)
for op in ('Relu', 'Elu', 'Selu', 'Softplus', 'Softsign'):
    case(op, lambda x, o=op: getattr(raw, o)(features=x), (row, tf.float32, 3.0))
case('Relu6', lambda x: raw.Relu6(features=x), wide)
case('LeakyRelu', lambda x: raw.LeakyRelu(features=x), row)
case('LeakyRelu 0.3', lambda x: raw.LeakyRelu(features=x, alpha=0.3), row)
case('Sigmoid', lambda x: raw.Sigmoid(x=x), (row, tf.float32, 3.0))
case('Tanh', lambda x: raw.Tanh(x=x), row)
case('Softmax', lambda x: raw.Softmax(logits=x), row)
case('LogSoftmax', lambda x: raw.LogSoftmax(logits=x), row)
alpha = sample([2], 4, 0.5)
case('Prelu', lambda x: tf.maximum(x, 0) + alpha * tf.minimum(x, 0), image, nodes=[['y', 'Prelu', ['x', 'alpha'], {}]], constants={'alpha': alpha})

# Fused by optimisers
filters, bias, more = sample([3, 3, 2, 3], 7, 0.5), sample([3], 1), sample([3], 2)
window = {'strides': {'list': [{'i': 1}] * 4}, 'padding': {'s': 'SAME'}, 'T': {'type': 1}}


def fused_ops(*names, **attributes):
    return {**window, 'fused_ops': {'list': [{'s': name} for name in names]}, **attributes}


def convolved(x):
    return tf.nn.conv2d(x, filters, 1, 'SAME')


case('_FusedConv2D BiasAdd', lambda x: convolved(x) + bias, image, nodes=[['y', '_FusedConv2D', ['x', 'w', 'b'], fused_ops('BiasAdd')]], constants={'w': filters, 'b': bias})
for name, function in (('Relu', tf.nn.relu), ('Relu6', tf.nn.relu6), ('Elu', tf.nn.elu), ('Sigmoid', tf.sigmoid), ('Tanh', tf.tanh)):
    case(f'_FusedConv2D BiasAdd {name}', lambda x, f=function: f(convolved(x) + bias), image, nodes=[['y', '_FusedConv2D', ['x', 'w', 'b'], fused_ops('BiasAdd', name)]], constants={'w': filters, 'b': bias})
case('_FusedConv2D BiasAdd LeakyRelu', lambda x: tf.nn.leaky_relu(convolved(x) + bias, 0.1), image, nodes=[['y', '_FusedConv2D', ['x', 'w', 'b'], fused_ops('BiasAdd', 'LeakyRelu', leakyrelu_alpha={'f': 0.1})]], constants={'w': filters, 'b': bias})
case('_FusedConv2D BiasAdd Add Relu', lambda x: tf.nn.relu(convolved(x) + bias + more), image, nodes=[['y', '_FusedConv2D', ['x', 'w', 'b', 'c'], fused_ops('BiasAdd', 'Add', 'Relu')]], constants={'w': filters, 'b': bias, 'c': more})
slope = np.abs(sample([3], 3))
case('_FusedConv2D BiasAdd Prelu', lambda x: (lambda y: tf.maximum(y, 0) + slope * tf.minimum(y, 0))(convolved(x) + bias), image, nodes=[['y', '_FusedConv2D', ['x', 'w', 'b', 'alpha'], fused_ops('BiasAdd', 'Prelu')]], constants={'w': filters, 'b': bias, 'alpha': slope})
moments = {'scale': sample([3], 1, 0.5), 'offset': sample([3], 2, 0.5), 'mean': sample([3], 3, 0.5), 'variance': sample([3], 4, 0.4) + np.float32(0.6)}
case('_FusedConv2D FusedBatchNorm Relu', lambda x: tf.nn.relu(raw.FusedBatchNormV3(x=convolved(x), **moments, epsilon=1e-3, is_training=False).y), image,
     nodes=[['y', '_FusedConv2D', ['x', 'w', *moments], fused_ops('FusedBatchNorm', 'Relu', epsilon={'f': 1e-3})]], constants={'w': filters, **moments})
depthwise = sample([3, 3, 2, 2], 7, 0.5)
for op in ('FusedDepthwiseConv2dNative', '_FusedDepthwiseConv2dNative'):
    case(op, lambda x: tf.nn.relu6(raw.DepthwiseConv2dNative(input=x, filter=depthwise, strides=[1, 1, 1, 1], padding='SAME') + sample([4], 1)), image,
         nodes=[['y', op, ['x', 'w', 'b'], fused_ops('BiasAdd', 'Relu6')]], constants={'w': depthwise, 'b': sample([4], 1)})
matrix = sample([4, 3], 7, 0.5)
case('_FusedMatMul', lambda x: tf.nn.relu(tf.matmul(x, matrix) + bias), ['N', 4], nodes=[['y', '_FusedMatMul', ['x', 'w', 'b'], {'T': {'type': 1}, 'fused_ops': {'list': [{'s': 'BiasAdd'}, {'s': 'Relu'}]}}]], constants={'w': matrix, 'b': bias})
case('_FusedMatMul GeluExact', lambda x: tf.nn.gelu(tf.matmul(x, matrix) + bias), ['N', 4], nodes=[['y', '_FusedMatMul', ['x', 'w', 'b'], {'T': {'type': 1}, 'fused_ops': {'list': [{'s': 'BiasAdd'}, {'s': 'GeluExact'}]}}]], constants={'w': matrix, 'b': bias})
case('_FusedMatMul GeluApproximate', lambda x: tf.nn.gelu(tf.matmul(x, matrix) + bias, approximate=True), ['N', 4], nodes=[['y', '_FusedMatMul', ['x', 'w', 'b'], {'T': {'type': 1}, 'fused_ops': {'list': [{'s': 'BiasAdd'}, {'s': 'GeluApproximate'}]}}]], constants={'w': matrix, 'b': bias})

write(sys.argv[1] if len(sys.argv) > 1 else 'test/data/tensorflow/operators.json')
