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
case('Conv2D in groups', lambda x: raw.Conv2D(input=x, filter=const([2, 2, 2, 4]), strides=[1, 1, 1, 1], padding='SAME'), ['N', 3, 3, 4], grad=False)
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
image = ['N', 3, 4, 2]
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

# Products
image = ['N', 5, 6, 2]
case('MatMul', lambda x: raw.MatMul(a=x, b=const([4, 3])), ['N', 4])
case('MatMul transposed', lambda x: raw.MatMul(a=x, b=const([3, 4]), transpose_b=True), ['N', 4])
case('MatMul both transposed', lambda x: raw.MatMul(a=x, b=const([3, 2]), transpose_a=True, transpose_b=True), [2, 4])
case('MatMul of two values', lambda x, y: raw.MatMul(a=x, b=y, transpose_b=True), [2, 4], [3, 4])
heads = ['N', 2, 3, 4]
for op in ('BatchMatMul', 'BatchMatMulV2', 'BatchMatMulV3'):
    case(op, lambda x, y, o=op: getattr(raw, o)(x=x, y=y, **({'Tout': tf.float32} if o.endswith('3') else {})), heads, ['N', 2, 4, 3])
    case(f'{op} adjoint', lambda x, y, o=op: getattr(raw, o)(x=x, y=y, adj_y=True, **({'Tout': tf.float32} if o.endswith('3') else {})), heads, heads)
case('BatchMatMulV2 adjoint of constants', lambda x: raw.BatchMatMulV2(x=x, y=const([5, 3]), adj_x=True, adj_y=True), ['N', 3, 4])
case('Einsum', lambda x: raw.Einsum(inputs=[x, const([4, 2, 3])], equation='abc,cde->abde'), ['N', 3, 4])
case('Einsum with an ellipsis', lambda x, y: raw.Einsum(inputs=[x, y], equation='...ij,...kj->...ik'), heads, heads)
case('tensordot', lambda x: tf.tensordot(x, const([4, 5]), [[2], [0]]), ['N', 3, 4])

# Arithmetic
positive = (row, tf.float32, 0.4)
for op in ('Abs', 'Asinh', 'Atan', 'Ceil', 'Cos', 'Cosh', 'Erf', 'Erfc', 'Exp', 'Expm1', 'Floor', 'Neg', 'Rint', 'Round', 'Sign', 'Sin', 'Sinh', 'Square', 'Tan'):
    still = op in ('Ceil', 'Floor', 'Rint', 'Round', 'Sign')
    case(op, lambda x, o=op: getattr(raw, o)(x=x), (row, tf.float32, 3.0 if still else 0.9), grad=not still)
for op in ('Acos', 'Asin', 'Atanh'):
    case(op, lambda x, o=op: getattr(raw, o)(x=x * 0.6), row)
case('Acosh', lambda x: raw.Acosh(x=x + 2.5), row)
for op in ('Log', 'Log1p', 'Rsqrt', 'Sqrt', 'Reciprocal', 'Inv'):
    case(op, lambda x, o=op: getattr(raw, o)(x=x + 1.5), row)
second = (['N', 3, 5], tf.float32, 1.0, 2.0)
for op in ('Add', 'AddV2', 'Sub', 'Mul', 'Maximum', 'Minimum', 'SquaredDifference'):
    case(op, lambda x, y, o=op: getattr(raw, o)(x=x, y=y), row, second)
case('AddV2 broadcast', lambda x: raw.AddV2(x=const([5, 1]), y=x), ['N', 1, 3])
for op in ('Div', 'RealDiv', 'DivNoNan'):
    case(op, lambda x, y, o=op: getattr(raw, o)(x=x, y=y + 2.0), row, second)
case('DivNoNan by 0', lambda x: raw.DivNoNan(x=x, y=tf.constant([0.0, 2.0, 0.0, -1.0, 3.0])), row)
case('Pow', lambda x: raw.Pow(x=x + 1.5, y=const([5], 2)), row)
for op in ('FloorDiv', 'FloorMod', 'Mod', 'TruncateMod'):
    if hasattr(raw, op):
        case(f'{op} of floats', lambda x, o=op: getattr(raw, o)(x=x, y=tf.constant([0.7, -0.7, 1.3, -1.3, 0.4])), (row, tf.float32, 5.0), grad=False)
