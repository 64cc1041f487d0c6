"""Makes cases.tar.gz: python make.py FOLDER_OF_LIBONNX_TESTDATA_NODE, with onnx 1.23.1 installed."""

import gzip
import io
import pathlib
import re
import sys
import tarfile

import onnx
import onnx.backend.test.case.node as node_cases
from onnx import TensorProto, numpy_helper

# Text, sequences, losses, recurrence, signals, random numbers, detection, language models: no operators of image classifiers.
OTHERS = re.compile(
    "Adagrad|Adam|Momentum|String|Regex|TfIdf|ImageDecoder|Sequence|Optional|NonMaxSuppression|RNN|LSTM|GRU|Unique|DFT|STFT|Mel|Window|"
    "Random|Bernoulli|Multinomial|Loss|TensorScatter|LinearAttention|CausalConv|FlexAttention|BitCast|Scan|Det|RoiAlign|MaxRoi"
)
CHANGED = set(
    "ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSumSquare Split Pad Resize AveragePool "
    "MaxPool LpPool QuantizeLinear DequantizeLinear ScatterND ScatterElements GroupNormalization Col2Im Equal GridSample".split()
)
# No element type, text, complex numbers, 8-bit floats and smaller.
OTHER_TYPES = {0, 8, 14, 15, 17, 18, 19, 20, 23, 24, 25, 26}
FOUR_BITS = {21, 22}


def files(case):
    yield "model.onnx", case.model.SerializeToString()
    for index, (inputs, outputs) in enumerate(case.data_sets):
        for kind, values, infos in (("input", inputs, case.model.graph.input), ("output", outputs, case.model.graph.output)):
            for place, (value, info) in enumerate(zip(values, infos)):
                tensor = value if isinstance(value, TensorProto) else numpy_helper.from_array(value, info.name)
                yield f"test_data_set_{index}/{kind}_{place}.pb", tensor.SerializeToString()


def wanted(case, older):
    graph = case.model.graph
    operators = {node.op_type for node in graph.node}
    types = {value.type.tensor_type.elem_type for value in [*graph.input, *graph.output]}
    if "_expanded" in case.name or any(OTHERS.search(name) for name in operators):
        return False
    if any(each.domain not in ("", "ai.onnx") for each in case.model.opset_import) or types & OTHER_TYPES:
        return False
    if types & FOUR_BITS and not operators & {"DequantizeLinear", "QuantizeLinear"}:
        return False
    known = (older / case.name).exists()
    size = sum(len(data) for _, data in files(case))
    return size <= (8000 if known else 90000) and (not known or bool(operators & CHANGED))


older = pathlib.Path(sys.argv[1])
packed = io.BytesIO()
with tarfile.open(fileobj=packed, mode="w") as archive:
    for case in sorted(node_cases.collect_testcases(None), key=lambda case: case.name):
        if not wanted(case, older):
            continue
        for name, data in files(case):
            entry = tarfile.TarInfo(f"{case.name}/{name}")
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
with gzip.GzipFile(pathlib.Path(__file__).with_name("cases.tar.gz"), "wb", 9, mtime=0) as out:
    out.write(packed.getvalue())
