"""Writes test/data/pytorch/operators.json: each aten operator that is read, with PyTorch's outputs and gradients.

python scripts/makeAtenCases.py test/data/pytorch/operators.json (PyTorch 2.13, CPU)
"""

import base64
import json
import sys

import numpy as np
import torch

A = torch.ops.aten
rng = np.random.default_rng(7)
cases = []


def x(*dims, low=-2.0, high=2.0, dtype=np.float32):
    """A network's input, without values that are alike or near a whole number, where functions have their kinks."""
    count = int(np.prod(dims))
    steps = (np.arange(count) + 0.37) / max(count, 1)
    values = low + (high - low) * rng.permutation(steps)
    t = torch.from_numpy(values.reshape(dims).astype(dtype))
    t.is_input = True
    return t


def k(*dims, low=-1.0, high=1.0):
    t = x(*dims, low=low, high=high)
    t.is_input = False
    return t


def ints(values, dtype=torch.int64):
    t = torch.tensor(values, dtype=dtype)
    t.is_input = False
    return t


def flags(values):
    return ints(values, torch.bool)


def stored(t):
    array = t.detach().contiguous().numpy(force=True)
    return {"dtype": str(t.dtype).split(".")[1], "dims": list(t.shape), "data": base64.b64encode(array.tobytes()).decode()}


def written(argument, tensors):
    if isinstance(argument, torch.Tensor):
        for name, t in tensors.items():
            if t is argument:
                return {"value": name}
        name = f"t{len(tensors)}"
        tensors[name] = argument
        return {"value": name}
    if isinstance(argument, (list, tuple)):
        return [written(item, tensors) for item in argument]
    if isinstance(argument, torch.dtype):
        return str(argument).split(".")[1]
    if isinstance(argument, (torch.memory_format, torch.device, torch.layout)):
        return None
    if isinstance(argument, float) and not np.isfinite(argument):
        return "NaN" if np.isnan(argument) else ("Infinity" if argument > 0 else "-Infinity")
    return argument


def cotangent(t):
    """The same pattern as the test's."""
    flat = torch.arange(t.numel(), dtype=torch.float32)
    return (((flat * 7) % 11 - 5) / 4).reshape(t.shape)


def case(op, *args, only=None, gradient=True, run=None, **kwargs):
    """`op` is a name with its overload; `only` are the outputs to keep, by their places; `run` gives them where the CPU cannot."""
    name, _, overload = op.partition(".")
    overload = overload or "default"
    function = run or getattr(getattr(A, name), overload)
    tensors = {}
    positional = [written(a, tensors) for a in args]
    keywords = {key: written(a, tensors) for key, a in kwargs.items()}
    saved = {key: stored(t) for key, t in tensors.items()}
    inputs = [key for key, t in tensors.items() if getattr(t, "is_input", False)]
    varied = [key for key in inputs if tensors[key].is_floating_point()]
    for key in varied:
        tensors[key].requires_grad_(True)
    results = function(*[a.clone() if name.endswith("_") and i == 0 else a for i, a in enumerate(args)], **kwargs)
    results = list(results) if isinstance(results, (list, tuple)) else [results]
    kept = [i for i in range(len(results)) if (only is None or i in only) and isinstance(results[i], torch.Tensor)]
    real = [results[i] for i in kept if results[i].is_floating_point()]
    gradients = {}
    if gradient and varied and real and any(t.requires_grad for t in real):
        loss = sum((t * cotangent(t)).sum() for t in real)
        got = torch.autograd.grad(loss, [tensors[key] for key in varied], allow_unused=True)
        gradients = {key: stored(g) for key, g in zip(varied, got) if g is not None}
    outputs = [stored(results[i]) if i in kept else None for i in range(len(results))]
    entry = {"op": name, "overload": overload, "positional": positional, "tensors": saved, "inputs": inputs, "outputs": outputs}
    if keywords:
        entry["named"] = keywords
    if gradients:
        entry["gradients"] = gradients
    cases.append(entry)


