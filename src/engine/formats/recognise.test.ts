import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../test/support/folder';
import { type ZipPart, zipOf } from '../../../test/support/zip';
import { CheckpointError } from '../../shared/errors';
import { ProtobufWriter } from '../runtime/onnxruntime/protobufWriter';
import type { Describer } from './kit/reader';
import { onnx } from './onnx';
import { recognised, refusal } from './recognise';

const folder = temporaryFolder();
let count = 0;

type Content = string | Uint8Array | readonly number[];

function file(content: Content, name = 'model.onnx'): string {
  const own = join(folder, String(count++));
  mkdirSync(own);
  const path = join(own, name);
  writeFileSync(path, typeof content === 'string' ? content : Uint8Array.from(content));
  return path;
}

async function sentence(path: string, describers: readonly Describer[] = []): Promise<string> {
  const found = await recognised(path, [onnx], describers);
  expect(found.reader).toBeNull();
  const { message } = refusal(path, found, [onnx]);
  expect(message).toMatch(/^[^\n]+\.$/);
  return message.replace(`${path} is `, '');
}

const zeros = (length: number) => new Array<number>(length).fill(0);
const letters = (text: string) => [...text].map((letter) => letter.charCodeAt(0));
const parts = (...names: string[]): ZipPart[] => names.map((name) => ({ name, bytes: new Uint8Array() }));
const zip = (...names: string[]) => zipOf(parts(...names));
const int32 = (...values: number[]) => [...new Uint8Array(Int32Array.from(values).buffer)];

function safetensors(header: object, data = 0): Uint8Array {
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, Buffer.alloc(data)]);
}
const tensor = (shape: number[] = [], end = 0) => ({ dtype: 'F32', shape, data_offsets: [0, end] });
const weights = (...names: string[]) => safetensors(Object.fromEntries(names.map((name) => [name, tensor([2, 2])])));

/** One file of a tar archive with nothing in it. */
function tar(...names: string[]): Uint8Array {
  const headers = names.map((name) => {
    const header = Buffer.alloc(512);
    header.write(name, 0);
    header.write('00000000000\0', 124);
    header.write('ustar', 257);
    return header;
  });
  return Buffer.concat([...headers, Buffer.alloc(1024)]);
}
const pickle = (module: string) => [0x80, 2, ...letters(`c${module}\nThing\nq\0.`)];

const message = () => new ProtobufWriter();
const graphDef = () =>
  message()
    .message(1, message().string(1, 'input').string(2, 'Placeholder'))
    .message(1, message().string(1, 'c').string(2, 'Conv2D'));
const metaGraph = () => message().message(1, message().string(4, 'serve')).message(2, graphDef());
const lfs =
  'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 98400000\n';

