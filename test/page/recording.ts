import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { parseNpy } from '../../src/engine/files/npy';
import type { Prediction } from '../../src/shared/explanation/events';
import { emptyExplanation } from '../../src/shared/explanation/explanation';
import type { PanelSetup, PanelState } from '../../src/shared/protocol/panel';
import { cardFor } from '../../src/shared/question/card';
import type { Preprocessing } from '../../src/shared/question/preprocessing';
import { defaultDisplay } from '../../src/shared/rendering/display';
import type { Attribution, ClassList, ClassScore, RawMap } from '../../src/shared/results/attribution';
import type { LayerInfo } from '../../src/shared/results/layers';
import { panelStrings } from '../../src/shared/words/panelStrings';
import { methodInfos } from './methodInfos';

const folder = new URL('../data/page/', import.meta.url);

/** The messages of one explanation, made from recorded maps. */
export interface Recording {
  readonly setup: PanelSetup;
  readonly prediction: Prediction;
  readonly attributions: readonly Attribution[];
}

async function readMap(name: string): Promise<RawMap> {
  const { dims, data } = parseNpy(await readFile(new URL(`${name}.npy`, folder)), name);
  if (!(data instanceof Float32Array)) throw new TypeError(`${name} is not float32`);
  const [height, width, channels = 1] = dims as [number, number, number?];
  return { data, width, height, channels };
}

async function readImage(name: string) {
  const { data, info } = await sharp(await readFile(new URL(`${name}.png`, folder)))
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: new Uint8Array(data) };
}

function attribution(method: string, map: RawMap, rest: Partial<Attribution>): Attribution {
  const info = methodInfos.find((each) => each.id === method)!;
  return {
    key: method,
    method,
    preset: null,
    parameters: Object.fromEntries(info.parameters.map((each) => [each.name, each.default])),
    layer: info.needsLayer ? '/layer3/layer3.1/relu2/Relu_output_0' : null,
    map,
    seconds: 0.014,
    evaluations: { forward: 1, gradient: 1 },
    min: map.data.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    max: map.data.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
    notes: [],
    ...rest,
  };
}

const layer = (name: string, operator: string, shape: number[]): LayerInfo => ({
  name,
  operator,
  shape,
  spatial: shape.length === 3,
});

const shapesLayers = [
  layer('/relu/Relu_output_0', 'Relu', [16, 48, 48]),
  layer('/maxpool/MaxPool_output_0', 'MaxPool', [16, 24, 24]),
  ...[1, 2, 3].flatMap((stage) =>
    [0, 1].flatMap((block) =>
      ['conv1/Conv', 'relu1/Relu', 'conv2/Conv', 'relu2/Relu'].map((part) =>
        layer(`/layer${stage}/layer${stage}.${block}/${part}_output_0`, part.split('/')[1]!, [
          8 * 2 ** stage,
          48 / 2 ** stage,
          48 / 2 ** stage,
        ]),
      ),
    ),
  ),
  layer('/avgpool/GlobalAveragePool_output_0', 'GlobalAveragePool', [64]),
  layer('logits', 'Gemm', [6]),
];

function setup(imageName: string, checkpointName: string): PanelSetup {
  const state: PanelState = {
    id: 'panel-1',
    question: {
      image: `file:///workspace/${imageName}`,
      checkpoint: `/workspace/${checkpointName}`,
      target: { kind: 'top1' },
    },
    cards: methodInfos.map(({ id }) => cardFor(id)),
    comparisons: [],
    pinned: [],
    display: defaultDisplay,
  };
  return {
    state,
    explanation: emptyExplanation(state.question, state.cards),
    imageName,
    methods: methodInfos,
    strings: panelStrings,
  };
}

const score = (index: number, label: string | null, logit: number, probability: number): ClassScore => ({
  index,
  label,
  logit,
  probability,
});

/** As if the model had these classes only. */
function listed(scores: readonly ClassScore[]): ClassList {
  const inOrder = [...scores].sort((a, b) => a.index - b.index);
  const count = (inOrder.at(-1)?.index ?? -1) + 1;
  const probabilities = new Float32Array(count);
  const labels = Array.from({ length: count }, (_, index) => `class ${index}`);
  for (const { index, label, probability } of inOrder) {
    probabilities[index] = probability;
    labels[index] = label ?? labels[index]!;
  }
  return { count, probabilities, labels };
}

