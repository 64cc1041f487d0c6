"""Writes test/data/tflite/operators.zip: one small TensorFlow Lite model for each use of an operator, with what TensorFlow Lite's own
interpreter gives for it. Models are built with the schema's own classes, so that each holds exactly one operator with the options named here.

    python scripts/makeTfliteCases.py        # needs tensorflow (or tensorflow-cpu) 2.21
"""
import json
import os
import zipfile

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
import flatbuffers
import numpy as np
import tensorflow as tf
from tensorflow.lite.python import schema_py_generated as s

TYPES = {'float32': 0, 'float16': 1, 'int32': 2, 'uint8': 3, 'int64': 4, 'bool': 6, 'int16': 7, 'int8': 9}
rng = np.random.default_rng(7)
cases = []


def numbers(*shape, low=-3.0, high=3.0):
    return np.round(rng.uniform(low, high, shape), 2).astype(np.float32)


class Tensor:
    """An operand: data that stand in the file, or an input of the model. `q` is (scales, zero points, axis)."""

    def __init__(self, data, constant=False, q=None):
        self.data, self.constant, self.q = np.asarray(data), constant, q


def c(data, dtype=None, q=None):
    return Tensor(np.asarray(data, dtype), True, q)


def ints(*values):
    return c(np.array(values, np.int32))


def quantised(values, scale, zero, dtype, constant=False):
    limits = np.iinfo(dtype)
    q = np.clip(np.round(np.asarray(values) / scale + zero), limits.min, limits.max).astype(dtype)
    return Tensor(q, constant, ([scale], [zero], 0))


def quantisation(q):
    if q is None:
        return None
    parameters = s.QuantizationParametersT()
    parameters.scale, parameters.zeroPoint, parameters.quantizedDimension = list(map(float, q[0])), list(q[1]), q[2]
    return parameters


def option(kind, **fields):
    made = getattr(s, kind + 'T')()
    for key, value in fields.items():
        assert hasattr(made, key), key
        setattr(made, key, value)
    return getattr(s.BuiltinOptions, kind), made


def build(op, operands, outputs, options, shapes):
    model = s.ModelT()
    model.version, model.buffers = 3, [s.BufferT()]
    code = s.OperatorCodeT()
    code.builtinCode = getattr(s.BuiltinOperator, op)
    code.deprecatedBuiltinCode = min(code.builtinCode, 127)
    code.version = VERSIONS.get(op, 1)
    model.operatorCodes = [code]
    graph, operator = s.SubGraphT(), s.OperatorT()
    graph.tensors, graph.operators, graph.inputs, graph.outputs = [], [operator], [], []
    operator.inputs, operator.outputs = [], []
    for index, operand in enumerate(operands):
        if operand is None:
            operator.inputs.append(-1)
            continue
        tensor = s.TensorT()
        tensor.name, tensor.shape = f'x{index}', list(operand.data.shape)
        tensor.type, tensor.quantization = TYPES[operand.data.dtype.name], quantisation(operand.q)
        tensor.hasRank = True
        place = len(graph.tensors)
        if operand.constant:
            buffer = s.BufferT()
            buffer.data = np.frombuffer(operand.data.tobytes(), np.uint8)
            tensor.buffer = len(model.buffers)
            model.buffers.append(buffer)
        else:
            tensor.buffer = 0
            graph.inputs.append(place)
        operator.inputs.append(place)
        graph.tensors.append(tensor)
    for index, (dtype, q) in enumerate(outputs):
        tensor = s.TensorT()
        tensor.name, tensor.buffer = f'y{index}', 0
        tensor.type, tensor.quantization = TYPES[dtype], quantisation(q)
        tensor.shape = list(shapes[index]) if shapes else []
        tensor.hasRank = bool(shapes)
        graph.outputs.append(len(graph.tensors))
        operator.outputs.append(len(graph.tensors))
        graph.tensors.append(tensor)
    if options:
        operator.builtinOptionsType, operator.builtinOptions = options
    model.subgraphs = [graph]
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b'TFL3')
    return bytes(builder.Output())


