"""Writes test/data/golden-rules: relevance maps by zennit's own composites and by AttnLRP's gradient x input formulation.

    python scripts/makeGoldenRules.py

Needs torch, numpy, onnx, shap 0.51.0 and zennit (commit 6204e31). The networks are the small ONNX files of
test/data/models/tiny, rebuilt node by node as torch modules, so that the packages can hook them; the inputs are test/data/golden's.
"""
import gzip
import io
import json
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from shap.explainers._deep.deep_pytorch import add_interim_values, deeplift_grad
from torch import nn
from torch.nn import functional as F
from zennit.attribution import Gradient
from zennit.composites import (EpsilonAlpha2Beta1, EpsilonGammaBox, EpsilonPlus, EpsilonPlusFlat, LayerMapComposite,
                               layer_map_base)
from zennit.layer import Sum
from zennit.rules import AlphaBeta, Epsilon, Gamma, ZPlus

DATA = Path(__file__).resolve().parent.parent / 'test/data'
OUT = DATA / 'golden-rules'
LOW, HIGH = [-4.0, -4.5, -5.0], [4.0, 5.0, 4.5]


class Halve(torch.autograd.Function):
    """A product's operands get half of the gradient each (AttnLRP's uniform rule)."""

    @staticmethod
    def forward(ctx, x):
        return x.clone()

    @staticmethod
    def backward(ctx, g):
        return g / 2


class Ratio(torch.autograd.Function):
    """y = f(x) with the gradient g * y / x (AttnLRP's identity rule)."""

    @staticmethod
    def forward(ctx, x, y):
        ctx.save_for_backward(x, y)
        return y.clone()

    @staticmethod
    def backward(ctx, g):
        x, y = ctx.saved_tensors
        return g * torch.where(x == 0, torch.zeros_like(x), y / x), None


class ByRule(torch.autograd.Function):
    """A layer whose gradient is the relevance that a zennit rule gives, over the input: relevance is gradient x value on both sides."""

    @staticmethod
    def forward(ctx, x, module, rule):
        ctx.module, ctx.rule = module, rule
        with torch.no_grad():
            y = module(x)
        ctx.save_for_backward(x, y)
        return y

    @staticmethod
    def backward(ctx, g):
        x, y = ctx.saved_tensors
        with torch.enable_grad():
            handles = ctx.rule.copy().register(ctx.module)
            input = x.detach().requires_grad_()
            relevance, = torch.autograd.grad(ctx.module(input), input, g * y)
            handles.remove()
        return torch.where(x == 0, torch.zeros_like(x), relevance / x), None, None


