import { type ConfigurationScope, ConfigurationTarget, type Uri, workspace } from 'vscode';
import { isColourMapName } from '../shared/colourMaps';
import { type DisplayOptions, defaultDisplay } from '../shared/display';
import type { RuntimeChoice } from '../shared/protocol';
import type { EngineSettings } from './engine/launch';

const section = 'whylight';

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
    rerunOnChange: configuration.get('rerunOnChange', true),
    display: {
      colourMap: isColourMapName(colourMap) ? colourMap : 'auto',
      sign: configuration.get('display.sign', defaultDisplay.sign),
      outlierPercentile: configuration.get('display.outlierPercentile', defaultDisplay.outlierPercentile),
      opacity: configuration.get('display.opacity', defaultDisplay.opacity),
      mode: configuration.get('display.mode', defaultDisplay.mode),
      topK: configuration.get('display.topK', defaultDisplay.topK),
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