def run(content, operands):
    resolver = tf.lite.experimental.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    interpreter = tf.lite.Interpreter(model_content=content, experimental_op_resolver_type=resolver)
    interpreter.allocate_tensors()
    given = [operand.data for operand in operands if operand is not None and not operand.constant]
    for detail, data in zip(interpreter.get_input_details(), given):
        interpreter.set_tensor(detail['index'], data)
    interpreter.invoke()
    return [interpreter.get_tensor(detail['index']) for detail in interpreter.get_output_details()]


VERSIONS = {}


def case(title, op, operands, options=None, outputs=None, version=None):
    operands = [operand if operand is None or isinstance(operand, Tensor) else Tensor(operand) for operand in operands]
    outputs = [(each, None) if isinstance(each, str) else each for each in outputs or ['float32']]
    if version:
        VERSIONS[op] = version
    results = run(build(op, operands, outputs, options, None), operands)
    content = build(op, operands, outputs, options, [result.shape for result in results])
    VERSIONS.pop(op, None)
    cases.append((f'{op} {title}'.strip(), content, operands, results))


image = numbers(1, 7, 6, 4)
flat = numbers(2, 5)
same, valid = 0, 1


def convolutions():
    w, b = numbers(3, 3, 3, 4), numbers(3)
    conv = dict(strideW=1, strideH=1, dilationWFactor=1, dilationHFactor=1, fusedActivationFunction=0, padding=same)
    case('', 'CONV_2D', [image, c(w), c(b)], option('Conv2DOptions', **conv))
    for activation in (1, 2, 3):
        case(f'fused with activation {activation}', 'CONV_2D', [image, c(w), c(b)], option('Conv2DOptions', **{**conv, 'fusedActivationFunction': activation}))
    case('valid, strides', 'CONV_2D', [image, c(w), c(b)], option('Conv2DOptions', **{**conv, 'padding': valid, 'strideW': 2, 'strideH': 3}))
    case('same, strides', 'CONV_2D', [image, c(w), c(b)], option('Conv2DOptions', **{**conv, 'strideW': 2, 'strideH': 2}))
    case('dilated', 'CONV_2D', [image, c(w), c(b)], option('Conv2DOptions', **{**conv, 'dilationWFactor': 2, 'dilationHFactor': 1}))
    case('grouped', 'CONV_2D', [image, c(numbers(6, 3, 3, 2)), c(numbers(6))], option('Conv2DOptions', **conv), version=6)
    depthwise = dict(strideW=1, strideH=1, dilationWFactor=1, dilationHFactor=1, fusedActivationFunction=0, padding=same, depthMultiplier=1)
    case('', 'DEPTHWISE_CONV_2D', [image, c(numbers(1, 3, 3, 4)), c(numbers(4))], option('DepthwiseConv2DOptions', **depthwise))
    multiplied = {**depthwise, 'depthMultiplier': 3, 'strideW': 2, 'strideH': 2, 'fusedActivationFunction': 3}
    case('multiplied', 'DEPTHWISE_CONV_2D', [image, c(numbers(1, 3, 2, 12)), c(numbers(12))], option('DepthwiseConv2DOptions', **multiplied))
    dilated = {**depthwise, 'dilationWFactor': 2, 'dilationHFactor': 2, 'padding': valid}
    case('dilated', 'DEPTHWISE_CONV_2D', [image, c(numbers(1, 2, 2, 4)), c(numbers(4))], option('DepthwiseConv2DOptions', **dilated), version=2)
    transpose = dict(padding=same, strideW=2, strideH=2, fusedActivationFunction=0)
    w = c(numbers(3, 3, 3, 4))
    case('same', 'TRANSPOSE_CONV', [ints(1, 14, 12, 3), w, image], option('TransposeConvOptions', **transpose))
    case('same, odd', 'TRANSPOSE_CONV', [ints(1, 13, 11, 3), w, image, c(numbers(3))], option('TransposeConvOptions', **{**transpose, 'fusedActivationFunction': 1}), version=4)
    case('valid', 'TRANSPOSE_CONV', [ints(1, 15, 13, 3), w, image], option('TransposeConvOptions', **{**transpose, 'padding': valid}))
    small = c(numbers(3, 1, 1, 4))
    case('kernel below stride', 'TRANSPOSE_CONV', [ints(1, 14, 12, 3), small, image], option('TransposeConvOptions', **transpose))