# Convolutions
image = lambda: x(1, 4, 5, 6)
case("conv1d", x(2, 4, 7), k(6, 2, 3), k(6), [2], [1], [1], 2)
case("conv1d.padding", x(1, 2, 6), k(3, 2, 4), k(3), [1], "same", [1], 1)
case("conv2d", image(), k(6, 2, 3, 3), k(6), [2, 1], [1, 0], [1, 2], 2)
case("conv2d", x(3, 5, 5), k(2, 3, 2, 2))
case("conv2d.padding", image(), k(3, 4, 2, 3), None, [1, 1], "same")
case("conv2d.padding", image(), k(3, 4, 2, 3), k(3), [2, 1], "valid")
case("conv3d", x(1, 2, 3, 4, 4), k(2, 2, 2, 2, 2), k(2), [1, 2, 1], [1, 0, 1])
case("conv3d.padding", x(1, 1, 3, 3, 3), k(2, 1, 2, 2, 2), None, [1, 1, 1], "same")
case("conv_transpose1d", x(1, 3, 4), k(3, 2, 3), k(2), [2], [1], [1])
case("conv_transpose2d.input", x(1, 4, 3, 4), k(4, 3, 3, 2), k(6), [2, 1], [1, 0], [1, 0], 2, [1, 1])
case("conv_transpose3d.input", x(1, 2, 2, 3, 2), k(2, 1, 2, 2, 2), None, [2, 1, 1])
case("convolution", image(), k(4, 1, 3, 3), k(4), [1, 2], [1, 1], [1, 1], False, [0, 0], 4)
case("convolution", x(1, 4, 3, 3), k(4, 2, 2, 2), None, [2, 2], [0, 1], [1, 1], True, [1, 0], 1)
case("_convolution", image(), k(2, 4, 3, 3), k(2), [1, 1], [1, 1], [1, 1], False, [0, 0], 1, False, False, True, True)
case("_convolution_mode", image(), k(2, 4, 3, 3), None, [1, 1], "same", [2, 1], 1)

# Pooling
case("max_pool1d", x(1, 2, 9), [3], [2], [1], [1], True)
case("max_pool2d", image(), [3, 2], [2, 2], [1, 1], [1, 1], True)
case("max_pool2d", x(2, 5, 6), [2])
case("max_pool3d", x(1, 2, 4, 4, 4), [2, 2, 2])
case("max_pool1d_with_indices", x(1, 2, 8), [3], [2], only=[0])
case("max_pool2d_with_indices", image(), [2, 2], [2, 2], only=[0])
case("max_pool3d_with_indices", x(1, 1, 4, 4, 4), [2, 2, 2], only=[0])
case("avg_pool1d", x(1, 2, 9), [3], [2], [1], True, False)
case("avg_pool2d", image(), [3, 3], [2, 2], [1, 1], True, True)
case("avg_pool2d", image(), [3, 3], [1, 1], [1, 1], False, False)
case("avg_pool2d", image(), [2, 2], [1, 1], [1, 1], False, True, 3)
case("avg_pool3d", x(1, 2, 4, 4, 4), [2, 2, 2], [1, 2, 2])
case("adaptive_avg_pool1d", x(1, 3, 7), [3])
case("adaptive_avg_pool2d", image(), [1, 1])
case("adaptive_avg_pool2d", image(), [3, 4])
case("adaptive_avg_pool2d", x(1, 2, 3, 3), [7, 7])
case("_adaptive_avg_pool2d", x(1, 3, 4, 6), [2, 3])
case("adaptive_avg_pool3d", x(1, 2, 3, 4, 5), [2, 2, 3])
case("_adaptive_avg_pool3d", x(1, 2, 3, 4, 5), [1, 1, 1])
case("adaptive_max_pool1d", x(1, 3, 7), [3], only=[0])
case("adaptive_max_pool2d", x(1, 2, 5, 6), [3, 4], only=[0])
case("adaptive_max_pool2d", image(), [1, 1], only=[0])
case("adaptive_max_pool3d", x(1, 2, 4, 4, 2), [2, 2, 1], only=[0])

