import { availableParallelism } from 'node:os';
import type { InferenceSession } from 'onnxruntime-node';
import { CheckpointError, RuntimeFailure } from '../../../shared/errors';
import type { Graph } from '../../graph/ir/graph';
import type { StoredFile } from '../../graph/ir/lazyTensor';
import type { Tensor } from '../../graph/ir/tensor';
import { lower, supports } from '../lowering';
import type { CompileOptions, Program, Runtime } from '../runtime';
import { layOut } from './blockedLayout';
import { assertExchanged, fromOrt, toOrt } from './convert';
import { encodeModel } from './encodeModel';
import { estimate } from './estimate';
import { exchangedNames } from './exchangedNames';
import { guardResizes } from './guardResizes';
import { operatorSet } from './lowering';
import { mayMap, weightsFolder } from './placing';
import { WeightFile } from './weightFile';

type Ort = typeof import('onnxruntime-node');

/** onnxruntime's own messages carry file names and line numbers of its source; the first line after them says what is wrong. */
function reason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const [firstLine = ''] = text.split('\n');
  return firstLine.replace(/\s*\/\S+\.(cc|h):\d+\s+/g, ' ').replace(/[\s.]+$/, '');
}

/** Errors of the native library are failures of the runtime; a TypeError or RangeError comes from a wrong call and stays a bug. */
function failure(doing: string, error: unknown): unknown {
  if (error instanceof TypeError || error instanceof RangeError || error instanceof RuntimeFailure) return error;
  const text = reason(error);
  const requested = /Failed to allocate memory for requested buffer of size (\d+)/.exec(text);
  if (requested) {
    const megabytes = Math.ceil(Number(requested[1]) / 1e6);
    const message = `onnxruntime ran out of memory: it asked for ${megabytes} MB at once; close other programs or use a smaller batch.`;
    return new RuntimeFailure(message, { cause: error });
  }
  return new RuntimeFailure(`onnxruntime could not ${doing}: ${text}.`, { cause: error });
}

async function loadOnnxRuntime(): Promise<Ort> {
  try {
    const loaded = await import('onnxruntime-node');
    const ort: Ort = (loaded as Ort & { default?: Ort }).default ?? loaded;
    // Whatever onnxruntime would print is in the message that it throws.
    ort.env.logLevel = 'fatal';
    return ort;
  } catch (error) {
    throw new RuntimeFailure(
      `onnxruntime could not be loaded on ${process.platform}-${process.arch}: ${reason(error)}; reinstall Whylight for this platform.`,
      { cause: error },
    );
  }
}

/**
 * Larger graphs are run as they are: each pass of onnxruntime's optimiser takes time with the square of a gradient's nodes, whose values
 * are read far from where they are computed. 8,000 nodes (2,000 sigmoids with their gradient) take 6.5 s to compile with it and 0.8 s
 * without.
 */
const mostOptimised = 5000;

/**
 * How far onnxruntime may change the graph. From `extended` on it fuses operators into its own, which may have kernels of float32 only
 * (microsoft/onnxruntime#32421);
 * `all` rearranges the weights of convolutions too, a copy for each program.
 */
function optimisation(graph: Graph, sharedWeights: boolean): 'disabled' | 'basic' | 'extended' | 'all' {
  if (graph.nodes.length > mostOptimised) return 'disabled';
  for (const { dtype } of graph.types.values()) if (dtype === 'float64') return 'basic';
  return sharedWeights ? 'extended' : 'all';
}

/** Throws a CheckpointError when one of the files is in a state in which its weights are not those that were read. */
function refuseAny(files: ReadonlySet<StoredFile>, ...states: ReturnType<StoredFile['state']>[]): void {
  for (const file of files) {
    if (states.includes(file.state()))
      throw new CheckpointError(`${file.path} changed while it was explained; explain again to see the new model.`);
  }
}

class OnnxProgram implements Program {
  private released: Promise<void> | null = null;

  constructor(
    private readonly ort: Ort,
    private readonly session: InferenceSession,
    private readonly accepted: ReadonlySet<string>,
    readonly inputs: readonly string[],
    readonly outputs: readonly string[],
    /** Files that the session has mapped: who writes into them writes into its weights. */
    private readonly files: ReadonlySet<StoredFile>,
    private readonly nameOf: (value: string) => string,
  ) {}