/** The star with the watermark, explained by all nine methods with the `shapes` checkpoint. */
export async function starRecording(): Promise<Recording> {
  const top5 = [
    score(3, 'star', 8.333395, 0.99966),
    score(2, 'triangle', 0.106167, 0.000267),
    score(4, 'cross', -1.507583, 0.0000532),
    score(5, 'ring', -3.079304, 0.0000111),
    score(1, 'square', -4.019842, 0.0000043),
  ];
  const rest: Readonly<Record<string, Partial<Attribution>>> = {
    smoothgrad: { seconds: 0.41, evaluations: { forward: 0, gradient: 25 }, preset: 'captum' },
    'integrated-gradients': { seconds: 0.83, evaluations: { forward: 2, gradient: 50 }, convergenceDelta: 0.000214 },
    occlusion: { seconds: 12.4, evaluations: { forward: 169, gradient: 0 } },
    'guided-backprop': {
      notes: ['The map is nearly the same for the second class (ρ = 0.98): it says little about “star”.'],
    },
  };
  const attributions = await Promise.all(
    methodInfos.map(async ({ id }) => attribution(id, await readMap(`star.${id}`), rest[id] ?? {})),
  );
  return {
    setup: setup('star_0.png', 'last_e08.onnx'),
    prediction: {
      model: { path: '/workspace/last_e08.onnx', format: 'onnx', sha256: '0'.repeat(64), layers: shapesLayers },
      runtime: { id: 'onnxruntime', why: 'The default.' },
      input: {
        size: [3, 96, 96],
        preprocessing: null,
        how: 'from whylight.json beside the checkpoint',
        guessed: false,
        alternatives: [],
      },
      top5,
      classes: listed(top5),
      labelsHow: 'from whylight.json beside the checkpoint',
      target: top5[0]!,
      layer: {
        name: '/layer3/layer3.1/relu2/Relu_output_0',
        why: 'The last layer with spatial extent before the pooling.',
      },
      pixels: await readImage('star'),
      region: { x: 0, y: 0, width: 96, height: 96 },
      imageSize: { width: 96, height: 96 },
      notes: [],
      dependsOn: [],
    },
    attributions,
  };
}

const kerasTf: Preprocessing = {
  preset: 'keras-tf',
  width: 224,
  height: 224,
  resize: 'shorter-side-and-centre-crop',
  shorterSide: 224,
  interpolation: 'bilinear',
  channelOrder: 'rgb',
  scale: 1 / 127.5,
  mean: [1, 1, 1],
  std: [1, 1, 1],
};

/** A photograph of which the model saw the central square, with a guessed preprocessing and only some methods finished. */
export async function catRecording(): Promise<Recording> {
  const top5 = [
    score(286, 'Egyptian cat', 20.848717, 0.6741831),
    score(282, 'tabby', 19.108597, 0.1183187),
    score(288, 'lynx', 19.029148, 0.1092822),
    score(283, 'tiger cat', 18.891708, 0.0952489),
    score(294, 'cheetah', 14.568538, 0.0012628),
  ];
  const finished = ['gradient', 'integrated-gradients', 'grad-cam', 'occlusion'];
  return {
    setup: setup('chelsea.png', 'mobilenet_v1_0.25_224.onnx'),
    prediction: {
      model: { path: '/workspace/model.onnx', format: 'onnx', sha256: '1'.repeat(64), layers: shapesLayers },
      runtime: { id: 'onnxruntime', why: 'The default.' },
      input: {
        size: [3, 224, 224],
        preprocessing: kerasTf,
        how: 'guessed: MobileNet with 1001 classes',
        guessed: true,
        alternatives: [
          { preprocessing: kerasTf, top5 },
          {
            preprocessing: { ...kerasTf, preset: 'torchvision', scale: 1 / 255, mean: [0.485, 0.456, 0.406] },
            top5: [score(282, 'tabby', 12.1, 0.31), ...top5.slice(2), score(606, 'hook, claw', 9.2, 0.021)],
          },
          {
            preprocessing: { ...kerasTf, preset: 'raw-0-255', scale: 1, mean: [0, 0, 0] },
            top5: [score(905, 'window shade', 88.1, 0.93), ...top5.slice(1)],
          },
        ],
      },
      top5,
      classes: listed(top5),
      labelsHow: 'from whylight.json beside the checkpoint',
      target: top5[0]!,
      layer: {
        name: '/layer3/layer3.1/relu2/Relu_output_0',
        why: 'The last layer with spatial extent before the pooling.',
      },
      pixels: await readImage('chelsea'),
      region: { x: 75.5, y: 0, width: 300, height: 300 },
      imageSize: { width: 451, height: 300 },
      notes: ['The model ends in a Softmax: its input, the logits, is explained instead.'],
      dependsOn: [],
    },
    attributions: await Promise.all(finished.map(async (id) => attribution(id, await readMap(`chelsea.${id}`), {}))),
  };
}