# Normalisation
variance = lambda n: k(n, low=0.5, high=2.0)
case("batch_norm", image(), k(4), k(4), k(4), variance(4), False, 0.1, 1e-3, True)
case("native_batch_norm", image(), None, None, k(4), variance(4), False, 0.1, 1e-5, only=[0])
case("_native_batch_norm_legit", image(), k(4), k(4), k(4), variance(4), False, 0.1, 1e-5, only=[0])
case("batch_norm", x(1, 3, 5), k(3), None, None, None, True, 0.0, 1e-5, True)
case("_native_batch_norm_legit.no_stats", x(1, 3, 5), k(3), None, True, 0.0, 1e-5, only=[0])
case("_native_batch_norm_legit_no_training", image(), k(4), None, k(4), variance(4), 0.1, 1e-5, only=[0])
case("_native_batch_norm_legit_functional", image(), k(4), k(4), k(4), variance(4), False, 0.1, 1e-5, only=[0])
case("_batch_norm_no_update", image(), k(4), k(4), k(4), variance(4), 0.1, 1e-5, only=[0])
normalised = lambda *args: [A._native_batch_norm_legit_no_training(*args)[0]]
case("_batch_norm_with_update", image(), k(4), k(4), k(4), variance(4), 0.1, 1e-5, run=normalised)
case("layer_norm", x(2, 3, 4), [3, 4], k(3, 4), k(3, 4), 1e-5, True)
case("layer_norm", x(2, 3, 4), [4])
case("native_layer_norm", x(2, 3, 4), [4], k(4), k(4), 1e-5, only=[0])
case("native_layer_norm", x(2, 3, 4), [3, 4], None, None, 1e-5, gradient=False)
case("group_norm", x(2, 4, 3), 2, k(4), k(4), 1e-4, True)
case("group_norm", image(), 4)
case("native_group_norm", image(), k(4), k(4), 1, 4, 30, 2, 1e-5, only=[0])
case("instance_norm", image(), k(4), k(4), None, None, True, 0.1, 1e-5, True)
case("instance_norm", image(), None, None, k(4), variance(4), False, 0.1, 1e-5, True)
case("rms_norm", x(2, 3, 4), [4], k(4), 1e-5)
case("rms_norm", x(2, 3, 4), [3, 4])
case("_fused_rms_norm", x(2, 3, 4), [4], k(4), 1e-5)
case("_weight_norm", x(3, 2, 2), k(3, 1, 1), 0)
case("_weight_norm_interface", x(3, 2, 2), k(3, 1, 1), 0, only=[0])
case("cosine_similarity", x(2, 3, 4), k(2, 3, 4), 1, 1e-8)

# Activations
for op in "relu relu6 selu sigmoid special_expit log_sigmoid tanh hardsigmoid hardswish silu mish".split():
    case(op, x(3, 5, low=-8, high=8))
case("log_sigmoid_forward", x(3, 4), only=[0])
case("relu_", x(3, 4))
case("hardtanh", x(3, 5), -0.5, 1.5)
case("clamp", x(3, 5), -0.5, None)
case("clamp.Tensor", x(3, 5), k(5, low=-1, high=0), k(3, 1, low=0, high=1))
case("clamp", ints([[-4, 2], [3, 9]]), 0, 5)
case("clip", x(3, 5), -1.0, 1.0)
case("clamp_min", x(3, 5), 0.25)
case("clamp_max", x(3, 5), 0.25)
case("clamp_min.Tensor", x(3, 5), k(5))
case("leaky_relu", x(3, 5), 0.2)
case("rrelu", x(3, 5), 0.1, 0.3, False)
case("prelu", image(), k(4))
case("prelu", x(3, 4), k(1))
case("_prelu_kernel", image(), k(1, 4, 1, 1))
case("elu", x(3, 5), 1.5)
case("elu", x(3, 5), 1.5, 2.0, 0.5)
case("celu", x(3, 5), 0.7)
case("gelu", x(3, 5))
case("gelu", x(3, 5), approximate="tanh")
case("softplus", x(3, 5, low=-30, high=30), 2.0, 10.0)
case("hardshrink", x(3, 5), 0.6)
case("softshrink", x(3, 5), 0.6)
case("threshold", x(3, 5), 0.3, -4.0)
case("glu", x(3, 6), 1)
case("softmax.int", x(2, 3, 4), 1)
case("_softmax", x(2, 3, 4), -1, False)
case("special_softmax", x(2, 3), 0)
case("_safe_softmax", x(2, 3, 4), -1)
case("log_softmax.int", x(2, 3, 4), -1)
case("_log_softmax", x(2, 3), 1, False)

