import type { Parameters, RawMap } from '../../shared/results/attribution';
import { type Baseline, baselineColour, baselineParameter, baselineValueParameter } from './baselines';
import { type Covered, forEachScore, type Windows, wholeScores } from './coveredScores';
import { type UpsamplingKernel, upsample } from './interpolation';
import type { Method, MethodContext } from './method';
import { choiceOf, numberOf } from './parameters';
import { type Scalar, scalarParameter } from './score';

/** Windows along the shorter side when the window is chosen automatically. */
const automaticWindows = 8;

/** Where windows begin along one side. `inside`: only whole windows; `crop`: until the side is covered, the last one cut off. */
function starts(length: number, size: number, stride: number, edges: string): number[] {
  const last = Math.max(0, length - size);
  const count = (edges === 'inside' ? Math.floor(last / stride) : Math.ceil(last / stride)) + 1;
  return Array.from({ length: count }, (_, i) => i * stride);
}

function windowsOf({ input }: MethodContext, parameters: Parameters): Windows {
  const shorter = Math.min(input.width, input.height);
  const size = Math.min(numberOf(parameters, 'window') || Math.ceil(shorter / automaticWindows), shorter);
  // A stride beyond the window would leave pixels uncovered.
  const stride = Math.min(numberOf(parameters, 'stride') || Math.ceil(size / 2), size);
  const edges = choiceOf(parameters, 'edges');
  return { size, tops: starts(input.height, size, stride, edges), lefts: starts(input.width, size, stride, edges) };
}

/** Each window's value on all of its pixels: summed, or averaged over the windows that cover the pixel. */
function spread(
  values: Float64Array,
  windows: Windows,
  { input }: MethodContext,
  overlap: string,
  done: number,
): RawMap {
  const { width, height } = input;
  const sum = new Float64Array(width * height);
  const cover = new Uint32Array(width * height);
  for (let i = 0; i < done; i++) {
    const top = windows.tops[Math.floor(i / windows.lefts.length)]!;
    const left = windows.lefts[i % windows.lefts.length]!;
    for (let y = top; y < Math.min(top + windows.size, height); y++) {
      for (let x = left; x < Math.min(left + windows.size, width); x++) {
        sum[y * width + x]! += values[i]!;
        cover[y * width + x]!++;
      }
    }
  }
  const data = Float32Array.from(sum, (value, i) =>
    overlap === 'average' && cover[i]! > 0 ? value / cover[i]! : value,
  );
  return { data, width, height, channels: 1 };
}

/** Occlusion: how much the score falls when a window of the image is covered (Zeiler and Fergus 2013). Map: H×W. */
export const occlusion: Method = {
  info: {
    id: 'occlusion',
    title: 'Occlusion',
    family: 'perturbation',
    description:
      'How much the class score falls when a window around the place is covered with a baseline. Needs no gradient and means what it says, but it sees nothing smaller than the window, misses evidence that is there twice, and the covered window may itself look like something to the model.',
    formula: 'M(p) = mean over the windows W around p of S(x) − S(x with W covered)',
    source: {
      paper: 'Zeiler and Fergus: Visualizing and Understanding Convolutional Networks (2013)',
      url: 'https://arxiv.org/abs/1311.2901',
    },
    cost: 'windows × forward pass (about 225 windows on a square input by default)',
    needsLayer: false,
    parameters: [
      {
        name: 'window',
        title: 'Window',
        description: 'Side of the square window in pixels of the model’s input; 0: an eighth of the shorter side.',
        type: 'integer',
        default: 0,
        minimum: 0,
        maximum: 4096,
      },
      {
        name: 'stride',
        title: 'Stride',
        description: 'Distance between windows in pixels, at most the window’s side; 0: half of it.',
        type: 'integer',
        default: 0,
        minimum: 0,
        maximum: 4096,
      },
      baselineParameter('patch', 'Baseline', 'What stands in a covered window.', 'mean'),
      baselineValueParameter('patchValue', 'Baseline value', 'the baseline'),
      {
        name: 'edges',
        title: 'Edges',
        description: 'Whether windows may stick out of the image.',
        type: 'choice',
        default: 'crop',
        choices: [
          { value: 'crop', description: 'the last window of a row is cut off, so that every pixel is covered' },
          { value: 'inside', description: 'whole windows only; pixels at the right and the bottom may stay uncovered' },
        ],
      },
      {
        name: 'overlap',
        title: 'Overlapping windows',
        description: 'How a pixel that several windows cover gets its value.',
        type: 'choice',
        default: 'average',
        choices: [
          { value: 'average', description: 'the mean of its windows' },
          { value: 'sum', description: 'their sum: pixels near the border come out smaller' },
          { value: 'interpolate', description: 'one value a window, the grid of values upsampled bilinearly' },
        ],
      },
      {
        name: 'measure',
        title: 'Measure',
        description: 'What is shown of a covered image’s score.',
        type: 'choice',
        default: 'drop',
        choices: [
          { value: 'drop', description: 'the fall against the whole image' },
          { value: 'complement', description: '1 − score, for probabilities' },
        ],
      },
      scalarParameter,
    ],
    presets: [
      {
        name: 'pair',
        title: 'PAIR saliency Occlusion',
        description:
          'Window 15, stride 1, zeros; sums over the windows without dividing by their number. Slow: one pass for nearly every pixel.',
        parameters: { window: 15, stride: 1, patch: 'zero', edges: 'inside', overlap: 'sum' },
      },
      {
        name: 'captum',
        title: 'captum Occlusion',
        description: 'Window 15 and stride 8 as in its tutorial, zeros, averaged over the windows.',
        parameters: { window: 15, stride: 8, patch: 'zero', edges: 'crop', overlap: 'average' },
      },
      {
        name: 'tf-explain',
        title: 'tf-explain OcclusionSensitivity',
        description: 'Tiles of 20 pixels with the value 127.5 whatever the preprocessing; 1 − probability, upsampled.',
        parameters: {
          window: 20,
          stride: 20,
          patch: 'value',
          patchValue: 127.5,
          edges: 'crop',
          overlap: 'interpolate',
          measure: 'complement',
          scalar: 'probability',
        },
      },
    ],
  },
  singlePass: false,
  async run(context, parameters) {
    const { target } = context;
    const overlap = choiceOf(parameters, 'overlap');
    const windows = windowsOf(context, parameters);
    const colour = baselineColour(context, choiceOf<Baseline>(parameters, 'patch'), numberOf(parameters, 'patchValue'));
    const drop = choiceOf(parameters, 'measure') === 'drop';
    const covered: Covered = { windows, colour, scalar: choiceOf<Scalar>(parameters, 'scalar') };
    const columns = windows.lefts.length;
    const values = new Float64Array(windows.tops.length * columns);
    const map = (done: number): RawMap => {
      if (overlap !== 'interpolate') return spread(values, windows, context, overlap, done);
      const grid = { data: Float32Array.from(values), width: columns, height: windows.tops.length, channels: 1 };
      return upsample(grid, context.input.width, context.input.height, 'linear' satisfies UpsamplingKernel);
    };
    const whole = drop ? (await wholeScores(context, covered.scalar))[target]! : 1;
    await forEachScore(context, covered, {
      take(window, score) {
        values[window] = whole - score;
      },
      partial: map,
    });
    return { map: map(values.length) };
  },
};
