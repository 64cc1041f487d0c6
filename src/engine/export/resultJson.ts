import type { EncodeParams, Explained, Versions } from '../../shared/protocol/protocol';
import { outputRecord } from '../../shared/question/output';
import type { Attribution, ClassScore, Parameters } from '../../shared/results/attribution';
import type { CardFiles } from './fileNames';
import { imageName } from './provenance';

/**
 * The machine-readable account of an explanation: result.schema.json in this folder describes it. Keys stand in a fixed order, and
 * numbers that JSON cannot hold (NaN, ∞) become null.
 */
export function resultJson(params: EncodeParams, versions: Versions, files: readonly CardFiles[]): string {
  const { prediction, attributions, display, image } = params;
  const { model, runtime, input, top5, target, output, layer } = prediction;
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
function methodEntry(attribution: Attribution, files: CardFiles, { about }: { readonly about?: Explained }): object {
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
    file: files.npy,
    overlay: files.png,
  };
}

function aboutEntry({ image, prediction: { model, target, output, imageSize, input, region } }: Explained): object {
  return {
    image: { name: imageName(image), width: imageSize.width, height: imageSize.height },
    model: { path: model.path, format: model.format, sha256: model.sha256 },
    input: { size: input.size, preprocessing: input.preprocessing, region },
    target: score(target),
    ...(output && { output: outputRecord(output) }),
  };
}

function sorted(parameters: Readonly<Parameters>): Parameters {
  return Object.fromEntries(Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}