# Arithmetic
a, b = lambda: x(2, 3, 4), lambda: k(3, 1, low=0.5, high=2)
case("add.Tensor", a(), b(), alpha=0.5)
case("add.Tensor", a(), 3)
case("add.Tensor", flags([True, False]), flags([True, True]))
case("add_.Tensor", a(), b())
case("sub.Tensor", a(), b(), alpha=2)
case("subtract.Tensor", a(), b())
case("rsub.Scalar", a(), 2.5)
case("rsub.Tensor", a(), b(), alpha=2)
case("mul.Tensor", a(), b())
case("mul.Tensor", a(), ints([[1], [0], [2]]))
case("mul.Tensor", ints([2, 3]), 0.5)
case("multiply.Tensor", a(), b())
case("div.Tensor", a(), b())
case("div.Tensor", ints([7, -7]), 2)
case("div.Tensor_mode", a(), b(), rounding_mode="floor", gradient=False)
case("div.Tensor_mode", a(), b(), rounding_mode="trunc", gradient=False)
case("div.Tensor_mode", ints([7, -7, 8]), ints([2, 2, -3]), rounding_mode="floor")
case("div.Tensor_mode", ints([7, -7, 8]), ints([2, 2, -3]), rounding_mode="trunc")
case("divide.Tensor", a(), b())
case("true_divide.Tensor", ints([1, 2]), ints([4, 4]))
case("floor_divide", ints([7, -7, 8]), ints([2, 2, -3]))
case("remainder.Tensor", a(), k(4, low=0.5, high=1.5))
case("remainder.Scalar", ints([7, -7, 8]), 3)
case("fmod.Scalar", a(), 0.7)
case("pow.Tensor_Scalar", a(), 3)
case("pow.Tensor_Scalar", a(), 2)
case("pow.Tensor_Scalar", x(2, 3, low=0.5), -0.5)
case("pow.Tensor_Tensor", x(2, 3, low=0.5), k(3))
case("pow.Scalar", 2.0, a())
case("float_power.Tensor_Scalar", x(2, 3, low=0.5), 0.5, gradient=False)
case("square", a())
case("addcmul", a(), b(), k(4), value=0.5)
case("addcdiv", a(), k(4), b(), value=2)
case("lerp.Scalar", a(), k(4), 0.3)
case("lerp.Tensor", a(), k(4), b())
case("maximum", a(), b())
case("minimum", a(), b())
case("max.other", a(), b())
case("min.other", a(), b())
case("fmax", a(), b())
case("fmin", a(), b())
case("atan2", a(), k(2, 3, 4, low=-2, high=2))
for op in "neg negative abs absolute sign sgn floor ceil round trunc frac positive exp exp2 expm1 erf special_erf erfc sin cos tan atan sinh cosh asinh".split():
    case(op, x(3, 4, low=-1.4, high=1.4))
for op in "log log2 log10 log1p sqrt rsqrt reciprocal".split():
    case(op, x(3, 4, low=0.2, high=3))
for op in "asin acos atanh".split():
    case(op, x(3, 4, low=-0.9, high=0.9))
case("acosh", x(3, 4, low=1.1, high=3))

# Comparisons and choices
for op in "eq ne not_equal lt less le less_equal gt greater ge greater_equal".split():
    case(f"{op}.Tensor", ints([1, 2, 3]), ints([2, 2, 2]))
    case(f"{op}.Scalar", a(), 0.5)
for op in "logical_and logical_or logical_xor".split():
    case(op, flags([True, True, False]), ints([1, 0, 0]))
case("logical_not", ints([1, 0]))
for op in "bitwise_and bitwise_or bitwise_xor".split():
    case(f"{op}.Tensor", flags([True, True, False]), flags([True, False, False]))
    case(f"{op}.Tensor", ints([5, 6]), ints([3, 12]))
for op in "__and__ __or__ __xor__".split():
    case(f"{op}.Tensor", flags([True, True, False]), flags([True, False, False]))
case("bitwise_not", flags([True, False]))
case("where.self", flags([[True], [False], [True]]), a(), b())
case("where.ScalarOther", flags([[True], [False], [True]]), a(), 2.0)
case("masked_fill.Scalar", a(), flags([[True], [False], [True]]), -5.0)
case("masked_fill.Tensor", a(), flags([[True], [False], [True]]), ints(2))
for op in "isnan isinf isfinite".split():
    case(op, k(3) / torch.tensor([0.0, 1.0, float("nan")]))