def pools():
    pool = dict(strideW=2, strideH=2, filterWidth=3, filterHeight=2, padding=same, fusedActivationFunction=0)
    for op in ('AVERAGE_POOL_2D', 'MAX_POOL_2D', 'L2_POOL_2D'):
        case('same', op, [image], option('Pool2DOptions', **pool))
        case('valid, fused', op, [image], option('Pool2DOptions', **{**pool, 'padding': valid, 'strideW': 1, 'fusedActivationFunction': 1}))


def linear():
    w, b = numbers(3, 5), numbers(3)
    dense = dict(fusedActivationFunction=0, weightsFormat=0, keepNumDims=False)
    case('', 'FULLY_CONNECTED', [flat, c(w), c(b)], option('FullyConnectedOptions', **dense))
    case('fused, no bias', 'FULLY_CONNECTED', [flat, c(w), None], option('FullyConnectedOptions', **{**dense, 'fusedActivationFunction': 1}), version=6)
    case('of an image', 'FULLY_CONNECTED', [numbers(2, 1, 1, 5), c(w), c(b)], option('FullyConnectedOptions', **dense))
    case('keeping its axes', 'FULLY_CONNECTED', [numbers(2, 4, 5), c(w), c(b)], option('FullyConnectedOptions', **{**dense, 'keepNumDims': True}), version=5)
    case('', 'BATCH_MATMUL', [numbers(2, 3, 4), numbers(2, 4, 5)], option('BatchMatMulOptions', adjX=False, adjY=False))
    case('adjoint', 'BATCH_MATMUL', [numbers(2, 4, 3), numbers(2, 5, 4)], option('BatchMatMulOptions', adjX=True, adjY=True))


def arithmetic():
    a, b = numbers(2, 3, 4), numbers(3, 1)
    for op, kind in (('ADD', 'AddOptions'), ('SUB', 'SubOptions'), ('MUL', 'MulOptions'), ('DIV', 'DivOptions')):
        case('', op, [a, b], option(kind, fusedActivationFunction=0))
        case('fused', op, [a, b], option(kind, fusedActivationFunction=3))
    case('', 'MAXIMUM', [a, b], option('MaximumMinimumOptions'))
    case('', 'MINIMUM', [a, b], option('MaximumMinimumOptions'))
    case('', 'POW', [np.abs(a), b], option('PowOptions'))
    case('', 'SQUARED_DIFFERENCE', [a, b], option('SquaredDifferenceOptions'), version=1)
    case('', 'FLOOR_DIV', [a, b], option('FloorDivOptions'), version=2)
    whole = np.array([[-7, 7, 5], [-5, 9, -9]], np.int32)
    case('of integers', 'FLOOR_DIV', [whole, np.array([3, -2, 4], np.int32)], option('FloorDivOptions'), ['int32'])
    case('', 'FLOOR_MOD', [a, b], option('FloorModOptions'))
    case('of integers', 'FLOOR_MOD', [whole, np.array([3, -2, 4], np.int32)], option('FloorModOptions'), ['int32'])
    case('', 'ADD_N', [a, numbers(2, 3, 4), numbers(2, 3, 4)], option('AddNOptions'))
    near = np.round(numbers(2, 6, low=-1, high=1))
    far = np.round(numbers(2, 6, low=-1, high=1))
    for op, kind in (('LESS', 'LessOptions'), ('LESS_EQUAL', 'LessEqualOptions'), ('GREATER', 'GreaterOptions'),
                     ('GREATER_EQUAL', 'GreaterEqualOptions'), ('EQUAL', 'EqualOptions'), ('NOT_EQUAL', 'NotEqualOptions')):
        case('', op, [near, far], option(kind), ['bool'])
    yes, no = np.array([True, True, False, False]), np.array([True, False, True, False])
    case('', 'LOGICAL_AND', [yes, no], option('LogicalAndOptions'), ['bool'])
    case('', 'LOGICAL_OR', [yes, no], option('LogicalOrOptions'), ['bool'])
    case('', 'LOGICAL_NOT', [yes], option('LogicalNotOptions'), ['bool'])