/** Content, and the sentence after “<path> is ”. */
const files: readonly (readonly [what: string, content: Content, sentence: string])[] = [
  // What other readers take, told to one that knows ONNX only.
  [
    'HDF5',
    [0x89, ...letters('HDF\r\n\x1a\n'), ...zeros(100), ...letters('keras_version\0')],
    'an HDF5 file (Keras .h5); ONNX checkpoints are read.',
  ],
  [
    'HDF5 behind a user block',
    [...zeros(512), 0x89, ...letters('HDF\r\n\x1a\nmodel_weights\0')],
    'an HDF5 file (Keras .h5); ONNX checkpoints are read.',
  ],
  [
    'an HDF5 data set',
    [0x89, ...letters('HDF\r\n\x1a\n'), ...zeros(100), ...letters('images\0')],
    'an HDF5 file without a Keras model in it; ONNX checkpoints are read.',
  ],
  [
    'Keras 3',
    zip('metadata.json', 'config.json', 'model.weights.h5'),
    'a Keras 3 model (.keras); ONNX checkpoints are read.',
  ],
  [
    'TorchScript',
    zip('m/data.pkl', 'm/code/x.py', 'm/constants.pkl'),
    'a TorchScript archive; ONNX checkpoints are read.',
  ],
  ['a PyTorch zip', zip('m/data.pkl', 'm/version'), 'a PyTorch checkpoint; ONNX checkpoints are read.'],
  [
    'torch.export',
    zip('m/archive_format', 'm/models/model.json'),
    'a torch.export archive (.pt2); ONNX checkpoints are read.',
  ],
  ['TFLite', [0x1c, 0, 0, 0, ...letters('TFL3'), ...zeros(20)], 'a TensorFlow Lite model; ONNX checkpoints are read.'],
  [
    'a TensorFlow index',
    [...zeros(50), 0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb],
    'a TensorFlow checkpoint index; ONNX checkpoints are read.',
  ],
  ['a frozen graph', graphDef().finish(), 'a frozen TensorFlow graph; ONNX checkpoints are read.'],
  ['a meta graph', metaGraph().finish(), 'a TensorFlow graph with its meta data (.meta); ONNX checkpoints are read.'],
  [
    'a SavedModel',
    message().integer(1, 1).message(2, metaGraph()).finish(),
    'a TensorFlow SavedModel; ONNX checkpoints are read.',
  ],
  [
    'TensorFlow.js',
    '{"format": "layers-model", "modelTopology": {}}',
    'a TensorFlow.js model; ONNX checkpoints are read.',
  ],
  ['graph text', 'node {\n  name: "x"\n}\n', 'a TensorFlow graph in text form; ONNX checkpoints are read.'],
  // What stands in place of a model.
  ['a Git LFS pointer', lfs, 'a Git LFS pointer instead of the file itself (94 MB); run “git lfs pull” in its folder.'],
  [
    'a git-annex pointer',
    '/annex/objects/SHA256E-s4--ab.onnx\n',
    'a git-annex pointer instead of the file itself; run “git annex get” on it.',
  ],
  [
    'a DVC pointer',
    'outs:\n- md5: 22a1a2931c8370d3aeedd7183606fd7f\n  size: 14\n  path: net.onnx\n',
    'a DVC pointer instead of the file itself; run “dvc pull” in its folder.',
  ],
  [
    'a link of a cache as text',
    '../../blobs/4d7a214614ab2935c943f9e0\n',
    'a link that was written as text (“../../blobs/4d7a214614ab2935c943f9e0”); choose the file that it leads to, or download it again.',
  ],
  [
    'a web page',
    '<!DOCTYPE html><html>Sign in</html>',
    'a web page instead of the file itself; download or export it again; the address may need a login.',
  ],
  [
    'an XML error',
    '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code></Error>',
    'the error “AccessDenied” of a file server instead of the file itself; download or export it again.',
  ],
  [
    'a JSON error',
    '{"error":"Repository not found"}',
    'the answer of a server (“Repository not found”) instead of the file itself; download or export it again.',
  ],
  [
    'a JSON error of GitHub',
    '{"message": "Not Found", "documentation_url": "https://docs"}',
    'the answer of a server (“Not Found”) instead of the file itself; download or export it again.',
  ],
  [
    'an error in plain text',
    'Entry not found',
    'the answer “Entry not found” of a server instead of the file itself; download or export it again.',
  ],
  [
    'zeros',
    zeros(20_000),
    '20 KB of zeros: its download reserved the place and did not fill it; download or export it again.',
  ],
  // Archives.
  ['gzip', gzipSync('anything'), 'a gzip archive; unpack it and choose the file in it.'],
  [
    'a gzipped tar',
    gzipSync(tar('net.onnx')),
    'a gzip archive with a tar archive in it; unpack it and choose the file in it.',
  ],
  [
    'a gzipped HDF5',
    gzipSync(Buffer.from([0x89, ...letters('HDF\r\n\x1a\n')])),
    'a gzip archive with an HDF5 file (Keras .h5) in it; unpack it and choose the file in it.',
  ],
  ['xz', [0xfd, ...letters('7zXZ'), 0, 0, 4], 'an xz archive; unpack it and choose the file in it.'],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd, 4, 0], 'a Zstandard archive; unpack it and choose the file in it.'],
  ['7z', [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c, 0, 4], 'a 7z archive; unpack it and choose the file in it.'],
  ['RAR', [...letters('Rar!'), 0x1a, 7, 1, 0], 'a RAR archive; unpack it and choose the file in it.'],
  ['bzip2', letters('BZh91AY&SY'), 'a bzip2 archive; unpack it and choose the file in it.'],
  ['tar', tar('readme.txt'), 'a tar archive; unpack it and choose the file in it.'],
  [
    'a tar with a model',
    tar('readme.txt', 'run/net.onnx'),
    'a tar archive with “run/net.onnx” in it; unpack it and choose the file in it.',
  ],
  [
    'the oldest PyTorch',
    tar('sys_info', 'pickle', 'tensors', 'storages'),
    'a PyTorch checkpoint of the oldest format (a tar archive); load and save it again with PyTorch.',
  ],
  ['a zip', zip('readme'), 'a zip archive; unpack it first if a checkpoint is in it.'],
  [
    'a zipped model',
    zip('readme', 'net/model.onnx'),
    'a zip archive with “net/model.onnx” in it; unpack it and choose that file.',
  ],
  [
    'a zipped SavedModel',
    zip('1/saved_model.pb', '1/variables/x'),
    'a zip archive with “1/saved_model.pb” in it; unpack it and choose that file.',
  ],
  [
    'an encrypted zip',
    zipOf([{ name: 'net.onnx', bytes: new Uint8Array(12), encrypted: true }]),
    'an encrypted zip archive (“net.onnx” needs a password); unpack it with its password first.',
  ],
  [
    'a cut zip',
    [0x50, 0x4b, 3, 4, ...zeros(30)],
    'a damaged zip archive: its download or copy probably stopped early; download or export it again.',
  ],
  ['npz', zip('arr_0.npy'), 'a NumPy archive (.npz): arrays without a network; choose the model that they belong to.'],
  [
    'TorchServe',
    zip('MAR-INF/MANIFEST.json', 'resnet18.pt'),
    'a TorchServe archive (.mar); unpack it and choose the file in it.',
  ],
  // PyTorch's own.
  [
    'AOTInductor',
    zip('m/archive_format', 'm/data/aotinductor/model/c.so'),
    'a .pt2 that was compiled by AOTInductor: machine code without its program; save it with torch.export.save instead.',
  ],
  [
    'quantised TorchScript',
    zip('m/constants.pkl', 'm/data.pkl', 'm/code/__torch__/torch/nn/quantized/modules/conv.py'),
    'a quantised TorchScript program, whose packed weights only PyTorch can read; save the network before it was quantised, or export it to ONNX.',
  ],
  [
    'ExecuTorch',
    [...zeros(4), ...letters('ET12'), ...zeros(8)],
    'an ExecuTorch program (.pte); it runs on ExecuTorch only; choose the model that it was made from.',
  ],
  [
    'old PyTorch',
    [0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a],
    'a PyTorch checkpoint of the old format; ONNX checkpoints are read.',
  ],
  [
    'a bare pickle',
    [0x80, 4, 0x95, 0, 0, 0, 0],
    'a pickle file (an old PyTorch or scikit-learn model); export it to ONNX where it was made.',
  ],
  // Weights.
  [
    'safetensors',
    safetensors({
      __metadata__: { format: 'pt' },
      'layer1.0.conv1.weight': tensor([64, 3, 7, 7]),
      'layer1.0.conv2.weight': tensor([64]),
    }),
    'a safetensors file, written for “pt”: 2 tensors without a program, such as “layer1.0.conv1.weight” (64×3×7×7); by their names a ResNet (guessed); it holds no program; export the model to ONNX where it was trained, or with optimum-cli from its folder.',
  ],
  [
    'cut safetensors',
    safetensors({ w: tensor([1000], 4000) }, 100),
    'a safetensors file of which 168 bytes of 4.0 KB are there: its download or copy stopped early; download or export it again.',
  ],
  [
    'safetensors that end early',
    safetensors({ w: tensor() }).subarray(0, 20),
    'a safetensors file that ends within its header: its download or copy stopped early; download or export it again.',
  ],
  [
    'LoRA',
    weights('base_model.model.q_proj.lora_A.weight', 'base_model.model.q_proj.lora_B.weight'),
    'a safetensors file with the weights of an adapter (LoRA), which change another model and are none; merge the adapter into its base model and export that to ONNX.',
  ],
  [
    'a language model',
    weights('model.embed_tokens.weight', 'model.layers.0.mlp.up_proj.weight', 'lm_head.weight'),
    'a safetensors file with a language model; explain a model that takes an image and gives classes.',
  ],
  [
    'a U-Net',
    weights('down_blocks.0.resnets.0.conv1.weight', 'mid_block.resnets.0.conv1.weight', 'conv_in.weight'),
    'a safetensors file with the U-Net or transformer of an image generator (diffusion); explain a model that takes an image and gives classes.',
  ],
  [
    'a VAE',
    weights('encoder.down_blocks.0.resnets.0.conv1.weight', 'quant_conv.weight', 'decoder.conv_in.weight'),
    'a safetensors file with the autoencoder (VAE) of an image generator; explain a model that takes an image and gives classes.',
  ],
  [
    'an embedding',
    weights('emb_params'),
    'a safetensors file with an embedding (numbers for words or images), not a network; explain a model that takes an image and gives classes.',
  ],
  [
    'an optimizer',
    weights('state.0.exp_avg', 'state.0.exp_avg_sq', 'state.1.exp_avg'),
    'a safetensors file with the state of an optimizer, without a network’s weights; choose the file with the weights beside it.',
  ],
  [
    'Flax',
    [0x81, 0xa6, ...letters('params'), 0x82, 0xa4, ...letters('bias'), 0xc7, 20, 1, ...zeros(20)],
    'a file of Flax weights (.msgpack), without a network; export it to ONNX where it was made.',
  ],
  [
    'npy',
    [0x93, ...letters('NUMPY'), 1, 0],
    'a NumPy array (.npy): numbers without a network; choose the model that it belongs to.',
  ],
  [
    'Darknet',
    [...int32(0, 2, 5, 32013312, 0), ...zeros(40)],
    'a file of Darknet weights (.weights) without their network; convert it with its .cfg to ONNX.',
  ],
  [
    'MXNet weights',
    [0x12, 1, ...zeros(14)],
    'a file of MXNet weights (.params); export the network to ONNX with mx2onnx.',
  ],
  [
    'PaddlePaddle weights',
    [...int32(0, 0, 0, 0, 8), 0x08, 5, 0x10, 3, 0x10, 7, 0, 0, ...zeros(20)],
    'a file of PaddlePaddle weights (.pdiparams) without their network; convert the folder with paddle2onnx.',
  ],
  [
    'PaddlePaddle pickled',
    pickle('paddle.fluid.core'),
    'a file of PaddlePaddle weights (.pdparams); convert the network with paddle2onnx.',
  ],
  // Networks of other libraries.
  [
    'ort',
    [0x1c, 0, 0, 0, ...letters('ORTM'), ...zeros(20)],
    'an onnxruntime .ort file; it runs on one version of onnxruntime only; choose the model that it was made from.',
  ],
  [
    'ONNX text',
    'ir_version: 8\nproducer_name: "x"\n',
    'an ONNX model in text form; save it in binary form with onnx.save.',
  ],
  [
    'TensorRT',
    [...letters('ptrt'), ...zeros(30)],
    'a TensorRT engine; it runs on the graphics card that it was built for only; choose the model that it was made from.',
  ],
  ['GGUF', [...letters('GGUF'), 3, 0, 0, 0], 'a language model in GGUF; explain a model that takes an image.'],
  [
    'OpenVINO',
    '<?xml version="1.0"?>\n<net name="resnet" version="11">\n',
    'an OpenVINO network (.xml); choose the model that it was converted from, or export that to ONNX.',
  ],
  [
    'NCNN',
    '7767517\n75 83\nInput data 0 1 data\n',
    'an NCNN network (.param); choose the model that it was converted from.',
  ],
  [
    'Caffe text',
    'name: "CaffeNet"\nlayer {\n  name: "data"\n}\n',
    'a Caffe network (.prototxt) without its weights; convert it with its .caffemodel to ONNX.',
  ],
  [
    'Caffe',
    message().string(1, 'CaffeNet').message(100, message().string(1, 'conv1').string(2, 'Convolution')).finish(),
    'a Caffe model (.caffemodel); convert it with its .prototxt to ONNX.',
  ],
  [
    'Core ML',
    message().integer(1, 4).message(2, message().string(1, 'x')).message(500, message().string(1, 'y')).finish(),
    'a Core ML model; choose the model that it was converted from.',
  ],
  [
    'PaddlePaddle',
    message()
      .message(1, message().integer(1, 0).integer(2, -1).message(3, message().string(1, 'x')))
      .finish(),
    'a PaddlePaddle network (.pdmodel); convert its folder with paddle2onnx.',
  ],
  [
    'Darknet text',
    '[net]\nbatch=1\nwidth=224\n',
    'a Darknet network (.cfg) without its weights; convert it with its .weights to ONNX.',
  ],
  [
    'MXNet',
    '{"nodes": [{"op": "null", "name": "data", "inputs": []}], "arg_nodes": [0], "heads": [[0, 0, 0]]}',
    'an MXNet network (symbol.json) without its weights; export it to ONNX with mx2onnx.',
  ],
  [
    'Keras JSON',
    '{"class_name": "Functional", "config": {"name": "net"}}',
    'the architecture of a Keras model without its weights; save the whole model with model.save(…) and choose that file.',
  ],
  [
    'scikit-learn',
    pickle('sklearn.svm._classes'),
    'a pickled scikit-learn model, which takes tables and not images; explain a model that takes an image.',
  ],
  [
    'XGBoost',
    pickle('xgboost.core'),
    'a pickled XGBoost model, which takes tables and not images; explain a model that takes an image.',
  ],
  [
    'XGBoost JSON',
    '{"learner":{"attributes":{},"gradient_booster":{"model":{}}}}',
    'an XGBoost model, which takes tables and not images; explain a model that takes an image.',
  ],
  [
    'joblib',
    deflateSync(Uint8Array.from(pickle('sklearn.ensemble._forest'))),
    'a pickled scikit-learn model, which takes tables and not images; explain a model that takes an image.',
  ],
  [
    'adapter settings',
    '{"peft_type": "LORA", "r": 8}',
    'the settings of an adapter (LoRA); merge the adapter into its base model and export that.',
  ],
  [
    'an index of shards',
    '{"metadata": {"total_size": 1}, "weight_map": {"a": "b"}}',
    'the list of weights in several files, without a program; export the model to ONNX with optimum-cli.',
  ],
  [
    'the list of TensorFlow',
    'model_checkpoint_path: "model.ckpt-896"\n',
    'the list of a folder’s TensorFlow checkpoints; choose the .index or .meta file that it names.',
  ],
  // Anything else.
  ['JSON', '{"a": 1}', 'a JSON file; ONNX checkpoints are read.'],
  ['a text', 'This is no model – but text.\n', 'a text file; ONNX checkpoints are read.'],
  ['PNG', [0x89, ...letters('PNG\r\n\x1a\n')], 'a PNG image; ONNX checkpoints are read.'],
  [
    'noise',
    [0xff, 0xfe, 0x00, 0x01, 0x99],
    'not a checkpoint of any known format, or damaged at its beginning; ONNX checkpoints are read.',
  ],
  ['one zero', [0], 'not a checkpoint of any known format, or damaged at its beginning; ONNX checkpoints are read.'],
];