case("nan_to_num", k(3) / torch.tensor([0.0, 1.0, float("nan")]), 1.0, 7.0, -7.0)
case("heaviside", x(3, 4), k(4), gradient=False)

# Matrix products
case("linear", x(2, 5), k(3, 5), k(3))
case("linear", x(2, 3, 5), k(4, 5), k(4))
case("linear", x(2, 3, 5), k(4, 5))
case("addmm", k(3), x(2, 4), k(4, 3), beta=2, alpha=0.5)
case("mm", x(2, 4), k(4, 3))
case("bmm", x(2, 3, 4), x(2, 4, 2))
case("mv", x(3, 4), k(4))
case("dot", x(4), k(4))
case("matmul", x(2, 3, 4), k(4, 2))
case("matmul", x(4), k(4))
case("linalg_matmul", x(2, 3, 4), x(2, 4, 2))
case("baddbmm", k(2, 1, 2), x(2, 3, 4), x(2, 4, 2), beta=0.5, alpha=2)
case("addbmm", k(3, 2), x(2, 3, 4), x(2, 4, 2))
case("addmv", k(3), x(3, 4), k(4))
case("outer", x(3), k(4))
case("einsum", "bij,bkj->bik", [x(2, 3, 4), x(2, 2, 4)])
case("einsum", "b i j, j", [x(2, 3, 4), k(4)])
case("tensordot", x(2, 3, 4), k(4, 3, 2), [1, 2], [1, 0])

# Attention
qkv = lambda: (x(1, 2, 4, 3), x(1, 2, 5, 3), x(1, 2, 5, 3))
case("scaled_dot_product_attention", *qkv())
case("scaled_dot_product_attention", *qkv(), k(4, 5), 0.0, False, scale=0.3)
case("scaled_dot_product_attention", *qkv(), flags([[True, False, True, True, False]] * 4))
case("scaled_dot_product_attention", x(1, 2, 4, 3), x(1, 2, 4, 3), x(1, 2, 4, 3), None, 0.0, True)
case("scaled_dot_product_attention", x(1, 4, 3, 2), x(1, 2, 3, 2), x(1, 2, 3, 2), enable_gqa=True)
case("_scaled_dot_product_flash_attention_for_cpu", *qkv(), only=[0])
case("_scaled_dot_product_attention_math", *qkv(), only=[0])
plain = lambda q, k, v, *_: [A._scaled_dot_product_attention_math(q, k, v)[0]]
case("_scaled_dot_product_flash_attention", *qkv(), run=plain)
case("_scaled_dot_product_efficient_attention", *qkv(), None, False, run=plain)
case("_scaled_dot_product_cudnn_attention", *qkv(), None, False, run=plain)
sequence = x(1, 3, 4)
case("_native_multi_head_attention", sequence, sequence, sequence, 4, 2, k(12, 4), k(12), k(4, 4), k(4), None, True, gradient=False)
layer = lambda: [k(12, 4), k(12), k(4, 4), k(4)]
ends = lambda: [k(4), k(4), k(4), k(4), k(6, 4), k(6), k(4, 6), k(4)]
case("_transformer_encoder_layer_fwd", x(1, 3, 4), 4, 2, *layer(), True, True, 1e-5, *ends(), gradient=False)
case("_transformer_encoder_layer_fwd", x(1, 3, 4), 4, 2, *layer(), False, False, 1e-5, *ends(), gradient=False)