def elementwise():
    x = numbers(2, 9, low=-8, high=8)
    positive = numbers(2, 9, low=0.1, high=5)
    for op, kind in (('ABS', 'AbsOptions'), ('NEG', 'NegOptions'), ('SIGN', 'SignOptions'), ('EXP', 'ExpOptions'), ('SIN', None),
                     ('COS', 'CosOptions'), ('FLOOR', None), ('CEIL', None), ('ROUND', None), ('SQUARE', 'SquareOptions'),
                     ('RELU', None), ('RELU6', None), ('RELU_N1_TO_1', None), ('RELU_0_TO_1', None), ('ELU', None), ('LOGISTIC', None),
                     ('TANH', None), ('HARD_SWISH', 'HardSwishOptions'), ('LOG_SOFTMAX', 'LogSoftmaxOptions')):
        case('', op, [x], option(kind) if kind else None)
    for op in ('LOG', 'SQRT', 'RSQRT'):
        case('', op, [positive])
    case('', 'LEAKY_RELU', [x], option('LeakyReluOptions', alpha=0.2))
    case('', 'PRELU', [image, c(numbers(1, 1, 4, low=0.1, high=0.9))])
    case('exact', 'GELU', [x], option('GeluOptions', approximate=False))
    case('by tanh', 'GELU', [x], option('GeluOptions', approximate=True))
    case('', 'SOFTMAX', [x], option('SoftmaxOptions', beta=1.0))
    case('sharpened', 'SOFTMAX', [x], option('SoftmaxOptions', beta=0.3))


def reductions():
    for op in ('MEAN', 'SUM', 'REDUCE_MAX', 'REDUCE_MIN', 'REDUCE_PROD'):
        case('of an image', op, [image, ints(1, 2)], option('ReducerOptions', keepDims=False))
        case('keeping axes', op, [image, ints(-1)], option('ReducerOptions', keepDims=True))
    truth = np.array([[True, False, True], [False, False, False], [True, True, True]])
    case('', 'REDUCE_ANY', [truth, ints(1)], option('ReducerOptions', keepDims=False), ['bool'])
    case('', 'REDUCE_ALL', [truth, ints(1)], option('ReducerOptions', keepDims=True), ['bool'])
    case('', 'ARG_MAX', [flat, c(np.int32(-1))], option('ArgMaxOptions', outputType=2), ['int32'])
    case('of 64 bits', 'ARG_MIN', [flat, c(np.int32(1))], option('ArgMinOptions', outputType=4), ['int64'])
    case('', 'CUMSUM', [flat, c(np.int32(1))], option('CumsumOptions', exclusive=False, reverse=False))
    case('exclusive, reversed', 'CUMSUM', [flat, c(np.int32(0))], option('CumsumOptions', exclusive=True, reverse=True))


