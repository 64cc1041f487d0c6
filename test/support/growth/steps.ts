/** What the engine does to a checkpoint before the runtime gets it: from the file to the program's bytes. */
import { writeFileSync } from 'node:fs';
import { readCheckpoint } from '../../../src/engine/formats';
import type { Graph } from '../../../src/engine/graph/ir/graph';
import { analyse } from '../../../src/engine/model/analysis/analyse';
import { withHead } from '../../../src/engine/model/analysis/head';
import { findImageInput } from '../../../src/engine/model/analysis/imageInput';
import { INPUT } from '../../../src/engine/model/evaluation/model';
import { classScore, scoredValue } from '../../../src/engine/model/evaluation/score';
import { unionOf } from '../../../src/engine/model/evaluation/spec';
import { buildProgram, type ProgramGraph } from '../../../src/engine/model/programs/build';
import { layOut } from '../../../src/engine/runtime/onnxruntime/blockedLayout';
import { encodeModel } from '../../../src/engine/runtime/onnxruntime/encodeModel';
import { encodeTestModel } from '../onnxModel';
import { type Family, growing } from './shapes';

export interface Opened {
  /** Bound, with the head that evaluations read. */
  readonly graph: Graph;
  readonly input: string;
  readonly layers: readonly string[];
}

export function writeGrowing(path: string, family: Family, n: number): void {
  writeFileSync(path, encodeTestModel(growing(family, n)));
}

/** Reads, binds and analyses. */
export async function open(path: string): Promise<Opened> {
  const { graph } = await readCheckpoint(path);
  const input = findImageInput(graph);
  const { graph: bound, logits, layers } = analyse(graph, input, { height: 2, width: 2 });
  return {
    graph: withHead(bound, logits),
    input: input.name,
    layers: layers.map(({ name }) => name),
  };
}

/** The program of the logits and of gradients with respect to the image and to `layers`, whose values it gives too. */
export function program({ graph, input }: Opened, gradients: boolean, layers: readonly string[] = []): ProgramGraph {
  const scored = scoredValue(classScore(0));
  const wrt = gradients ? [INPUT, ...layers] : [];
  const asked = wrt.map((each) => ({ scored, rules: 'standard' as const, wrt: each }));
  const spec = { activations: layers, scored: [], gradients: asked, products: [], replaced: [], reference: false };
  return buildProgram(graph, input, unionOf([spec]));
}

/** The bytes that onnxruntime gets. */
export function encode({ graph, outputs }: ProgramGraph): Uint8Array {
  return encodeModel(layOut(graph, outputs), outputs, true).model;
}

/** All of it: the network with the gradient of its image. */
export async function wholeWay(path: string): Promise<void> {
  encode(program(await open(path), true));
}