signed = lambda x: raw.Sub(x=raw.Cast(x=x, DstT=tf.int32), y=5)
for op in ('FloorDiv', 'FloorMod', 'Mod', 'TruncateDiv', 'TruncateMod', 'Div'):
    case(f'{op} of integers', lambda x, o=op: getattr(raw, o)(x=signed(x), y=tf.constant([3, -3, 2, -2, 4])), (row, tf.float32, 11.0), grad=False)
case('AddN', lambda x, y: raw.AddN(inputs=[x, y, x]), row, second)
case('AddN of one', lambda x: raw.AddN(inputs=[x]), row)
case('AccumulateNV2', lambda x, y: tf.math.add_n([x, y]), row, second, nodes=[['s', 'AccumulateNV2', ['x', 'y'], {}]])
case('ClipByValue', lambda x: raw.ClipByValue(t=x, clip_value_min=-0.5, clip_value_max=0.7), row)
case('ClipByValue by element', lambda x: raw.Minimum(x=raw.Maximum(x=x, y=sample([5], 1) - np.float32(1)), y=sample([5], 3) + np.float32(0.5)), row,
     nodes=[['s', 'ClipByValue', ['x', 'low', 'high'], {}]], constants={'low': sample([5], 1) - np.float32(1), 'high': sample([5], 3) + np.float32(0.5)})
for flags in ({}, {'exclusive': True}, {'reverse': True}, {'exclusive': True, 'reverse': True}):
    case(f'Cumsum {" ".join(flags)}', lambda x, f=flags: raw.Cumsum(x=x, axis=-1, **f), row)

# Comparison and logic
for op in ('Equal', 'NotEqual', 'Less', 'LessEqual', 'Greater', 'GreaterEqual'):
    case(op, lambda x, y, o=op: getattr(raw, o)(x=raw.Round(x=x), y=raw.Round(x=y)), (row, tf.float32, 2.0), (row, tf.float32, 2.0, 2.0), grad=False)
for op in ('LogicalAnd', 'LogicalOr'):
    case(op, lambda x, y, o=op: getattr(raw, o)(x=x > 0, y=y > 0), row, second, grad=False)
case('LogicalNot', lambda x: raw.LogicalNot(x=x > 0), row, grad=False)
for op in ('IsNan', 'IsInf', 'IsFinite'):
    case(op, lambda x, o=op: getattr(raw, o)(x=tf.math.log(x) / tf.constant([1.0, 0.0, 1.0, 0.0, 1.0])), row, grad=False)
case('SelectV2', lambda x, y: raw.SelectV2(condition=x > 0, t=x, e=y), row, second)
case('SelectV2 broadcast', lambda x: raw.SelectV2(condition=tf.constant([True, False, True, True, False]), t=x, e=const([1], 3)), row)
case('Select', lambda x, y: raw.Select(condition=x > 0, x=x * 2.0, y=y), row, second)
case('Select by row', lambda x, y: raw.Select(condition=x[:, 0] > 0, x=x, y=y), ['N', 5], (['N', 5], tf.float32, 1.0, 2.0))

# Reduction
image = ['N', 3, 4, 2]
for op in ('Mean', 'Sum', 'Max', 'Min', 'Prod', 'EuclideanNorm'):
    slopes = op != 'EuclideanNorm'
    case(op, lambda x, o=op: getattr(raw, o)(input=x, axis=[1, 2]), image, grad=slopes)
    case(f'{op} kept', lambda x, o=op: getattr(raw, o)(input=x, axis=-1, keep_dims=True), row, grad=slopes)
case('Mean over the last axis by its number', lambda x: raw.Mean(input=x, axis=raw.Range(start=1, limit=raw.Rank(input=x), delta=1)), image)
case('Mean over nothing', lambda x: raw.Mean(input=x, axis=tf.constant([], tf.int32)), row)
for op in ('All', 'Any'):
    case(op, lambda x, o=op: getattr(raw, o)(input=x > -0.5, axis=[1]), row, grad=False)
for op in ('ArgMax', 'ArgMin'):
    case(op, lambda x, o=op: getattr(raw, o)(input=x, dimension=-1), row, grad=False)

# Shape and order of axes
image = ['N', 5, 6, 2]
case('Reshape', lambda x: raw.Reshape(tensor=x, shape=[-1, 15]), row)


def flattened(x):
    return tf.reshape(x, tf.stack([tf.shape(x)[0], 60]))