class Network(nn.Module):
    """An ONNX graph as torch modules. `attention`: None for the true gradient, 'taylor' for AttnLRP, 'none' for CP-LRP. `rules`: zennit's by
    type of layer, for gradient x input; a bias that is added behind a MatMul is then its layer's."""

    def __init__(self, path, attention=None, rules=None):
        super().__init__()
        graph = onnx.load(path).graph
        self.attention, self.rules = attention, rules or {}
        self.constants = {t.name: torch.from_numpy(numpy_helper.to_array(t).copy()).to(torch.float64 if t.data_type == 1 else torch.int64)
                          for t in graph.initializer}
        self.input, self.output = graph.input[0].name, graph.output[0].name
        self.nodes, self.layers = [], nn.ModuleList()
        produced = {}
        for node in graph.node:
            attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
            if node.op_type == 'Constant':
                value = numpy_helper.to_array(attributes['value']).copy()
                self.constants[node.output[0]] = torch.from_numpy(value).to(torch.float64 if value.dtype == np.float32 else torch.int64)
                continue
            behind = produced.get(node.input[0])
            if (self.rules and node.op_type == 'Add' and node.input[1] in self.constants
                    and behind and behind.op_type == 'MatMul' and behind.input[1] in self.constants):
                layer = next(m for n, _, m in self.nodes if n is behind)
                layer.bias = nn.Parameter(self.constants[node.input[1]])
                self.nodes.append((onnx.helper.make_node('Identity', node.input[:1], node.output), {}, None))
                produced[node.output[0]] = node
                continue
            module = self.module(node, attributes)
            if module is not None:
                self.layers.append(module)
            self.nodes.append((node, attributes, module))
            produced[node.output[0]] = node
        self.double()

    def module(self, node, a):
        weight = self.constants.get(node.input[1]) if len(node.input) > 1 else None
        bias = self.constants.get(node.input[2]) if len(node.input) > 2 else None
        if node.op_type == 'Conv':
            pads = a.get('pads', [0] * 4)
            assert pads[:2] == pads[2:]
            m = nn.Conv2d(weight.shape[1] * a.get('group', 1), weight.shape[0], tuple(weight.shape[2:]), tuple(a.get('strides', [1, 1])),
                          tuple(pads[:2]), tuple(a.get('dilations', [1, 1])), a.get('group', 1), bias is not None)
            m.weight.data = weight
        elif node.op_type == 'Gemm':
            m = nn.Linear(weight.shape[1], weight.shape[0], bias is not None)
            m.weight.data = weight if a.get('transB') else weight.T
        elif node.op_type == 'MatMul' and weight is not None:
            m = nn.Linear(weight.shape[0], weight.shape[1], False)
            m.weight.data = weight.T
        elif node.op_type == 'Relu':
            return nn.ReLU()
        elif node.op_type == 'Clip':
            return nn.ReLU6()
        elif node.op_type == 'Add' and all(i not in self.constants for i in node.input):
            return Sum()
        elif node.op_type == 'ReduceMean' and self.attention is None:
            return nn.AdaptiveAvgPool2d(1)
        elif node.op_type == 'MaxPool':
            pads = a.get('pads', [0] * 4)
            return nn.MaxPool2d(tuple(a['kernel_shape']), tuple(a['strides']), tuple(pads[:2]))
        else:
            return None
        if bias is not None:
            m.bias.data = bias
        return m

    def forward(self, x):
        values = {self.input: x}
        values.update({k: c.to(x.dtype) if c.is_floating_point() else c for k, c in self.constants.items()})
        for node, a, module in self.nodes:
            values[node.output[0]] = self.run(node.op_type, a, module, [values[i] if i else None for i in node.input])
        return values[self.output]

    def run(self, op, a, module, v):
        x = v[0]
        if isinstance(module, Sum):
            return module(torch.stack(v, dim=-1)) if self.attention is None else v[0] + v[1]
        if type(module) in self.rules:
            return ByRule.apply(x, module, self.rules[type(module)])
        if module is not None:
            return module(x)
        if op == 'Identity':
            return x
        if op == 'MatMul':
            a_, b_ = v
            if self.attention == 'none':
                return a_.detach() @ b_ if getattr(a_, 'softmax', False) else a_ @ b_
            return Halve.apply(a_ @ b_) if self.attention else a_ @ b_
        if op == 'Softmax':
            y = torch.softmax(x, a.get('axis', -1))
            y.softmax = True
            return y
        if op == 'LayerNormalization':
            mean = x.mean(-1, keepdim=True)
            deviation = ((x - mean) ** 2).mean(-1, keepdim=True).add(a.get('epsilon', 1e-5)).sqrt()
            return (x - mean) / (deviation.detach() if self.attention else deviation) * v[1] + v[2]
        if op == 'Gelu':
            y = F.gelu(x, approximate=(a.get('approximate') or b'none').decode())
            return Ratio.apply(x, y.detach()) if self.attention else y
        if op == 'Gather':
            index = v[1]
            return x.select(a.get('axis', 0), int(index)) if index.ndim == 0 else x.index_select(a.get('axis', 0), index)
        if op == 'Slice':
            steps = v[4].tolist() if len(v) > 4 and v[4] is not None else [1] * len(v[1])
            for start, end, axis, step in zip(v[1].tolist(), v[2].tolist(), v[3].tolist(), steps):
                x = x[(slice(None),) * axis + (slice(start, end, step),)]
            return x
        if op == 'Reshape':
            return x.reshape([x.shape[i] if n == 0 else n for i, n in enumerate(v[1].tolist())])
        if op == 'Squeeze':
            return x.squeeze(tuple(v[1].tolist()))
        if op == 'Unsqueeze':
            for axis in v[1].tolist():
                x = x.unsqueeze(axis)
            return x
        simple = {
            'Add': lambda: v[0] + v[1], 'Mul': lambda: v[0] * v[1], 'Concat': lambda: torch.cat(v, a['axis']),
            'Transpose': lambda: x.permute(a['perm']), 'Flatten': lambda: x.flatten(1),
            'ReduceMean': lambda: x.mean(v[1].tolist(), keepdim=bool(a.get('keepdims', 1))),
        }
        return simple[op]()


def uniform(rule):
    return LayerMapComposite(layer_map_base() + [((nn.Conv2d, nn.Linear), rule)])


COMPOSITES = {
    'epsilon-gamma-box': lambda: EpsilonGammaBox(low=torch.tensor(LOW)[None, :, None, None],
                                                 high=torch.tensor(HIGH)[None, :, None, None]),
    'epsilon-plus': EpsilonPlus,
    'epsilon-plus-flat': EpsilonPlusFlat,
    'epsilon-alpha2-beta1': EpsilonAlpha2Beta1,
    'lrp-epsilon.0.1': lambda: uniform(Epsilon(0.1)),
    'lrp-gamma': lambda: uniform(Gamma(0.25)),
    'lrp-alpha-beta': lambda: uniform(AlphaBeta(2, 1)),
    'lrp-z-plus': lambda: uniform(ZPlus()),
}