describe('a file is named for what its bytes are, with the way out', () => {
  it.each(files)('%s', async (_, content, expected) => {
    expect(await sentence(file(content))).toBe(expected);
  });

  it('has a sentence of its own for each', () => {
    const own = files.map(([, , text]) => text).filter((text) => !text.endsWith('; ONNX checkpoints are read.'));
    expect(own.length).toBeGreaterThan(50);
  });

  it('is no checkpoint in lists where nobody would call it one', async () => {
    const hidden = async (content: Content) => (await recognised(file(content), [onnx], [])).is?.noCheckpoint ?? false;
    for (const content of ['{"a": 1}', 'text', pickle('sklearn.svm'), zip('arr_0.npy'), [0xff, 0xfe, 0, 1, 0x99]])
      expect(await hidden(content)).toBe(true);
    for (const content of [lfs, weights('conv.weight'), zip('m/data.pkl'), zeros(5000), '<html>'])
      expect(await hidden(content)).toBe(false);
  });
});

describe('bytes that say nothing are explained by what lies beside them', () => {
  const noise = Uint8Array.from([0x3f, 0x80, 0x11, 0xff, 0xfe, 0x99, 0x01, 0x77]);
  it.each([
    [
      'model.ckpt-896.data-00000-of-00001',
      [],
      'the weights of a TensorFlow checkpoint without its “model.ckpt-896.index” beside it; copy the .index and .meta files beside it.',
    ],
    ['resnet.onnx.part', [], 'an unfinished download; let the download finish.'],
    ['resnet.pth.crdownload', [], 'an unfinished download; let the download finish.'],
    ['group1-shard1of2.bin', [], 'a part of the weights of a TensorFlow.js model; choose its model.json.'],
    ['net.onnx.data', ['net.onnx'], 'the weights of an ONNX model; choose “net.onnx”, which reads them.'],
    ['net.bin', ['net.xml'], 'the weights of an OpenVINO network (.bin); choose the model that it was converted from.'],
    ['net.bin', ['net.param'], 'the weights of an NCNN network (.bin); choose the model that it was converted from.'],
    ['net.bin', [], 'not a checkpoint of any known format, or damaged at its beginning; ONNX checkpoints are read.'],
  ] as const)('%s beside %j', async (name, siblings, expected) => {
    const path = file(noise, name);
    for (const sibling of siblings) writeFileSync(join(path, '..', sibling), 'x');
    expect(await sentence(path)).toBe(expected);
  });

  it('does not go by the name where the bytes speak', async () => {
    expect(await sentence(file('{"error":"gone"}', 'a.data-00000-of-00001'))).toContain(
      'the answer of a server (“gone”)',
    );
  });
});