case('Shape, StridedSlice, Pack, Reshape', flattened, image)
case('Reshape by lengths of the value', lambda x: tf.reshape(x, tf.concat([tf.shape(x)[:1], [30], tf.shape(x)[3:]], 0)), image)
case('Reshape by a product of lengths', lambda x: tf.reshape(x, tf.stack([tf.shape(x)[0], tf.reduce_prod(tf.shape(x)[1:3]), 2])), image)
case('Squeeze', lambda x: raw.Squeeze(input=x, axis=[1, 2]), ['N', 1, 1, 4])
case('Squeeze from the end', lambda x: raw.Squeeze(input=x, axis=[-1]), ['N', 3, 1])
case('Squeeze of all', lambda x: raw.Squeeze(input=x), ['N', 1, 3, 1])
case('ExpandDims', lambda x: raw.ExpandDims(input=x, axis=-2), row)
case('Transpose', lambda x: raw.Transpose(x=x, perm=[0, 3, 1, 2]), image)
case('Transpose by computed axes', lambda x: tf.transpose(x, tf.concat([[0], tf.range(2, 4), [1]], 0)), image)
case('Transpose of all axes', lambda x: tf.transpose(x, raw.Sub(x=raw.Sub(x=raw.Rank(input=x), y=1), y=raw.Range(start=0, limit=raw.Rank(input=x), delta=1))), [2, 3, 4])
case('Tile', lambda x: raw.Tile(input=x, multiples=[1, 2, 3]), ['N', 2, 2])
case('BroadcastTo', lambda x: raw.BroadcastTo(input=x, shape=[2, 3, 5]), [2, 1, 5])
case('BroadcastTo of a constant by the batch', lambda x: tf.concat([tf.broadcast_to(const([1, 1, 5]), tf.stack([tf.shape(x)[0], 1, 5])), x], 1), row)
case('EnsureShape', lambda x: raw.EnsureShape(input=x, shape=[None, 3, 5]), row)

# Sizes and numbers in a row
case('Shape', lambda x: raw.Cast(x=raw.Shape(input=x), DstT=tf.float32)[1:] * x[:, :2, 0], row)
case('ShapeN', lambda x, y: x * tf.cast(raw.ShapeN(input=[x, y])[1][1], tf.float32), row, ['N', 4])
case('Rank', lambda x: x * raw.Cast(x=raw.Rank(input=x), DstT=tf.float32), row)
case('Size', lambda x: x / raw.Cast(x=raw.Size(input=x), DstT=tf.float32), row)
case('Fill', lambda x: x * raw.Fill(dims=[3, 5], value=0.5), row)
case('Fill by the value', lambda x: x * raw.Fill(dims=raw.Shape(input=x), value=0.5), row)
case('Range', lambda x: x * tf.cast(raw.Range(start=1, limit=tf.shape(x)[2] + 1, delta=1), tf.float32), row)
case('Range of floats', lambda x: x * raw.Range(start=0.5, limit=3.0, delta=0.5), row)
case('LinSpace', lambda x: x * raw.LinSpace(start=-1.0, stop=2.0, num=5), row)
case('OnesLike', lambda x: x + 2.0 * raw.OnesLike(x=x), row)
case('ZerosLike', lambda x: raw.Maximum(x=x, y=raw.ZerosLike(x=x)), row)
case('OneHot', lambda x: raw.OneHot(indices=raw.ArgMax(input=x, dimension=1), depth=6, on_value=2.0, off_value=-1.0), row, grad=False)
case('OneHot in front', lambda x: raw.OneHot(indices=raw.ArgMax(input=x, dimension=1), depth=3, on_value=1.0, off_value=0.0, axis=1), row, grad=False)
case('InvertPermutation', lambda x: tf.transpose(x, raw.InvertPermutation(x=[0, 2, 3, 1])), image)

# Joining and splitting
case('ConcatV2', lambda x, y: raw.ConcatV2(values=[x, y, x], axis=-1), ['N', 2, 3, 2], (['N', 2, 3, 3], tf.float32, 1.0, 2.0))
case('Concat', lambda x, y: raw.Concat(values=[x, y], concat_dim=3), ['N', 2, 3, 2], (['N', 2, 3, 3], tf.float32, 1.0, 2.0))
case('Pack', lambda x, y: raw.Pack(values=[x, y], axis=1), row, second)
case('Pack at the end', lambda x, y: raw.Pack(values=[x, y], axis=-1), row, second)
case('Unpack', lambda x: raw.Unpack(value=x, num=3, axis=1), row)
case('Unpack, the second', lambda x: raw.Unpack(value=x, num=5, axis=-1)[1] * 2.0, row)
case('Split', lambda x: raw.Split(value=x, axis=3, num_split=2), ['N', 3, 3, 4])
case('Split, the second', lambda x: raw.Split(value=x, axis=-1, num_split=2)[1] * 2.0, ['N', 3, 3, 4])
case('SplitV', lambda x: raw.SplitV(value=x, size_splits=[1, 2, 2], axis=-1, num_split=3), row)
case('SplitV of the rest', lambda x: raw.SplitV(value=x, size_splits=[1, -1], axis=-1, num_split=2)[1] * 2.0, row)
case('Split grouped convolution', lambda x: tf.concat([tf.nn.conv2d(part, const([3, 3, 2, 2], i), 1, 'SAME') for i, part in enumerate(tf.split(x, 2, 3))], 3), ['N', 4, 4, 4])