def by_zennit(network, x, target, composite):
    with Gradient(network, composite) as attributor:
        _, relevance = attributor(x, torch.eye(attributor.model(x).shape[1], dtype=x.dtype)[[target]])
    return relevance


def gradient_times_input(network, x, target):
    x = x.clone().requires_grad_()
    gradient, = torch.autograd.grad(network(x)[0, target], x)
    return (x * gradient).detach()


def by_zennit_float32(network, x, target, composite):
    relevance = by_zennit(network.float(), x.float(), target, composite).double()
    network.double()
    return relevance


def save(cases, model, rules, target, relevance, source, **options):
    name = f'{model}.{rules}.npy.gz'
    buffer = io.BytesIO()
    np.save(buffer, relevance.detach().to(torch.float32).numpy())
    (OUT / name).write_bytes(gzip.compress(buffer.getvalue(), mtime=0))
    cases.append({'model': model, 'rules': rules, 'target': target, 'file': name, **options})


def by_shap(network, x, baselines, target):
    """shap's DeepExplainer, whose hooks these are: the mean over the baselines of multiplier x (x - baseline)."""
    for layer in network.layers:
        layer.register_forward_hook(add_interim_values)
        layer.register_full_backward_hook(deeplift_grad)
    both = torch.cat([x.expand_as(baselines), baselines]).requires_grad_()
    multipliers, = torch.autograd.grad(network(both)[:, target].sum(), both)
    return (multipliers[len(baselines):] * (x - baselines)).mean(0, keepdim=True)


def main():
    OUT.mkdir(exist_ok=True)
    cases = []
    for model in ['resnet_bottleneck', 'vgg', 'mobilenet_v2', 'resnext_grouped', 'vit', 'vit_timm', 'swin']:
        path = DATA / f'models/tiny/{model}/model.onnx'
        x = torch.from_numpy(np.load(DATA / f'golden/tiny_{model}/input.npy')).double()
        target = json.loads((DATA / f'golden/tiny_{model}/record.json').read_text())['target_index']
        expected = torch.from_numpy(np.load(DATA / f'golden/tiny_{model}/output.npy')).double()
        if model in ('vit', 'vit_timm', 'swin'):
            for rules, attention in (('attn-lrp', 'taylor'), ('cp-lrp', 'none')):
                network = Network(path, attention).eval()
                assert (network(x) - expected).abs().max() < 1e-4 * expected.abs().max()
                save(cases, model, rules, target, gradient_times_input(network, x, target), source='gradient x input in torch',
                     cotangent='logit', float32=0)
            rules = {nn.Conv2d: Gamma(0.25, stabilizer=1e-9), nn.Linear: Gamma(0.05, stabilizer=1e-9)}
            network = Network(path, 'taylor', rules).eval()
            assert (network(x) - expected).abs().max() < 1e-4 * expected.abs().max()
            relevance = gradient_times_input(network, x, target)
            error = (gradient_times_input(network.float(), x.float(), target) - relevance).abs().max() / relevance.abs().max()
            save(cases, model, 'attn-lrp.gamma', target, relevance, source="gradient x input in torch, with zennit's gamma",
                 cotangent='logit', float32=float(f'{error:.1e}'))
            continue
        network = Network(path).eval()
        assert (network(x) - expected).abs().max() < 1e-4 * expected.abs().max(), model
        for rules, composite in COMPOSITES.items():
            if rules.startswith('lrp-') and model not in ('vgg', 'resnet_bottleneck'):
                continue
            relevance = by_zennit(network, x, target, composite())
            error = (by_zennit_float32(network, x, target, composite()) - relevance).abs().max() / relevance.abs().max()
            save(cases, model, rules, target, relevance, source='zennit', cotangent='one', float32=float(f'{error:.1e}'))
    x = torch.from_numpy(np.load(DATA / 'images/inputs/tinyseq_a.npy')).double()
    baselines = torch.cat([0 * x, 0 * x - 1])
    network = Network(DATA / 'golden-methods/models/tinyseq.onnx').eval()
    buffer = io.BytesIO()
    np.save(buffer, by_shap(network, x, baselines, 1)[0].detach().to(torch.float32).numpy())
    (OUT / 'captum/tinyseq.a.shap.deepexplainer.npy.gz').write_bytes(gzip.compress(buffer.getvalue(), mtime=0))
    record = {'low': LOW, 'high': HIGH, 'cases': cases}
    (OUT / 'cases.json').write_text(json.dumps(record, indent=1) + '\n')


main()