def castings():
    case('to int32', 'CAST', [flat], option('CastOptions', inDataType=0, outDataType=2), ['int32'])
    case('to float', 'CAST', [np.array([-3, 4], np.int32)], option('CastOptions', inDataType=2, outDataType=0))
    case('to bool', 'CAST', [np.array([0.0, 2.0], np.float32)], option('CastOptions', inDataType=0, outDataType=6), ['bool'])
    steps = ([0.05], [10], 0)
    case('of steps', 'CAST', [quantised(flat, 0.05, 10, np.int8)], option('CastOptions', inDataType=9, outDataType=0))
    case('', 'QUANTIZE', [flat], option('QuantizeOptions'), [('int8', ([0.02], [5], 0))])
    case('to 16 bits', 'QUANTIZE', [flat], option('QuantizeOptions'), [('int16', ([0.0001], [0], 0))])
    case('anew', 'QUANTIZE', [quantised(flat, 0.05, 10, np.int8)], option('QuantizeOptions'), [('uint8', ([0.03], [100], 0))], version=2)
    case('', 'DEQUANTIZE', [Tensor(np.array([-128, 0, 127], np.int8), q=steps)], option('DequantizeOptions'), version=2)
    case('', 'FAKE_QUANT', [flat], option('FakeQuantOptions', min=-2.13, max=1.71, numBits=4, narrowRange=False))
    case('of 8 bits', 'FAKE_QUANT', [flat], option('FakeQuantOptions', min=-1.0, max=2.0, numBits=8, narrowRange=False))


def shapes():
    case('by input', 'RESHAPE', [image, ints(1, -1)], option('ReshapeOptions', newShape=[1, 168]))
    case('by option', 'RESHAPE', [image], option('ReshapeOptions', newShape=[7, 24]))
    case('', 'SQUEEZE', [numbers(1, 3, 1, 2)], option('SqueezeOptions', squeezeDims=[0, 2]))
    case('of all', 'SQUEEZE', [numbers(1, 3, 1, 2)], option('SqueezeOptions', squeezeDims=[]))
    case('', 'EXPAND_DIMS', [flat, ints(-1)], option('ExpandDimsOptions'))
    case('', 'TRANSPOSE', [image, ints(0, 3, 1, 2)], option('TransposeOptions'))
    case('', 'SHAPE', [image], option('ShapeOptions', outType=2), ['int32'])
    case('of 64 bits', 'SHAPE', [flat], option('ShapeOptions', outType=4), ['int64'])
    case('', 'RANK', [image], option('RankOptions'), ['int32'])
    case('', 'FILL', [ints(2, 3), np.float32(1.5)], option('FillOptions'))
    case('', 'ZEROS_LIKE', [flat], option('ZerosLikeOptions'))
    case('', 'BROADCAST_TO', [numbers(3, 1), ints(2, 3, 4)], option('BroadcastToOptions'), version=2)
    case('', 'TILE', [flat, ints(2, 3)], option('TileOptions'))
    case('', 'RANGE', [c(np.int32(2)), c(np.int32(11)), c(np.int32(3))], option('RangeOptions'), ['int32'])


def joinings():
    case('', 'CONCATENATION', [numbers(1, 2, 2, 3), numbers(1, 2, 2, 1)], option('ConcatenationOptions', axis=3, fusedActivationFunction=0))
    case('along −2', 'CONCATENATION', [numbers(2, 3), numbers(1, 3), c(numbers(2, 3))], option('ConcatenationOptions', axis=-2, fusedActivationFunction=0))
    case('', 'PACK', [flat, numbers(2, 5)], option('PackOptions', valuesCount=2, axis=1))
    case('', 'UNPACK', [numbers(2, 3)], option('UnpackOptions', num=3, axis=1), ['float32'] * 3)
    case('of one', 'UNPACK', [numbers(1, 3)], option('UnpackOptions', num=1, axis=0), ['float32'])
    case('', 'SPLIT', [c(np.int32(-1)), numbers(2, 6)], option('SplitOptions', numSplits=3), ['float32'] * 3)
    case('', 'SPLIT_V', [numbers(2, 6), ints(1, -1, 2), c(np.int32(1))], option('SplitVOptions', numSplits=3), ['float32'] * 3)