# Parts of a value
case('Slice', lambda x: raw.Slice(input=x, begin=[0, 1, 0, 0], size=[-1, 2, 3, -1]), image)
case('Slice by lengths of the value', lambda x: raw.Slice(input=x, begin=[0, 1, 1], size=tf.stack([tf.shape(x)[0], 2, -1])), row)
case('StridedSlice', lambda x: x[:, 1:4, ::2, -1:], image)
case('StridedSlice to one', lambda x: x[:, 2, -1], image)
case('StridedSlice backwards', lambda x: x[:, ::-1, 4:1:-2], image)
case('StridedSlice with an ellipsis', lambda x: x[:, 1:, ..., 1], image)
case('StridedSlice with a new axis', lambda x: x[:, None, 1:3, ..., None, :1], image)
case('StridedSlice of the first row', lambda x: x[:, 0], row)
case('StridedSlice by computed ends', lambda x: x[:, :tf.shape(x)[1] - 2, tf.shape(x)[2] - 3:], image)
case('StridedSlice at a computed place', lambda x: x[:, tf.shape(x)[1] - 2], image)
case('StridedSlice only new axes', lambda x: x[..., None, None], row)
case('ReverseV2', lambda x: raw.ReverseV2(tensor=x, axis=[1, -1]), image)
case('Roll', lambda x: raw.Roll(input=x, shift=[2, -1], axis=[1, 2]), image)
case('Roll by more than there is', lambda x: raw.Roll(input=x, shift=[7], axis=[1]), image)

# Picking by index
case('Gather', lambda x: raw.Gather(params=const([6, 3]), indices=raw.ArgMax(input=x, dimension=2)), row, grad=False)
case('GatherV2', lambda x: raw.GatherV2(params=x, indices=[2, 0, 0, -0], axis=1), row)
case('GatherV2 by one', lambda x: raw.GatherV2(params=x, indices=1, axis=2), row)
case('GatherV2 by batch', lambda x: raw.GatherV2(params=x, indices=tf.constant([[2, 0], [1, 1]]), axis=1, batch_dims=1), [2, 3, 5])
case('GatherNd', lambda x: raw.GatherNd(params=x, indices=tf.constant([[0, 2], [1, 1], [0, 0]])), [2, 3, 5])
case('ResourceGather', lambda x: raw.GatherV2(params=sample([6, 3], 7), indices=raw.ArgMax(input=x, dimension=2), axis=0), row, grad=False,
     nodes=[['i', 'ArgMax', ['x', 'two'], {}], ['y', 'ResourceGather', ['table', 'i'], {}]], constants={'table': sample([6, 3], 7), 'two': np.int32(2)})
case('ScatterNd', lambda x: raw.ScatterNd(indices=tf.constant([[1], [3], [1]]), updates=x, shape=[5, 4]), [3, 4])
case('TensorScatterUpdate', lambda x: raw.TensorScatterUpdate(tensor=x, indices=tf.constant([[1], [0]]), updates=const([2, 4])), [3, 4])
case('TopKV2', lambda x: raw.TopKV2(input=x, k=3), row)

# Padding
case('Pad', lambda x: raw.Pad(input=x, paddings=[[0, 0], [1, 2], [0, 1], [0, 0]]), image)
case('Pad by computed paddings', lambda x: raw.Pad(input=x, paddings=tf.stack([[0, 0], tf.stack([1, tf.shape(x)[1] % 3]), [0, 1], [0, 0]])), image)
case('PadV2', lambda x: raw.PadV2(input=x, paddings=[[0, 0], [1, 2], [0, 1], [0, 0]], constant_values=-1.5), image)
case('MirrorPad REFLECT', lambda x: raw.MirrorPad(input=x, paddings=[[0, 0], [1, 2], [3, 1], [0, 0]], mode='REFLECT'), image)
case('MirrorPad SYMMETRIC', lambda x: raw.MirrorPad(input=x, paddings=[[0, 0], [1, 2], [6, 0], [0, 0]], mode='SYMMETRIC'), image)