# Shapes
c = lambda: x(2, 3, 4)
case("view", c(), [2, -1])
case("_unsafe_view", c(), [6, 4])
case("view_copy", c(), [4, 6])
case("reshape", c(), [3, -1, 2])
case("_reshape_alias", c(), [6, 4], [4, 1])
case("as_strided", x(2, 4, 1, 1), [2, 4, 1, 1], [4, 1, 4, 4])
case("view_as", c(), k(6, 4))
case("reshape_as", c(), k(4, 6))
case("flatten.using_ints", c(), 1)
case("flatten.using_ints", x(2, 3, 2, 2), 1, 2)
case("flatten.using_ints", c())
case("ravel", c())
case("unflatten.int", c(), -1, [2, -1])
case("permute", c(), [2, 0, -2])
case("permute_copy", c(), [1, 0, 2])
case("transpose.int", c(), 1, -1)
case("transpose_copy.int", c(), 0, 1)
case("swapaxes", c(), 0, 2)
case("swapdims", c(), 0, 1)
case("t", x(2, 3))
case("numpy_T", x(2, 3))
case("mT", c())
case("adjoint", c())
case("movedim.intlist", c(), [0, 2], [1, 0])
case("movedim.int", c(), 0, 2)
case("moveaxis.int", c(), -1, 0)
case("squeeze", x(2, 1, 3, 1))
case("squeeze.dim", x(2, 1, 3, 1), 1)
case("squeeze.dim", k(2, 3), 1)
case("squeeze.dims", x(2, 1, 3, 1), [1, 3])
case("unsqueeze", c(), -1)
case("expand", x(2, 1, 3), [4, 2, -1, 3])
case("expand_copy", x(2, 1), [2, 3])
case("expand_as", x(2, 1), k(2, 4))
case("broadcast_to", x(2, 1), [3, 2, 4])
case("repeat", x(2, 3), [2, 1, 2])
case("tile", x(2, 3), [2])
case("repeat_interleave.self_int", x(2, 3), 2, 1)
case("repeat_interleave.self_int", x(2, 2), 2)
case("pixel_shuffle", x(1, 8, 2, 3), 2)
case("pixel_unshuffle", x(1, 2, 4, 6), 2)
case("channel_shuffle", x(1, 6, 2, 2), 3)
case("native_channel_shuffle", x(1, 6, 2, 2), 2, gradient=False)

# Joining and cutting
case("cat", [x(2, 3), k(2, 1)], 1)
case("cat", [k(0), x(2, 3)], 0)
case("concat", [x(2, 3), k(2, 3)])
case("concatenate", [x(2, 3), ints([[1, 2, 3]])])
case("stack", [x(2, 3), k(2, 3)], -1)
case("hstack", [x(2, 3), k(2, 1)])
case("vstack", [x(3), k(2, 3)])
case("split.Tensor", x(5, 2), 2)
case("split_with_sizes", x(5, 2), [1, 3, 1])
case("split_with_sizes_copy", x(5, 2), [2, 3])
case("split_copy.Tensor", x(4, 2), 2)
case("unsafe_split.Tensor", x(4, 2), 3)
case("chunk", x(2, 7), 3, 1)
case("unsafe_chunk", x(4, 2), 2)
case("unbind.int", x(2, 3), 1)
case("unbind_copy.int", x(2, 3))
case("select.int", c(), 1, -1)
case("select_copy.int", c(), 0, 1)
case("slice.Tensor", c(), 2, 1, -1, 2)
case("slice.Tensor", c(), 1, -2, 9223372036854775807)
case("slice_copy.Tensor", c(), 0, 1)
case("narrow", c(), 2, 1, 2)
case("narrow_copy", c(), 0, 1, 1)
case("slice_scatter", x(4, 3), k(2, 3), 0, 1, 3)
case("slice_scatter", x(5, 2), k(3, 2), 0, 0, 5, 2)
case("select_scatter", x(4, 3), k(4), 1, -1)

# Indexing
case("index_select", c(), 1, ints([2, 0]))
case("gather", x(2, 3), 1, ints([[0, 2], [1, 1]]))
case("take_along_dim", x(2, 3), ints([[0, 2], [1, 1]]), 1)
case("embedding", x(4, 3), ints([[1, 3], [0, 0]]))
case("index.Tensor", c(), [ints([1, 0, -1])])
case("index.Tensor", c(), [None, ints([[0, 2]]), ints([[1], [-1]])])
case("index.Tensor", x(2, 3, 2, 2), [ints([0, 1]), None, ints([1, 0])])
case("index.Tensor", c(), [flags([[True, False, True], [False, True, False]])])
case("_unsafe_index.Tensor", c(), [None, None, ints([1, 3])])
case("index_put", x(3, 2), [ints([0, -1])], k(2, 2))
case("index_put", x(3, 2), [ints([0, 0]), ints([1, 1])], k(2), True)
case("_unsafe_index_put", x(3, 2), [ints([2])], k(1, 2))
case("scatter.src", x(3, 2), 0, ints([[0, 2]]), k(1, 2))
case("scatter.value", x(3, 2), 1, ints([[0], [1], [0]]), 2.0)
case("scatter_add", x(3, 2), 0, ints([[0, 2], [0, 1]]), k(2, 2))
case("one_hot", ints([1, 0, 2]), 3)
case("meshgrid", [x(2), k(3)])
case("meshgrid.indexing", [x(2), k(3)], indexing="xy")

