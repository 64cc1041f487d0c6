"""Writes small archives of torch.export with sizes that follow the input, and what PyTorch computes of them.

python scripts/makeExports.py test/data/pytorch (PyTorch 2.13, CPU)

`open.pt2` is in the operators of a training program, `core.pt2` in core aten; `flat.pt2` has the four files of PyTorch 2.1 to 2.6 and
`pickled.pt2` the pickles of 2.7, both written here from the same program.
"""

import io
import json
import sys
import zipfile

import torch
import torch.nn.functional as F
from torch import nn

folder = sys.argv[1]
torch.manual_seed(0)


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3, 8, 3, stride=2, padding=1)
        self.norm = nn.BatchNorm2d(8)
        self.second = nn.Conv2d(8, 8, 3, padding=1)
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True)
        self.head = nn.Linear(32, 5)
        self.head.weight = nn.Parameter(torch.randn(32, 5).t() * 0.2)  # not row by row
        self.register_buffer("table", torch.arange(8.0).view(1, 8, 1, 1), persistent=False)

    def forward(self, x):
        x = F.relu(self.norm(self.first(x)), inplace=True)
        y = self.second(x) + self.table * 0.1
        x = F.interpolate(y, scale_factor=2, mode="bilinear")[:, :, ::2, ::2] + x
        b, c, h, w = x.shape
        tokens = x.flatten(2).transpose(1, 2)
        tokens, _ = self.attention(tokens, tokens, tokens, need_weights=False)
        x = x + tokens.transpose(1, 2).reshape(b, c, h, w)
        x = x.view(b, 2, c // 2, h, w).transpose(1, 2).reshape(b, c, h, w)
        return self.head(F.adaptive_avg_pool2d(x, (2, 2)).flatten(1))


def kept(archive, name, content):
    """Descriptions are packed to be small, weights stay as they are."""
    packed = zipfile.ZIP_DEFLATED if name.endswith(".json") else zipfile.ZIP_STORED
    archive.writestr(zipfile.ZipInfo(name), content, packed)


def without_traces(path):
    """The same archive without the example's input and the lines of code that its nodes came from."""
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in entries.items():
            if "sample_inputs" in name:
                continue
            if "/models/" in name:
                program = json.loads(content)
                for node in program["graph_module"]["graph"]["nodes"]:
                    node["metadata"] = {k: v for k, v in node["metadata"].items() if k == "nn_module_stack"}
                program["guards_code"] = []
                content = json.dumps(program, separators=(",", ":")).encode()
            kept(archive, name, content)


network = Network().eval()
with torch.no_grad():
    network.norm.running_mean.normal_()
    network.norm.running_var.uniform_(0.5, 1.5)
D = torch.export.Dim
program = torch.export.export(
    network, (torch.randn(2, 3, 24, 32),), dynamic_shapes=({0: D("batch", min=1, max=64), 2: D.AUTO, 3: D.AUTO},)
)
torch.export.save(program, f"{folder}/open.pt2")
torch.export.save(program.run_decompositions(), f"{folder}/core.pt2")
without_traces(f"{folder}/core.pt2")
without_traces(f"{folder}/open.pt2")

with zipfile.ZipFile(f"{folder}/open.pt2") as archive:
    described = json.loads(next(archive.read(name) for name in archive.namelist() if "/models/" in name))


def pickled(value):
    buffer = io.BytesIO()
    torch.save(value, buffer)
    return buffer.getvalue()


state = dict(network.state_dict())
constants = {"table": network.table}
described["schema_version"] = {"major": 7, "minor": 3}
described.pop("torch_version", None)
with zipfile.ZipFile(f"{folder}/flat.pt2", "w") as archive:
    for name, content in {
        "serialized_exported_program.json": json.dumps(described, separators=(",", ":")),
        "serialized_state_dict.pt": pickled(state),
        "serialized_constants.pt": pickled(constants),
        "serialized_example_inputs.pt": b"",
        "version": "7.3",
    }.items():
        kept(archive, name, content)
with zipfile.ZipFile(f"{folder}/pickled.pt2", "w") as archive:
    for name, content in {
        "archive_format": "pt2",
        "archive_version": "0",
        "models/network.json": json.dumps(described, separators=(",", ":")),
        "data/weights/network.pt": pickled(state),
        "data/constants/network.pt": pickled(constants),
    }.items():
        kept(archive, name, content)

x = torch.linspace(-2, 2, 3 * 20 * 28).reshape(1, 3, 20, 28).sin().requires_grad_(True)
y = network(x)
y[0, 0].backward()
numbers = {"input": x.detach(), "output": y.detach(), "gradient": x.grad}
with open(f"{folder}/exports.json", "w") as file:
    shown = {k: {"dims": list(v.shape), "values": [float(f"{n:.8g}") for n in v.flatten().tolist()]} for k, v in numbers.items()}
    json.dump(shown, file, separators=(",", ":"))
