"""Writes test/data/keras/layers.json.gz: small Keras models with what Keras itself computes of them.

    python -m venv venv && venv/bin/pip install tensorflow-cpu==2.21.0 keras==3.15.1 && venv/bin/python scripts/makeKerasCases.py

A case is a model's description (without initialisers and other settings of training), the names and shapes of its weights, and for sample
inputs and weights (see `sample`) the output and the gradient of the output, weighted by another sample, by the first input.
"""

import base64
import gzip
import json
import os
import sys

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
os.environ['CUDA_VISIBLE_DEVICES'] = ''

import keras
import numpy as np
import tensorflow as tf
from keras import layers as L
from keras import ops

cases = []
training = ('_initializer', '_regularizer', '_constraint')
other = ('dtype', 'trainable', 'build_config', 'compile_config', 'seed', 'shared_object_id', 'registered_name')


def sample(dims, seed=0.0, scale=1.0):
    count = int(np.prod(dims)) if len(dims) else 1
    return (np.sin(1.7 * np.arange(count) + 0.3 + seed) * scale).astype(np.float32).reshape(dims)


def plain(value):
    if isinstance(value, dict):
        keep = {k: v for k, v in value.items() if k not in other and not k.endswith(training) and v is not None}
        # What tells a layer from a function, and a custom class from Keras' own.
        if value.get('registered_name') and '>' in value['registered_name']:
            keep['registered_name'] = value['registered_name']
        return {k: plain(v) for k, v in keep.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    return value


def encoded(array):
    array = np.ascontiguousarray(array, dtype=np.float32)
    return [list(array.shape), base64.b64encode(array.tobytes()).decode()]


def case(name, function, *shapes, grad=True, scale=1.0, offset=0.0):
    keras.backend.clear_session()
    inputs = [keras.Input(shape, name=f'input{i or ""}') for i, shape in enumerate(shapes)]
    outputs = function(*inputs)
    model = keras.Model(inputs, outputs)
    weights = []
    for i, variable in enumerate(model.weights):
        seed = float(i + 1)
        values = sample(variable.shape, seed, 0.5)
        positive = any(variable.path.endswith(end) for end in ('variance', 'gamma'))
        if positive:
            values = np.abs(values) + 0.5
        if 'int' not in str(variable.dtype):
            variable.assign(values.astype(variable.dtype))
        weights.append([variable.path, list(variable.shape), seed, bool(positive)])
    for layer in model.layers:
        if hasattr(layer, 'finalize_state'):
            layer.finalize_state()
    feeds = [tf.constant(sample((2, *shape), float(i), scale) + np.float32(offset)) for i, shape in enumerate(shapes)]
    with tf.GradientTape() as tape:
        tape.watch(feeds[0])
        result = model(feeds if len(feeds) > 1 else feeds[0], training=False)
        first = result[0] if isinstance(result, (list, tuple)) else result
        score = tf.reduce_sum(tf.cast(first, tf.float32) * sample(first.shape, 5.0))
    record = {
        'name': name,
        'config': plain(json.loads(model.to_json())),
        'weights': weights,
        'inputs': [[2, *shape] for shape in shapes],
        'scale': scale,
        'offset': offset,
        'output': encoded(first.numpy()),
    }
    if grad:
        record['gradient'] = encoded(tape.gradient(score, feeds[0]).numpy())
    cases.append(record)


image = (5, 6, 2)
line = (5, 4)

# Convolutions
for padding in ('same', 'valid'):
    case(f'Conv2D {padding}', L.Conv2D(3, (2, 3), padding=padding, activation='relu', name='a'), image)
    case(f'Conv2D {padding} strided', L.Conv2D(3, 3, strides=2, padding=padding, use_bias=False, name='a'), image)
    case(f'DepthwiseConv2D {padding}', L.DepthwiseConv2D(3, strides=2, padding=padding, depth_multiplier=2, name='a'), image)
    case(f'SeparableConv2D {padding}', L.SeparableConv2D(3, 3, strides=2, padding=padding, depth_multiplier=2, activation='tanh', name='a'), image)
    for strides in (1, 2, 3):
        case(f'Conv2DTranspose {padding} {strides}', L.Conv2DTranspose(3, 2, strides=strides, padding=padding, name='a'), (3, 4, 2))
    case(f'Conv2DTranspose {padding} output_padding', L.Conv2DTranspose(3, 3, strides=2, padding=padding, output_padding=1, name='a'), (3, 4, 2))
case('Conv2D dilated', L.Conv2D(3, 2, dilation_rate=2, padding='same', name='a'), image, grad=False)
case('Conv2D in groups', L.Conv2D(4, 2, groups=2, name='a'), (4, 4, 4), grad=False)

# Dense layers
case('Dense of vectors', L.Dense(3, activation='softmax', name='a'), (4,))
case('Dense of lines', L.Dense(3, name='a'), line)
case('Dense of images without bias', L.Dense(3, use_bias=False, activation='gelu', name='a'), image)
case('EinsumDense', L.EinsumDense('abc,cd->abd', output_shape=(None, 3), bias_axes='d', activation='relu', name='a'), line)
case('EinsumDense in heads', L.EinsumDense('abc,cde->abde', output_shape=(None, 2, 3), bias_axes='de', name='a'), line)
case('Embedding', lambda x: L.Embedding(5, 3, name='a')(ops.cast(ops.round(ops.abs(x) * 4), 'int32')), line, grad=False)
from keras.src.applications.convnext import LayerScale
from keras.src.applications.inception_resnet_v2 import CustomScaleLayer

case('LayerScale', lambda x: LayerScale(0.5, 2, name='a')(x), image)
case('CustomScaleLayer', lambda x: CustomScaleLayer(scale=0.2, name='a')([x, L.Conv2D(2, 1, name='b')(x)]), image)

# Pooling
for padding in ('same', 'valid'):
    case(f'MaxPooling2D {padding}', L.MaxPooling2D(3, strides=2, padding=padding, name='a'), image)
    case(f'AveragePooling2D {padding}', L.AveragePooling2D(3, strides=2, padding=padding, name='a'), image)
    case(f'MaxPooling1D {padding}', L.MaxPooling1D(2, padding=padding, name='a'), line)
    case(f'AveragePooling1D {padding}', L.AveragePooling1D(2, padding=padding, name='a'), line)
for keep in (False, True):
    case(f'GlobalAveragePooling2D {keep}', L.GlobalAveragePooling2D(keepdims=keep, name='a'), image)
    case(f'GlobalMaxPooling2D {keep}', L.GlobalMaxPooling2D(keepdims=keep, name='a'), image)
    case(f'GlobalAveragePooling1D {keep}', L.GlobalAveragePooling1D(keepdims=keep, name='a'), line)
    case(f'GlobalMaxPooling1D {keep}', L.GlobalMaxPooling1D(keepdims=keep, name='a'), line)
case('AdaptiveAveragePooling2D', L.AdaptiveAveragePooling2D((2, 3), name='a'), (4, 6, 2))
case('AdaptiveMaxPooling2D', L.AdaptiveMaxPooling2D((2, 3), name='a'), (4, 6, 2))

# Normalisation
case('BatchNormalization', L.BatchNormalization(name='a'), image)
case('BatchNormalization of vectors', L.BatchNormalization(scale=False, epsilon=0.1, name='a'), (4,))
case('BatchNormalization of lines', L.BatchNormalization(center=False, name='a'), line)
case('BatchNormalization axis 1', L.BatchNormalization(axis=1, name='a'), image)
case('LayerNormalization', L.LayerNormalization(name='a'), line)
case('LayerNormalization of images', L.LayerNormalization(scale=False, epsilon=1e-6, name='a'), (3, 4, 4))
case('LayerNormalization of two axes', L.LayerNormalization(axis=[1, 2], name='a'), image)
case('LayerNormalization rms', L.LayerNormalization(rms_scaling=True, name='a'), line)
case('GroupNormalization', L.GroupNormalization(2, name='a'), (3, 4, 4))
case('GroupNormalization of each channel', L.GroupNormalization(-1, center=False, name='a'), (3, 4, 4))
case('UnitNormalization', L.UnitNormalization(name='a'), image)
case('RMSNormalization', L.RMSNormalization(name='a'), line)

# Activations
for name in ('linear', 'relu', 'relu6', 'leaky_relu', 'sigmoid', 'tanh', 'softmax', 'log_softmax', 'softplus', 'softsign', 'elu', 'celu', 'selu', 'exponential', 'mish', 'hard_sigmoid', 'hard_silu', 'hard_swish', 'silu', 'swish', 'gelu', 'hard_tanh', 'hard_shrink', 'soft_shrink', 'tanh_shrink', 'log_sigmoid', 'squareplus', 'sparse_sigmoid', 'sparse_plus', 'threshold'):
    if name in ('threshold',):
        continue
    case(f'Activation {name}', L.Activation(name, name='a'), line, scale=4.0)
case('ReLU', L.ReLU(name='a'), line)
case('ReLU with all settings', L.ReLU(max_value=2.0, negative_slope=0.1, threshold=0.5, name='a'), line, scale=4.0)
case('ReLU with a slope', L.ReLU(negative_slope=0.2, name='a'), line)
case('ReLU with a ceiling', L.ReLU(max_value=0.5, name='a'), line)
case('LeakyReLU', L.LeakyReLU(name='a'), line)
case('LeakyReLU as activation', L.Dense(3, activation=L.LeakyReLU(negative_slope=0.1), name='a'), line)
case('ELU', L.ELU(alpha=0.5, name='a'), line)
case('PReLU', L.PReLU(name='a'), line)
case('PReLU with shared axes', L.PReLU(shared_axes=[1, 2], name='a'), image)
case('Softmax', L.Softmax(axis=1, name='a'), line)
case('Softmax of two axes', L.Softmax(axis=(1, 2), name='a'), line)

# Shapes
case('Flatten', lambda x: L.Dense(3, name='b')(L.Flatten(name='a')(x)), image)
case('Flatten channels_first', L.Flatten(data_format='channels_first', name='a'), image)
case('Reshape', L.Reshape((3, -1, 2), name='a'), image)
case('Permute', L.Permute((3, 1, 2), name='a'), image)
case('RepeatVector', L.RepeatVector(3, name='a'), (4,))
case('ZeroPadding2D', L.ZeroPadding2D(((1, 2), (0, 3)), name='a'), image)
case('ZeroPadding2D alike', L.ZeroPadding2D(2, name='a'), image)
case('ZeroPadding1D', L.ZeroPadding1D((1, 2), name='a'), line)
case('Cropping2D', L.Cropping2D(((1, 1), (0, 2)), name='a'), image)
case('Cropping1D', L.Cropping1D((1, 2), name='a'), line)
case('UpSampling2D nearest', L.UpSampling2D((2, 3), name='a'), image)
case('UpSampling2D bilinear', L.UpSampling2D(2, interpolation='bilinear', name='a'), image)
case('UpSampling1D', L.UpSampling1D(3, name='a'), line)

# Merging
for kind in ('Add', 'Subtract', 'Multiply', 'Average', 'Maximum', 'Minimum', 'Concatenate'):
    case(kind, lambda x, y, kind=kind: getattr(L, kind)(name='a')([x, y]), image, image)
case('Add of three', lambda x, y, z: L.Add(name='a')([x, y, z]), line, line, line)
case('Concatenate axis 1', lambda x, y: L.Concatenate(axis=1, name='a')([x, y]), image, image)
case('Multiply by each channel', lambda x, y: L.Multiply(name='a')([x, y]), image, (1, 1, 2))
case('Dot', lambda x, y: L.Dot(axes=2, name='a')([x, y]), line, line)
case('Dot of vectors', lambda x, y: L.Dot(axes=1, normalize=True, name='a')([x, y]), (4,), (4,))

# Attention
case('MultiHeadAttention', lambda x: L.MultiHeadAttention(2, 3, name='a')(x, x), line)
case('MultiHeadAttention of two values', lambda x, y: L.MultiHeadAttention(2, 3, value_dim=2, use_bias=False, output_shape=5, name='a')(x, y), line, (3, 4))
case('MultiHeadAttention of images', lambda x: L.MultiHeadAttention(2, 3, attention_axes=(1, 2), name='a')(x, x), (2, 3, 2))
case('GroupedQueryAttention', lambda x: L.GroupQueryAttention(3, 4, 2, name='a')(x, x), line)
case('Attention', lambda x, y: L.Attention(use_scale=True, name='a')([x, y]), line, line)
case('AdditiveAttention', lambda x, y: L.AdditiveAttention(name='a')([x, y]), line, line)

# Preprocessing
case('Rescaling', L.Rescaling(1 / 127.5, offset=-1, name='a'), image)
case('Rescaling by channel', L.Rescaling([0.5, 2.0], offset=[1.0, -1.0], name='a'), image)
case('Normalization', L.Normalization(mean=[0.1, -0.2], variance=[0.5, 2.0], name='a'), image)
case('Normalization learnt', L.Normalization(name='a'), image)
case('Normalization inverted', L.Normalization(mean=0.3, variance=2.0, invert=True, axis=None, name='a'), image)
# TensorFlow rounds the places that bicubic pixels are read from to 1/1024: doubled lengths are exact.
for kind, size in (('nearest', (7, 4)), ('bilinear', (7, 4)), ('bicubic', (10, 12))):
    case(f'Resizing {kind}', lambda x, kind=kind, size=size: L.Conv2D(2, 1, name='b')(L.Resizing(*size, interpolation=kind, name='a')(x)), image)
case('Resizing cropped', L.Resizing(4, 4, crop_to_aspect_ratio=True, name='a'), (5, 8, 2))
case('Resizing padded', L.Resizing(4, 4, pad_to_aspect_ratio=True, fill_value=0.5, name='a'), (5, 8, 2))
case('CenterCrop', L.CenterCrop(2, 3, name='a'), image)
case('CenterCrop of small images', L.CenterCrop(8, 4, name='a'), image)

# In training only
for kind, made in (
    ('Dropout', L.Dropout(0.5)), ('SpatialDropout2D', L.SpatialDropout2D(0.5)), ('AlphaDropout', L.AlphaDropout(0.5)), ('GaussianDropout', L.GaussianDropout(0.5)), ('GaussianNoise', L.GaussianNoise(0.5)), ('ActivityRegularization', L.ActivityRegularization(0.1)), ('Identity', L.Identity()), ('RandomBrightness', L.RandomBrightness(0.1)), ('RandomContrast', L.RandomContrast(0.1)), ('RandomFlip', L.RandomFlip()), ('RandomRotation', L.RandomRotation(0.1)), ('RandomTranslation', L.RandomTranslation(0.1, 0.1)), ('RandomZoom', L.RandomZoom(0.1)), ('RandomCrop', None), ('RandomShear', L.RandomShear(0.1, 0.1)), ('RandomHue', None), ('RandomErasing', L.RandomErasing(0.5)), ('RandomGaussianBlur', L.RandomGaussianBlur(0.5)), ('RandomPerspective', L.RandomPerspective(0.5)),
):
    if made is not None:
        case(kind, made, image)
for kind in ('RandomColorDegeneration', 'RandomColorJitter', 'RandomGrayscale', 'RandomHue', 'RandomInvert', 'RandomPosterization', 'RandomSaturation', 'RandomSharpness', 'RandomElasticTransform', 'AugMix', 'CutMix', 'MixUp', 'RandAugment'):
    settings = {'RandomColorDegeneration': {'factor': 0.5}, 'RandomColorJitter': {'value_range': (0, 255)}, 'RandomGrayscale': {'factor': 0.5}, 'RandomHue': {'factor': 0.5}, 'RandomInvert': {}, 'RandomPosterization': {'factor': 4}, 'RandomSaturation': {'factor': 0.5}, 'RandomSharpness': {'factor': 0.5}}.get(kind, {})
    try:
        case(kind, getattr(L, kind)(name='a', **settings), (5, 6, 3), scale=0.5, offset=0.5)
    except Exception as error:  # noqa: BLE001 - told, so that the list can be kept right.
        print(kind, 'has no case:', str(error)[:100], file=sys.stderr)
case('SpatialDropout1D', L.SpatialDropout1D(0.5, name='a'), line)
case('SpatialDropout3D', L.SpatialDropout3D(0.5, name='a'), (2, 2, 2, 2))
from keras.src.applications.convnext import StochasticDepth

case('StochasticDepth', lambda x: StochasticDepth(0.5, name='a')(x), image)

# Wrappers
case('TimeDistributed', L.TimeDistributed(L.Conv2D(3, 2, activation='relu', name='b'), name='a'), (2, 3, 4, 2))
case('TimeDistributed dense', L.TimeDistributed(L.Dense(3, name='b'), name='a'), line)
case('SpectralNormalization', L.SpectralNormalization(L.Dense(3, name='b'), name='a'), line)

# Functions
for name, function in {
    'arithmetic': lambda x: (2 - x * 0.5) / (x ** 2 + 3) - ops.maximum(x, 0.1) + ops.minimum(0.3, x),
    'of one value': lambda x: ops.exp(x) + ops.sqrt(ops.abs(x) + 1) + ops.square(x) + ops.log(ops.abs(x) + 2) + ops.sin(x) + ops.cos(x) + ops.rsqrt(x * x + 1) - ops.negative(x),
    'reductions': lambda x: ops.mean(x, axis=(1, 2)) + ops.sum(x, axis=[1, 2]) + ops.max(x, axis=(1, 2)) + ops.min(x, axis=(1, 2)) + ops.var(x, axis=(1, 2)) + ops.std(x, axis=(1, 2)) + ops.logsumexp(x, axis=(1, 2)),
    'kept axes': lambda x: x - ops.mean(x, axis=-1, keepdims=True),
    'reshape': lambda x: ops.reshape(x, (-1, 5, 12)),
    'transpose': lambda x: ops.transpose(x, (0, 3, 1, 2)),
    'moveaxis': lambda x: ops.swapaxes(ops.moveaxis(x, 3, 1), 2, 3),
    'expand and squeeze': lambda x: ops.squeeze(ops.expand_dims(x, 1), 1),
    'concatenate': lambda x: ops.concatenate([x, 2 * x], axis=-1),
    'stack': lambda x: ops.stack([x, x * x], axis=1),
    'split': lambda x: ops.subtract(*ops.split(x, 2, axis=-1)),
    'split by places': lambda x: ops.concatenate(list(reversed(ops.split(x, [1, 4], axis=1))), axis=1),
    'slices': lambda x: x[:, 1:4, ::2, :] + x[:, :3, 0:6:2],
    'slices with indices': lambda x: x[:, 0] * 2 + x[..., -1, :, :],
    'new axes': lambda x: x[:, None, 1, ..., 1:],
    'pad': lambda x: ops.pad(x, [[0, 0], [1, 2], [0, 1], [0, 0]]),
    'clip': lambda x: ops.clip(x, -0.5, 0.5),
    'where': lambda x: ops.where(x > 0, x, x * 0.1),
    'matmul': lambda x: ops.matmul(x, ops.transpose(x, (0, 1, 3, 2))),
    'einsum': lambda x: ops.einsum('bijc,bijd->bcd', x, x),
    'tile and repeat': lambda x: ops.repeat(ops.tile(x, (1, 2, 1, 1)), 2, axis=2),
    'roll': lambda x: ops.roll(x, (1, -2), (1, 2)),
    'flip': lambda x: ops.flip(x, axis=2),
    'norm': lambda x: x / (ops.norm(x, axis=-1, keepdims=True) + 1) + ops.normalize(x, axis=-1),
    'activations': lambda x: ops.relu(x) + ops.relu6(x) + ops.sigmoid(x) + ops.silu(x) + ops.elu(x) + ops.selu(x) + ops.softplus(x) + ops.softsign(x) + ops.leaky_relu(x) + ops.hard_sigmoid(x) + ops.hard_silu(x) + ops.tanh(x) + ops.celu(x),
    'gelu': lambda x: ops.gelu(x) + ops.gelu(x, approximate=False),
    'softmax': lambda x: ops.softmax(x, axis=1) + ops.log_softmax(x),
    'max_pool': lambda x: ops.max_pool(x, 2, 2, padding='same'),
    'average_pool': lambda x: ops.average_pool(x, 3, 2, padding='same'),
    'resize': lambda x: ops.image.resize(x, (3, 4)),
    'cast': lambda x: ops.cast(x > 0, 'float32') * x,
    'cumsum': lambda x: ops.cumsum(x, axis=1),
    'take': lambda x: ops.take(x, [2, 0], axis=1),
    'depth_to_space': lambda x: ops.nn.depth_to_space(ops.concatenate([x, x * 2], axis=-1), 2),
}.items():
    case(f'ops: {name}', function, image, scale=0.9)

# Networks in networks
def shared(x):
    layer = L.Conv2D(2, 3, padding='same', activation='relu', name='twice')
    return L.Add(name='sum')([layer(x), layer(layer(x))])


def nested(x):
    inside = keras.Sequential([keras.Input(image), L.Conv2D(2, 1, name='conv'), L.BatchNormalization(name='norm')], name='inner')
    deeper = keras.Input(image)
    outer = keras.Model(deeper, L.ReLU(name='relu')(inside(deeper)), name='outer')
    return L.Add(name='sum')([outer(x), outer(L.Conv2D(2, 1, name='before')(x))])


case('a shared layer', shared, image)
case('models in models', nested, image)
case('two outputs', lambda x: [L.Dense(3, name='a')(x), L.Dense(2, name='b')(x)], (4,))

path = sys.argv[1] if len(sys.argv) > 1 else 'test/data/keras/layers.json.gz'
os.makedirs(os.path.dirname(path), exist_ok=True)
text = '[\n' + ',\n'.join(json.dumps(record, separators=(',', ':')) for record in cases) + '\n]\n'
with open(path, 'wb') as file:
    # Without a date, so that the same cases give the same file.
    file.write(gzip.compress(text.encode(), mtime=0))
print(f'{len(cases)} cases, {os.path.getsize(path)} bytes')