# Resizing and image blocks
small = ['N', 4, 3, 2]
for op in ('ResizeBilinear', 'ResizeNearestNeighbor', 'ResizeBicubic'):
    for flags in ({}, {'align_corners': True}, {'half_pixel_centers': True}):
        size = [8, 6] if op == 'ResizeBicubic' and not flags.get('align_corners') else [7, 9] if op == 'ResizeBicubic' else [7, 5]
        case(f'{op} {" ".join(flags)}', lambda x, o=op, f=flags, s=size: getattr(raw, o)(images=x, size=s, **f), small)
    case(f'{op} smaller', lambda x, o=op: getattr(raw, o)(images=x, size=[2, 4], half_pixel_centers=True), ['N', 4, 8, 1])
case('ResizeBilinear by lengths of the value', lambda x: raw.ResizeBilinear(images=x, size=tf.shape(x)[1:3] * 2), small)
case('DepthToSpace', lambda x: raw.DepthToSpace(input=x, block_size=2), ['N', 2, 3, 8])
case('SpaceToDepth', lambda x: raw.SpaceToDepth(input=x, block_size=2), ['N', 4, 6, 3])

# Patches and blocks in the batch
case('ExtractImagePatches VALID', lambda x: raw.ExtractImagePatches(images=x, ksizes=[1, 2, 3, 1], strides=[1, 2, 3, 1], rates=[1, 1, 1, 1], padding='VALID'), image)
case('ExtractImagePatches SAME', lambda x: raw.ExtractImagePatches(images=x, ksizes=[1, 2, 2, 1], strides=[1, 2, 2, 1], rates=[1, 2, 2, 1], padding='SAME'), image)
case('SpaceToBatchND', lambda x: raw.SpaceToBatchND(input=x, block_shape=[2, 3], paddings=[[1, 0], [0, 0]]), [2, 5, 6, 2], free=False)
case('SpaceToBatchND along one axis', lambda x: raw.SpaceToBatchND(input=x, block_shape=[2], paddings=[[0, 1]]), [2, 5, 3], free=False)
case('BatchToSpaceND', lambda x: raw.BatchToSpaceND(input=x, block_shape=[2, 3], crops=[[1, 0], [0, 2]]), [6, 3, 2, 2], free=False)
for padding in ('SAME', 'VALID'):
    case(f'dilated Conv2D {padding}', lambda x, p=padding: raw.BatchToSpaceND(
        input=raw.Conv2D(input=raw.SpaceToBatchND(input=x, block_shape=[2, 2], paddings=[[2, 3], [2, 2]] if p == 'SAME' else [[0, 1], [0, 0]]), filter=const([3, 3, 2, 3]), strides=[1, 1, 1, 1], padding='VALID'),
        block_shape=[2, 2], crops=[[0, 1], [0, 0]]), image)
case('dilated DepthwiseConv2dNative', lambda x: raw.BatchToSpaceND(
    input=raw.DepthwiseConv2dNative(input=raw.SpaceToBatchND(input=x, block_shape=[2, 2], paddings=[[2, 3], [2, 2]]), filter=const([3, 3, 2, 1]), strides=[1, 1, 1, 1], padding='VALID'),
    block_shape=[2, 2], crops=[[0, 1], [0, 0]]), image)


def dilated_by_size(x):
    more = tf.math.floormod(-(tf.shape(x)[1] + 4), 2)
    return raw.BatchToSpaceND(
        input=raw.Conv2D(input=raw.SpaceToBatchND(input=x, block_shape=[2, 2], paddings=tf.stack([tf.stack([2, 2 + more]), [2, 2]])), filter=const([3, 3, 2, 3]), strides=[1, 1, 1, 1], padding='VALID'),
        block_shape=[2, 2], crops=tf.stack([tf.stack([0, more]), [0, 0]]))


case('dilated Conv2D by the size of the image', dilated_by_size, image)
case('Conv2D between blocks with more', lambda x: raw.BatchToSpaceND(
    input=tf.nn.relu(raw.Conv2D(input=raw.SpaceToBatchND(input=x, block_shape=[2, 2], paddings=[[2, 3], [2, 2]]), filter=const([3, 3, 2, 3]), strides=[1, 1, 1, 1], padding='VALID')),
    block_shape=[2, 2], crops=[[0, 1], [0, 0]]), [2, 5, 6, 2], free=False)