describe('a folder', () => {
  const folderOf = async (...names: string[]) => {
    const own = join(folder, String(count++));
    mkdirSync(own);
    for (const name of names) writeFileSync(join(own, name), 'x');
    return sentence(own);
  };

  it.each([
    [['a.onnx'], 'a folder; choose the file in it, “a.onnx”.'],
    [
      ['e3.onnx', 'e1.onnx', 'e2.onnx', 'e4.onnx'],
      'a folder with 4 checkpoints (“e1.onnx”, “e2.onnx”, “e3.onnx”, …); choose one of them.',
    ],
    [['Manifest.json', 'Data'], 'a Core ML package; choose the model that it was converted from.'],
    [
      ['adapter_config.json', 'adapter_model.safetensors'],
      'a folder with an adapter (LoRA); merge it into its base model and export that to ONNX.',
    ],
    [['model_index.json'], 'a folder with an image generator (diffusers); explain a model that takes an image.'],
    [
      ['config.json', 'model.safetensors'],
      'a folder of Hugging Face with weights and no program (“model.safetensors”); export it to ONNX with optimum-cli.',
    ],
    [['notes.txt'], 'a folder, not a checkpoint; ONNX checkpoints are read.'],
  ] as const)('of %j', async (names, expected) => {
    expect(await folderOf(...names)).toBe(expected);
  });
});

describe('what a describer says', () => {
  const describer: Describer = {
    describe: async ({ kind, ...rest }) =>
      kind === 'file' && 'is' in rest && rest.is.id === 'zip pickle'
        ? { what: 'a PyTorch checkpoint with a state_dict of 122 tensors', way: 'export it' }
        : null,
  };

  it('takes the place of what the bytes alone told', async () => {
    const path = file(zip('m/data.pkl'));
    expect(await sentence(path, [describer])).toBe('a PyTorch checkpoint with a state_dict of 122 tensors; export it.');
    expect((await recognised(path, [onnx], [describer])).is?.id).toBe('zip pickle');
    expect(await sentence(file('{"a": 1}'), [describer])).toBe('a JSON file; ONNX checkpoints are read.');
  });

  it('is an error where the file is damaged', async () => {
    const damaged: Describer = { describe: () => Promise.reject(new CheckpointError('x is damaged.')) };
    await expect(recognised(file(zip('m/data.pkl')), [onnx], [damaged])).rejects.toBeInstanceOf(CheckpointError);
  });
});
