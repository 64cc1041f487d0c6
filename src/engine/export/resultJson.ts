import type { EncodeParams, Explained, Versions } from '../../shared/protocol/protocol';
import { outputRecord } from '../../shared/question/output';
import type { Overlay } from '../../shared/rendering/renderOverlay';
import type { Attribution, ClassScore, Parameters } from '../../shared/results/attribution';
import type { CardFiles } from './fileNames';
import { imageName } from './provenance';

/** The files of a card, and how its overlay was drawn. */
export interface SavedCard extends CardFiles, Pick<Overlay, 'sign' | 'low' | 'high'> {
  /** Of the overlay, in pixels. */
  readonly width: number;
  readonly height: number;
}

/**
 * The machine-readable account of an explanation: result.schema.json in this folder describes it. Keys stand in a fixed order, and
 * numbers that JSON cannot hold (NaN, ∞) become null.
 */
export function resultJson(params: EncodeParams, versions: Versions, files: readonly SavedCard[]): string {
  const { prediction, attributions, display, image } = params;
  const { model, runtime, input, top5, target, output, layer, labelsHow, labelsGuessed = false } = prediction;
  const cards = [
    ...attributions.map((attribution) => ({ attribution })),
    ...(params.others ?? []).flatMap((about) => about.attributions.map((attribution) => ({ attribution, about }))),
  ];
  const result = {
    image: { name: imageName(image), width: prediction.imageSize.width, height: prediction.imageSize.height },
    model: { path: model.path, format: model.format, sha256: model.sha256 },
    runtime: runtime.id,
    runtimeReason: runtime.why,
    input: {
      size: input.size,
      preprocessing: input.preprocessing,
      how: input.how,
      guessed: input.guessed,
      alternatives: input.alternatives.map((alternative) => ({
        preset: alternative.preprocessing.preset,
        top5: alternative.top5.map(score),
      })),
      region: prediction.region,
    },
    labels: labelsHow === null ? null : { how: labelsHow, guessed: labelsGuessed },
    top5: top5.map(score),
    target: score(target),
    ...(output && { output: outputRecord(output) }),
    layer: layer ? { name: layer.name, why: layer.why } : null,
    seed: params.seed ?? 0,
    methods: cards.map(({ attribution, ...rest }, i) => methodEntry(attribution, files[i]!, rest)),
    display: {
      mode: display.mode,
      colourMap: display.colourMap,
      sign: display.sign,
      outlierPercentile: display.outlierPercentile,
      opacity: display.opacity,
      topK: display.topK,
      view: display.view === 'model' ? 'model' : 'image',
      scale: display.scale,
      format: params.format ?? 'png',
      longestSide: params.longestSide ?? null,
    },
    findings: (params.findings ?? []).map(({ severity, sentence, layer: where }) => ({
      severity,
      sentence,
      ...(where !== undefined && { layer: where }),
    })),
    notes: prediction.notes,
    versions: {
      whylight: versions.whylight,
      node: versions.node,
      [versions.runtime.id]: versions.runtime.version,
      sharp: versions.sharp,
    },
  };
  return `${JSON.stringify(result, null, 2)}\n`;
}

function score({ index, label, logit, probability }: ClassScore): object {
  return { index, label, logit, probability };
}

/** The key stands there where it says more than the method; `about` where the card asks another question than the others. */
function methodEntry(attribution: Attribution, saved: SavedCard, { about }: { readonly about?: Explained }): object {
  return {
    id: attribution.method,
    ...(attribution.key !== attribution.method && { key: attribution.key }),
    ...(about && { about: aboutEntry(about) }),
    preset: attribution.preset,
    parameters: sorted(attribution.parameters),
    layer: attribution.layer,
    seconds: attribution.seconds,
    evaluations: { forward: attribution.evaluations.forward, gradient: attribution.evaluations.gradient },
    min: attribution.min,
    max: attribution.max,
    ...(attribution.convergenceDelta !== undefined && { convergenceDelta: attribution.convergenceDelta }),
    ...(attribution.scoreDifference !== undefined && { scoreDifference: attribution.scoreDifference }),
    notes: attribution.notes,
    file: saved.npy,
    overlay: saved.overlay,
    drawn: { width: saved.width, height: saved.height, sign: saved.sign, low: saved.low, high: saved.high },
  };
}

function aboutEntry({ image, prediction }: Explained): object {
  const { model, target, top5, output, imageSize, input, region } = prediction;
  return {
    image: { name: imageName(image), width: imageSize.width, height: imageSize.height },
    model: { path: model.path, format: model.format, sha256: model.sha256 },
    input: { size: input.size, preprocessing: input.preprocessing, region },
    target: score(target),
    top5: top5.map(score),
    ...(output && { output: outputRecord(output) }),
  };
}

function sorted(parameters: Readonly<Parameters>): Parameters {
  return Object.fromEntries(Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}