# Quantisation
spread = (row, tf.float32, 7.3)
case('FakeQuantWithMinMaxArgs', lambda x: raw.FakeQuantWithMinMaxArgs(inputs=x), spread)
case('FakeQuantWithMinMaxArgs narrow', lambda x: raw.FakeQuantWithMinMaxArgs(inputs=x, min=-5.0, max=3.1, num_bits=4, narrow_range=True), spread)
case('FakeQuantWithMinMaxVars', lambda x: raw.FakeQuantWithMinMaxVars(inputs=x, min=-2.0, max=6.0), spread)
case('FakeQuantWithMinMaxVars of 12 bits', lambda x: raw.FakeQuantWithMinMaxVars(inputs=x, min=0.0, max=6.0, num_bits=12), spread)
case('FakeQuantWithMinMaxVarsPerChannel', lambda x: raw.FakeQuantWithMinMaxVarsPerChannel(inputs=x, min=[-1.0, -2.0, 0.0, -6.0, -0.5], max=[1.0, 3.0, 6.0, 6.0, 0.25]), spread)

# Element types
case('Cast to integers', lambda x: raw.Cast(x=raw.Cast(x=x, DstT=tf.int32), DstT=tf.float32) * x, (row, tf.float32, 3.0))
case('Cast of truth', lambda x: raw.Cast(x=x > 0, DstT=tf.float32) * x, row)
case('Cast to half', lambda x: x * raw.Cast(x=raw.Cast(x=tf.constant([0.5, 1.0, -2.0, 0.25, 4.0]), DstT=tf.float16), DstT=tf.float32), row)
case('Cast of bytes', lambda x: raw.Cast(x=x, DstT=tf.float32) * 0.5, (['N', 3], tf.uint8, 200.0), grad=False)

# Structure
for op in ('Identity', 'StopGradient', 'PreventGradient', 'Snapshot'):
    case(op, lambda x, o=op: getattr(raw, o)(input=x) * 2.0, row, grad=op == 'Identity')
case('IdentityN', lambda x, y: raw.IdentityN(input=[x, y])[1] * x, row, second, grad=True)
case('CheckNumerics', lambda x: raw.CheckNumerics(tensor=x, message='') * 2.0, row)
case('PlaceholderWithDefault', lambda x: raw.PlaceholderWithDefault(input=x, shape=[None, 3, 5]) * 2.0, row)
case('ReadVariableOp', lambda x: x * sample([5], 7), row, nodes=[['r', 'ReadVariableOp', ['w'], {}], ['y', 'Mul', ['x', 'r'], {}]], constants={'w': sample([5], 7)})

# Several together
def flattened_half(x):
    return tf.reshape(x, tf.stack([tf.shape(x)[0], 36]))


def layer_normalised(x):
    mean = tf.reduce_mean(x, -1, keepdims=True)
    variance = tf.reduce_mean(tf.math.squared_difference(x, mean), -1, keepdims=True)
    scale = tf.math.rsqrt(variance + 1e-3) * const([5], 1)
    return x * scale + (const([5], 2) - mean * scale)


for name, offset, scale in (('', 2, 1), (' without a scale', 2, None), (' without an offset', None, 1)):
    case(f'batch normalisation in pieces{name}', lambda x, p=(offset, scale): tf.nn.batch_normalization(x, const([2], 3), const([2], 4, 0.4, 0.6), *[None if seed is None else const([2], seed) for seed in p], 1e-3), ['N', 2, 3, 2])
case('layer normalisation in pieces', layer_normalised, row)
case('hard-swish in pieces', lambda x: x * tf.nn.relu6(x + 3.0) * (1 / 6), (row, tf.float32, 4.0))
case('gelu in pieces', lambda x: tf.nn.gelu(x), row)
case('a small network', lambda x: tf.nn.softmax(tf.matmul(flattened_half(tf.nn.max_pool2d(tf.nn.relu(tf.nn.bias_add(tf.nn.conv2d(x, const([3, 3, 2, 4]), 1, 'SAME'), const([4], 2))), 2, 2, 'SAME')), const([36, 3], 3))), image)

write(sys.argv[1] if len(sys.argv) > 1 else 'test/data/tensorflow/operators.json')