# Padding and turning
case("pad", x(2, 3), [1, 2, -1, 1], "constant", 0.5)
case("pad", x(1, 2, 3, 4), [1, 2, 1, 0], "reflect")
case("pad", x(1, 2, 3, 4), [1, 2, 1, 0], "replicate")
case("pad", x(1, 2, 3, 4), [1, 2, 1, 0], "circular")
case("constant_pad_nd", x(2, 3), [1, 1], -2.0)
case("reflection_pad1d", x(2, 4), [2, 1])
case("reflection_pad2d", x(1, 2, 3, 4), [1, 1, 2, 0])
case("reflection_pad3d", x(1, 1, 2, 3, 2), [1, 1, 0, 1, 1, 0])
case("replication_pad1d", x(2, 4), [2, 1])
case("replication_pad2d", x(1, 2, 3, 4), [1, 1, 2, 0])
case("replication_pad3d", x(1, 1, 2, 3, 2), [1, 1, 0, 1, 1, 0])
case("flip", c(), [0, 2])
case("fliplr", x(2, 3))
case("flipud", x(2, 3))
case("roll", x(3, 4), [1, -2], [0, 1])
case("roll", x(3, 4), [5])
for turns in (1, 2, 3):
    case("rot90", x(2, 3), turns, [0, 1])

# Resampling
for size in (1, 2, 3):
    dims, target = (1, 2, 4, 3, 2)[: size + 2], [5, 6, 3][:size]
    case(f"upsample_nearest{size}d", x(*dims), target)
    case(f"upsample_nearest{size}d.vec", x(*dims), None, [2.0, 1.5, 2.0][:size])
for op, size in (("upsample_linear1d", 1), ("upsample_bilinear2d", 2), ("upsample_trilinear3d", 3), ("upsample_bicubic2d", 2)):
    dims, target = (1, 2, 4, 3, 2)[: size + 2], [5, 6, 3][:size]
    case(op, x(*dims), target, False)
    case(op, x(*dims), target, True)
    case(f"{op}.vec", x(*dims), None, False, [2.0, 1.5, 2.0][:size])
case("upsample_bicubic2d", x(1, 1, 7, 6), [3, 4], False)
case("upsample_bilinear2d.vec", x(1, 1, 5, 5), None, False, [1.5, 1.3])
case("_upsample_nearest_exact2d", x(1, 2, 4, 3), [5, 6])
case("_upsample_nearest_exact2d.vec", x(1, 2, 4, 3), [7, 5], None)
for op in ("_upsample_bilinear2d_aa", "_upsample_bicubic2d_aa"):
    case(op, x(1, 1, 7, 8), [3, 4], False)
    case(f"{op}.vec", x(1, 1, 6, 4), [3, 6], False, None)
grid = lambda: k(1, 2, 3, 2, low=-1.1, high=1.1)
case("grid_sampler", x(1, 2, 4, 4), grid(), 0, 0, False)
case("grid_sampler_2d", x(1, 2, 4, 4), grid(), 0, 1, True)
case("affine_grid_generator", x(1, 2, 3), [1, 1, 2, 3], False)
case("im2col", x(1, 2, 4, 4), [2, 3], [1, 1], [1, 0], [2, 1])
case("col2im", x(1, 8, 9), [4, 4], [2, 2], [1, 1], [0, 0], [1, 1])
case("unfold", x(2, 7), 1, 3, 2)