  async run(feeds: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Tensor>>> {
    if (this.released) throw new Error('A program was run after it had been disposed of.');
    const unknown = Object.keys(feeds).find((name) => !this.accepted.has(name));
    if (unknown !== undefined) throw new TypeError(`The program has no input “${unknown}”.`);
    const given: Record<string, ReturnType<typeof toOrt>> = {};
    for (const name of this.inputs) {
      const tensor = feeds[name];
      if (!tensor) throw new TypeError(`The program's input “${name}” was not given.`);
      given[this.nameOf(name)] = toOrt(this.ort, name, tensor);
    }
    refuseAny(this.files, 'changed');
    let results: InferenceSession.OnnxValueMapType;
    try {
      results = await this.session.run(given, this.outputs.map(this.nameOf), { logSeverityLevel: 4 });
    } catch (error) {
      throw failure('run the graph', error);
    }
    refuseAny(this.files, 'changed');
    return Object.fromEntries(this.outputs.map((name) => [name, fromOrt(name, results[this.nameOf(name)]!)]));
  }

  dispose(): Promise<void> {
    this.released ??= this.session.release();
    return this.released;
  }
}

/**
 * The CPU backend of onnxruntime-node. Loads the native library.
 *
 * @throws RuntimeFailure when the library cannot be loaded on this machine.
 */
export async function createOnnxRuntime(): Promise<Runtime> {
  const ort = await loadOnnxRuntime();
  return {
    id: 'onnxruntime',
    capabilities: { mapsFiles: mayMap },
    createWeightStore: () => new WeightFile(),
    supports: (node, graph) => supports(operatorSet, node, graph),
    lower: (graph, outputs) => lower(operatorSet, graph, outputs),
    estimate,
    // Sessions are all that the library holds.
    dispose: async () => {},
    version: ort.env.versions.node ?? ort.env.versions.common,
    async compile(graph: Graph, outputs: readonly string[], options: CompileOptions = {}): Promise<Program> {
      const wanted = [...new Set(outputs)];
      for (const name of wanted) {
        const dtype = graph.types.get(name)?.dtype ?? graph.constants.get(name)?.dtype;
        if (dtype) assertExchanged(name, dtype);
      }
      const lowered = lower(operatorSet, graph, wanted);
      const laidOut = guardResizes(options.sharedWeights ? lowered : layOut(lowered, wanted));
      const weightFile = options.weights instanceof WeightFile ? options.weights : undefined;
      const named = exchangedNames(laidOut, wanted);
      const encoded = encodeModel(named.graph, named.outputs, options.dynamicBatch, true, weightFile);
      const { model, external, files } = encoded;
      refuseAny(files, 'changed', 'replaced');
      const read = graph.inputs.filter(({ name }) => encoded.inputs.includes(named.nameOf(name)));
      for (const input of read) assertExchanged(input.name, input.type.dtype);
      const threads = options.threads ?? availableParallelism();
      let session: InferenceSession;
      try {
        session = await ort.InferenceSession.create(model, {
          ...(files.size > 0 ? {} : { externalData: external }),
          extra: {
            session: {
              // Otherwise it quantises real weights anew that stand between quantised values, with steps of its own.
              disable_quant_qdq: '1',
              // Otherwise its threads wait in a busy loop after a run, while another program wants the processors: on two of them ResNet-50
              // took 51 ms in turns with other programs, and 20 without.
              force_spinning_stop: '1',
              ...(files.size > 0 ? { model_external_initializers_file_folder_path: weightsFolder } : {}),
            },
          },
          executionProviders: ['cpu'],
          graphOptimizationLevel: optimisation(laidOut, options.sharedWeights ?? false),
          // Plans of memory are kept for each batch length beside the arena that already holds as much.
          enableMemPattern: false,
          intraOpNumThreads: threads,
          interOpNumThreads: 1,
          logSeverityLevel: 4,
        });
      } catch (error) {
        throw failure('compile the graph', error);
      }
      const accepted = new Set(graph.inputs.map((input) => input.name));
      const inputs = read.map((input) => input.name);
      return new OnnxProgram(ort, session, accepted, inputs, wanted, files, named.nameOf);
    },
  };
}