def slicings():
    case('', 'SLICE', [image, ints(0, 2, 1, 0), ints(1, 3, -1, 4)], option('SliceOptions'))
    masks = dict(beginMask=0, endMask=0, ellipsisMask=0, newAxisMask=0, shrinkAxisMask=0, offset=False)
    case('', 'STRIDED_SLICE', [image, ints(0, 1, 5, 0), ints(1, 7, 0, 4), ints(1, 2, -2, 1)], option('StridedSliceOptions', **masks))
    case('by masks', 'STRIDED_SLICE', [image, ints(9, 9, -1, 1), ints(9, 9, 9, 2), ints(1, 1, -1, 1)], option('StridedSliceOptions', **{**masks, 'beginMask': 3, 'endMask': 7}))
    case('shrinking', 'STRIDED_SLICE', [image, ints(0, -1, 0, 0), ints(1, 0, 9, 9), ints(1, 1, 1, 1)], option('StridedSliceOptions', **{**masks, 'shrinkAxisMask': 3, 'endMask': 12}))
    case('with a new axis', 'STRIDED_SLICE', [flat, ints(0, 0, 1), ints(0, 2, 4), ints(1, 1, 1)], option('StridedSliceOptions', **{**masks, 'newAxisMask': 1}), version=1)
    case('with an ellipsis', 'STRIDED_SLICE', [image, ints(0, 0, 1), ints(0, 0, 3), ints(1, 1, 1)], option('StridedSliceOptions', **{**masks, 'ellipsisMask': 2, 'beginMask': 1, 'endMask': 1}))
    case('', 'REVERSE_V2', [flat, ints(1)], option('ReverseV2Options'))


def selections():
    case('', 'GATHER', [numbers(4, 3), np.array([3, 0, 3], np.int32)], option('GatherOptions', axis=0, batchDims=0))
    case('of channels', 'GATHER', [image, ints(2, 1)], option('GatherOptions', axis=3, batchDims=0))
    case('', 'GATHER_ND', [numbers(3, 4), np.array([[0, 1], [2, 3]], np.int32)], option('GatherNdOptions'))
    truth = np.array([[True, False, True, False, True]])
    case('', 'SELECT', [np.tile(truth, (2, 1)), flat, numbers(2, 5)], option('SelectOptions'))
    case('of items', 'SELECT', [np.array([True, False]), flat, numbers(2, 5)], option('SelectOptions'))
    case('', 'SELECT_V2', [truth, flat, np.float32(7)], option('SelectV2Options'))
    case('', 'ONE_HOT', [np.array([2, 0], np.int32), c(np.int32(4)), c(np.float32(3)), c(np.float32(-1))], option('OneHotOptions', axis=-1))
    case('', 'TOPK_V2', [flat, c(np.int32(2))], option('TopKV2Options'), ['float32', 'int32'])


def paddings():
    edges = c(np.array([[0, 0], [1, 2], [0, 3], [0, 1]], np.int32))
    case('', 'PAD', [image, edges], option('PadOptions'))
    case('', 'PADV2', [image, edges, c(np.float32(-2.5))], option('PadV2Options'))
    edges = c(np.array([[0, 0], [2, 1], [0, 3], [0, 0]], np.int32))
    case('reflected', 'MIRROR_PAD', [image, edges], option('MirrorPadOptions', mode=0))
    case('symmetric', 'MIRROR_PAD', [image, edges], option('MirrorPadOptions', mode=1))


def blocks():
    case('', 'DEPTH_TO_SPACE', [numbers(1, 2, 3, 8)], option('DepthToSpaceOptions', blockSize=2))
    case('', 'SPACE_TO_DEPTH', [numbers(1, 4, 6, 3)], option('SpaceToDepthOptions', blockSize=2))
    case('', 'SPACE_TO_BATCH_ND', [numbers(1, 5, 4, 2), ints(2, 3), c(np.array([[0, 1], [1, 1]], np.int32))], option('SpaceToBatchNDOptions'))
    case('', 'BATCH_TO_SPACE_ND', [numbers(6, 3, 2, 2), ints(2, 3), c(np.array([[0, 1], [1, 1]], np.int32))], option('BatchToSpaceNDOptions'))


