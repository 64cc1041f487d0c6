import { type ConfigurationScope, ConfigurationTarget, type Uri, workspace } from 'vscode';
import type { OverlayFormat } from '../../shared/protocol/protocol';
import type { RuntimeChoice } from '../../shared/question/question';
import { isColourMapName } from '../../shared/rendering/colourMaps';
import { type DisplayOptions, defaultDisplay } from '../../shared/rendering/display';

const section = 'whylight';

/** How the engine is to be started; a change takes effect at its next start. */
export interface EngineSettings {
  /** Path of another Node binary, or an empty string for the one that runs the extension. */
  readonly nodePath: string;
  /** Heap limit of the engine in MiB. Tensors lie outside of it. */
  readonly memory: number;
  /** Threads of one model run; 0 leaves the choice to the runtime. */
  readonly threads: number;
  /** MB for models and what they compute; 0 for a share of the machine's. */
  readonly memoryBudget: number;
  /** Minutes without work after which the engine stops; 0 keeps it. */
  readonly idleMinutes: number;
}

export function engineSettings(): EngineSettings {
  const configuration = workspace.getConfiguration(section);
  return {
    nodePath: configuration.get('nodePath', ''),
    memory: configuration.get('engineMemory', 4096),
    threads: configuration.get('threads', 0),
    memoryBudget: configuration.get('memoryBudget', 0),
    idleMinutes: configuration.get('idleMinutes', 10),
  };
}

/** What holds for one image; folders of a workspace may differ. */
export interface ImageSettings {
  readonly checkpoint: string;
  readonly methods: readonly string[];
  readonly runtime: RuntimeChoice;
  readonly outputFolder: string;
  /** Pixels; 0 for the image's own size. */
  readonly longestSide: number;
  readonly format: OverlayFormat;
  readonly rerunOnChange: boolean;
  readonly display: DisplayOptions;
}

export function imageSettings(scope: ConfigurationScope | undefined): ImageSettings {
  const configuration = workspace.getConfiguration(section, scope);
  const colourMap = configuration.get('display.colourMap', 'auto');
  return {
    checkpoint: configuration.get('checkpoint', '').trim(),
    methods: configuration.get('methods', []),
    runtime: configuration.get('runtime', 'auto'),
    outputFolder: configuration.get('outputFolder', 'whylight'),
    longestSide: configuration.get('save.longestSide', 2048),
    format: configuration.get('save.format', 'png'),
    rerunOnChange: configuration.get('rerunOnChange', true),
    display: {
      colourMap: isColourMapName(colourMap) ? colourMap : 'auto',
      sign: configuration.get('display.sign', defaultDisplay.sign),
      outlierPercentile: configuration.get('display.outlierPercentile', defaultDisplay.outlierPercentile),
      opacity: configuration.get('display.opacity', defaultDisplay.opacity),
      mode: configuration.get('display.mode', defaultDisplay.mode),
      topK: configuration.get('display.topK', defaultDisplay.topK),
      view: configuration.get('display.view', defaultDisplay.view),
      scale: configuration.get('display.scale', defaultDisplay.scale),
    },
  };
}

/** Changes a setting where it is in effect: in the folder or workspace when it is set there, for the user otherwise. */
export async function updateSetting(
  key: 'methods' | 'checkpoint',
  value: unknown,
  scope: Uri | undefined,
): Promise<void> {
  const configuration = workspace.getConfiguration(section, scope);
  const found = configuration.inspect(key);
  const target =
    found?.workspaceFolderValue !== undefined
      ? ConfigurationTarget.WorkspaceFolder
      : found?.workspaceValue !== undefined
        ? ConfigurationTarget.Workspace
        : ConfigurationTarget.Global;
  await configuration.update(key, value, target);
}