# Reductions
case("mean", c())
case("mean.dim", c(), [1, -1], True)
case("sum", c())
case("sum.dim_IntList", c(), [0])
case("sum", flags([True, False, True]))
case("prod", x(2, 3, low=0.5))
case("prod.dim_int", x(2, 3, low=0.5), 1)
case("amax", c(), [1, 2])
case("amin", c(), [-1], True)
case("max", c())
case("min", c())
case("max.dim", c(), 1)
case("min.dim", c(), 2, True)
case("argmax", c(), 1)
case("argmax", c())
case("argmin", c(), -1, True)
case("topk", c(), 2, 1)
case("sort", c(), -1, True)
case("argsort", c(), 1)
case("var", c(), False)
case("var.dim", c(), [1], True, True)
case("var.correction", c(), [1, 2], correction=0)
case("std", c())
case("std.dim", c(), [2])
case("std.correction", c(), [0, 2], correction=1, keepdim=True)
case("var_mean", c())
case("var_mean.dim", c(), [1], False)
case("var_mean.correction", c(), [2], correction=0, keepdim=True)
case("std_mean", c())
case("std_mean.dim", c(), [1])
case("std_mean.correction", c(), [2], correction=0)
case("norm.Scalar", c(), 2)
case("norm.ScalarOpt_dim", c(), 1, [1], True)
case("linalg_vector_norm", c(), 2, [1], True)
case("linalg_vector_norm", c(), 3, [-1])
case("linalg_vector_norm", c(), float("inf"))
case("linalg_norm", c(), None, [1])
case("logsumexp", c(), [1], True)
case("cumsum", c(), 1)
case("any", flags([True, False]))
case("any.dim", flags([[True, False], [False, False]]), 1)
case("all", flags([True, False]))
case("all.dim", flags([[True, True], [False, True]]), 1, True)

# Values made of numbers
floats = dict(dtype=torch.float32)
case("zeros", [2, 3], **floats)
case("ones", [2], dtype=torch.int64)
case("empty.memory_format", [0, 3], **floats)
case("full", [2, 2], 1.5, **floats)
case("zeros_like", a())
case("ones_like", a(), dtype=torch.int64)
case("empty_like", k(0, 2))
case("full_like", a(), 2.5)
case("new_zeros", a(), [2])
case("new_ones", a(), [2, 1])
case("new_empty", a(), [0])
case("new_full", a(), [2], 0.5)
case("arange", 5)
case("arange.start", 2, 7, **floats)
case("arange.start_step", 0.5, 3.0, 0.75)
case("linspace", -1.0, 1.0, 5)
case("eye", 3, **floats)
case("eye.m", 2, 3, **floats)
case("tril", x(3, 4), -1)
case("triu", x(3, 4), 1)
case("triu", flags([[True, True], [True, True]]))
case("scalar_tensor", 2.5, **floats)
case("fill.Scalar", a(), 3.0)
case("fill.Tensor", a(), ints(4))
case("zero", a())
case("copy", k(2, 3), x(3), gradient=False)
case("diagonal", x(2, 3, 4), 1, 1, 2)

# What changes no number
case("clone", a())
case("contiguous", a())
case("detach", a(), gradient=False)
case("detach_copy", a(), gradient=False)
case("alias", a())
case("alias_copy", a())
case("lift", a())
case("lift_fresh", a())
case("lift_fresh_copy", a())
case("resolve_conj", a())
case("resolve_neg", a())
case("requires_grad_", a())
case("to.dtype", ints([1, 2]), torch.float32)
case("to.dtype", x(2, 3), torch.int64)
case("to.dtype_layout", x(2, 3), dtype=torch.float64)
case("to.device", x(2, 3), torch.device("cpu"), torch.bool)
case("to.other", ints([1, 2]), k(1))
case("to.prim_Device", a(), None, None)
case("_to_copy", a(), dtype=torch.int32)
case("type_as", ints([1, 2]), k(1))
case("dropout", a(), 0.5, False)
case("feature_dropout", a(), 0.5, False)
case("alpha_dropout", a(), 0.5, False)
case("feature_alpha_dropout", a(), 0.5, False)
case("native_dropout", a(), 0.5, False, only=[0])

with open(sys.argv[1], "w") as file:
    lines = ",\n".join(json.dumps(each, separators=(",", ":")) for each in cases)
    file.write(f'{{"torch":"{torch.__version__}","cases":[\n{lines}\n]}}\n')
print(len(cases), "cases")