def resizings():
    for size in ((14, 12), (4, 9)):
        for title, flags in (('', (False, False)), (', corners aligned', (True, False)), (', half pixels', (False, True))):
            align, half = flags
            case(f'to {size[0]}×{size[1]}{title}', 'RESIZE_BILINEAR', [image, ints(*size)], option('ResizeBilinearOptions', alignCorners=align, halfPixelCenters=half), version=3)
            case(f'to {size[0]}×{size[1]}{title}', 'RESIZE_NEAREST_NEIGHBOR', [image, ints(*size)], option('ResizeNearestNeighborOptions', alignCorners=align, halfPixelCenters=half), version=3)


def normalisations():
    case('', 'L2_NORMALIZATION', [image], option('L2NormOptions', fusedActivationFunction=0))
    case('', 'LOCAL_RESPONSE_NORMALIZATION', [numbers(1, 3, 3, 7)], option('LocalResponseNormalizationOptions', radius=2, bias=1.5, alpha=0.2, beta=0.75))


def quantised_ones():
    """Integers that stand for numbers: their results are compared in steps."""
    x = lambda dtype, zero=0, scale=0.025: quantised(image, scale, zero, dtype)
    w = np.round(rng.uniform(-127, 127, (3, 3, 3, 4))).astype(np.int8)
    scales = [0.003, 0.006, 0.001]
    kernel = c(w, q=(scales, [0, 0, 0], 0))
    bias = c(np.array([100, -2000, 3000], np.int32), q=([0.025 * each for each in scales], [0, 0, 0], 0))
    conv = dict(strideW=1, strideH=1, dilationWFactor=1, dilationHFactor=1, fusedActivationFunction=0, padding=same)
    case('int8 per channel', 'CONV_2D', [x(np.int8, 4), kernel, bias], option('Conv2DOptions', **conv), [('int8', ([0.05], [-20], 0))], version=3)
    case('int8, fused', 'CONV_2D', [x(np.int8, 4), kernel, bias], option('Conv2DOptions', **{**conv, 'fusedActivationFunction': 3}), [('int8', ([6 / 255], [-128], 0))], version=3)
    case('int8, cut off by its steps', 'CONV_2D', [x(np.int8, 4), kernel, bias], option('Conv2DOptions', **conv), [('int8', ([6 / 255], [-128], 0))], version=3)
    old = c((w.astype(int) + 128).astype(np.uint8), q=([0.004], [120], 0))
    oldBias = c(np.array([100, -2000, 3000], np.int32), q=([0.025 * 0.004], [0], 0))
    case('uint8', 'CONV_2D', [x(np.uint8, 128), old, oldBias], option('Conv2DOptions', **conv), [('uint8', ([0.03], [0], 0))])
    wide = c(np.array([1000, -200000, 300000], np.int64), q=([0.0001 * each for each in scales], [0, 0, 0], 0))
    case('int16', 'CONV_2D', [x(np.int16, 0, 0.0001), kernel, wide], option('Conv2DOptions', **conv), [('int16', ([0.0005], [0], 0))], version=4)
    deep = c(np.round(rng.uniform(-127, 127, (1, 3, 3, 4))).astype(np.int8), q=([0.003, 0.004, 0.002, 0.006], [0] * 4, 3))
    depthwise = dict(strideW=1, strideH=1, dilationWFactor=1, dilationHFactor=1, fusedActivationFunction=1, padding=valid, depthMultiplier=1)
    case('int8 per channel', 'DEPTHWISE_CONV_2D', [x(np.int8, 4), deep, c(np.array([50, -400, 0, 999], np.int32), q=([0.025 * each for each in (0.003, 0.004, 0.002, 0.006)], [0] * 4, 0))], option('DepthwiseConv2DOptions', **depthwise), [('int8', ([0.02], [-128], 0))], version=3)
    dense = c(np.round(rng.uniform(-127, 127, (3, 5))).astype(np.int8), q=([0.005], [0], 0))
    case('int8', 'FULLY_CONNECTED', [quantised(flat, 0.025, -3, np.int8), dense, c(np.array([9, -300, 40], np.int32), q=([0.025 * 0.005], [0], 0))],
         option('FullyConnectedOptions', fusedActivationFunction=0, weightsFormat=0, keepNumDims=False), [('int8', ([0.04], [7], 0))], version=4)
    other = quantised(numbers(1, 7, 6, 4), 0.03, -10, np.int8)
    for op, kind in (('ADD', 'AddOptions'), ('MUL', 'MulOptions')):
        case('int8', op, [x(np.int8, 4), other], option(kind, fusedActivationFunction=0), [('int8', ([0.05], [3], 0))], version=2)
    case('uint8 of several steps', 'CONCATENATION', [x(np.uint8, 120), quantised(numbers(1, 7, 6, 2), 0.01, 90, np.uint8)],
         option('ConcatenationOptions', axis=3, fusedActivationFunction=0), [('uint8', ([0.02], [128], 0))], version=1)
    case('int8', 'AVERAGE_POOL_2D', [x(np.int8, 4)], option('Pool2DOptions', strideW=2, strideH=2, filterWidth=3, filterHeight=3, padding=same, fusedActivationFunction=0),
         [('int8', ([0.025], [4], 0))], version=2)
    case('int8', 'MAX_POOL_2D', [x(np.int8, 4)], option('Pool2DOptions', strideW=2, strideH=2, filterWidth=3, filterHeight=3, padding=same, fusedActivationFunction=0),
         [('int8', ([0.025], [4], 0))], version=2)
    case('int8', 'MEAN', [x(np.int8, 4), ints(1, 2)], option('ReducerOptions', keepDims=True), [('int8', ([0.01], [2], 0))], version=2)
    case('int8', 'RESHAPE', [x(np.int8, 4), ints(1, -1)], option('ReshapeOptions', newShape=[1, 168]), [('int8', ([0.025], [4], 0))])
    case('int8', 'SOFTMAX', [quantised(flat, 0.05, 2, np.int8)], option('SoftmaxOptions', beta=1.0), [('int8', ([1 / 256], [-128], 0))], version=2)
    case('uint8', 'LOGISTIC', [quantised(flat, 0.05, 120, np.uint8)], None, [('uint8', ([1 / 256], [0], 0))])
    case('int8', 'TANH', [quantised(flat, 0.05, 2, np.int8)], None, [('int8', ([1 / 128], [0], 0))], version=2)
    case('int8', 'HARD_SWISH', [quantised(flat, 0.05, 2, np.int8)], option('HardSwishOptions'), [('int8', ([0.02], [-100], 0))])
    case('int8', 'ARG_MAX', [quantised(flat, 0.05, 2, np.int8), c(np.int32(-1))], option('ArgMaxOptions', outputType=2), ['int32'], version=2)
    case('int8', 'PAD', [x(np.int8, 4), c(np.array([[0, 0], [1, 2], [0, 3], [0, 1]], np.int32))], option('PadOptions'), [('int8', ([0.025], [4], 0))], version=2)


def main():
    for group in (convolutions, pools, linear, arithmetic, elementwise, reductions, castings, shapes, joinings, slicings, selections,
                  paddings, blocks, resizings, normalisations, quantised_ones):
        group()
    path = os.path.join(os.path.dirname(__file__), '../test/data/tflite/operators.zip')
    told = []
    with zipfile.ZipFile(path, 'w', zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        def write(name, data):
            archive.writestr(zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED, 9)
        for index, (title, content, operands, results) in enumerate(cases):
            write(f'{index}.tflite', content)
            given = [operand.data for operand in operands if operand is not None and not operand.constant]
            listed = lambda array: {'shape': list(array.shape), 'dtype': array.dtype.name, 'data': array.ravel().tolist()}
            told.append({'title': title, 'inputs': [listed(each) for each in given], 'outputs': [listed(each) for each in results]})
        write('cases.json', json.dumps(told, separators=(',', ':')))
    print(len(cases), 'cases,', os.path.getsize(path), 'bytes')


main()
