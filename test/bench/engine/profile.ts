/** Time by kind of operator, from onnxruntime's profiler. */
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { readCheckpoint } from '../../../src/engine/formats';
import type { Graph } from '../../../src/engine/graph/ir/graph';
import { analyse } from '../../../src/engine/model/analysis/analyse';
import { withHead } from '../../../src/engine/model/analysis/head';
import { findImageInput } from '../../../src/engine/model/analysis/imageInput';
import type { Probes } from '../../../src/engine/model/evaluation/model';
import { Programs } from '../../../src/engine/model/programs/programs';
import { createRuntimes } from '../../../src/engine/runtime';
import { layOut } from '../../../src/engine/runtime/onnxruntime/blockedLayout';
import { fromOrt, toOrt } from '../../../src/engine/runtime/onnxruntime/convert';
import { encodeModel } from '../../../src/engine/runtime/onnxruntime/encodeModel';
import type { Runtime } from '../../../src/engine/runtime/runtime';
import { asBatch } from '../../support/asBatch';
import { image } from '../measure';
import type { Options } from './options';
import type { Report } from './section';

const runs = 10;

interface Kernel {
  readonly name: string;
  readonly dur: number;
  readonly args?: { readonly op_name?: string };
}

/** Sums kernel times of all runs but the first of each session, in milliseconds a run, longest first. */
async function kernelTimes(folder: string): Promise<Map<string, { ms: number; count: number }>> {
  const kinds = new Map<string, { ms: number; count: number }>();
  for (const file of await readdir(folder)) {
    const events = JSON.parse(await readFile(join(folder, file), 'utf8')) as Kernel[];
    const seen = new Set<string>();
    for (const { name, dur, args } of events) {
      if (!name.endsWith('_kernel_time') || !args?.op_name) continue;
      // A node's first run is left out: it is slower for reasons that do not come back.
      if (!seen.has(name)) {
        seen.add(name);
        continue;
      }
      const kind = kinds.get(args.op_name) ?? { ms: 0, count: 0 };
      kinds.set(args.op_name, { ms: kind.ms + dur / 1000 / (runs - 1), count: kind.count + 1 / (runs - 1) });
    }
  }
  return new Map([...kinds].sort(([, a], [, b]) => b.ms - a.ms));
}

async function profiled(
  title: string,
  options: Options,
  report: Report,
  use: (session: ort.InferenceSession.SessionOptions) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'whylight-profile-'));
  try {
    if (options.keep !== null) await mkdir(options.keep, { recursive: true });
    const kept =
      options.keep === null ? {} : { optimizedModelFilePath: join(options.keep, `${title.replace(/\W+/g, '_')}.onnx`) };
    await use({
      ...kept,
      enableProfiling: true,
      profileFilePrefix: join(folder, 'profile'),
      intraOpNumThreads: options.threads,
      interOpNumThreads: 1,
      executionProviders: ['cpu'],
    });
    const kinds = await kernelTimes(folder);
    const total = [...kinds.values()].reduce((sum, { ms }) => sum + ms, 0);
    report.line(`    ${title}: ${total.toFixed(1)} ms in kernels`);
    for (const [kind, { ms, count }] of [...kinds].slice(0, options.profile)) {
      report.line(`      ${kind.padEnd(26)} ${ms.toFixed(2).padStart(8)} ms  ${Math.round(count)} nodes`);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The bare forward pass. */
export async function profileFile(path: string, batch: number, options: Options, report: Report): Promise<void> {
  await profiled(`bare forward, batch ${batch}`, options, report, async (sessionOptions) => {
    const session = await ort.InferenceSession.create(path, sessionOptions);
    const { data, dims } = image([3, 224, 224], batch);
    for (let i = 0; i < runs; i++) await session.run({ input: new ort.Tensor('float32', data, dims) }, ['logits']);
    session.endProfiling();
    await session.release();
  });
}

/** Compiles graphs as the engine's runtime does, with the profiler on. */
function profilingRuntime(
  engine: Runtime,
  sessionOptions: ort.InferenceSession.SessionOptions,
  onSession: (end: () => void) => void,
): Runtime {
  return {
    ...engine,
    async compile(graph: Graph, outputs, { dynamicBatch } = {}) {
      const laidOut = layOut(engine.lower(graph, outputs), outputs);
      const { model, external, inputs } = encodeModel(laidOut, outputs, dynamicBatch);
      const session = await ort.InferenceSession.create(model, { ...sessionOptions, externalData: external });
      onSession(() => session.endProfiling());
      return {
        inputs,
        outputs,
        async run(feeds) {
          const given = Object.fromEntries(inputs.map((name) => [name, toOrt(ort, name, feeds[name]!)]));
          const results = await session.run(given, outputs);
          return Object.fromEntries(outputs.map((name) => [name, fromOrt(name, results[name]!)]));
        },
        dispose: () => session.release(),
      };
    },
  };
}

export async function profilePrograms(
  path: string,
  rows: readonly { readonly what: string; readonly probes: Probes }[],
  batch: number,
  options: Options,
  report: Report,
): Promise<void> {
  const { graph } = await readCheckpoint(path);
  const input = findImageInput(graph);
  const analysis = analyse(graph, input, { height: 224, width: 224 });
  const headed = withHead(analysis.graph, analysis.logits);
  const { runtime: engine } = await createRuntimes().choose('onnxruntime');
  for (const { what, probes } of rows) {
    await profiled(`${what}, batch ${batch}`, options, report, async (sessionOptions) => {
      const ends: (() => void)[] = [];
      const runtime = profilingRuntime(engine, sessionOptions, (end) => ends.push(end));
      const programs = new Programs(runtime, headed, input.name, { dynamicBatch: true });
      for (let i = 0; i < runs; i++) await programs.run(asBatch(headed, image(analysis.dims, batch), probes));
      for (const end of ends) end();
      await programs.dispose();
    });
  }
}
