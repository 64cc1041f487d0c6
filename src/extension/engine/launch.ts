import type { EngineSettings } from '../host/settings';

export interface Launch {
  readonly execPath: string;
  readonly execArgv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The configured binary does not exist, so the extension's own is used. */
  readonly missingNode?: string;
}

/** What the decision depends on besides the settings. */
export interface Surroundings {
  readonly execPath: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  exists(path: string): boolean;
}

/**
 * Decides which binary runs the engine and with which environment. On the desktop the extension host's own binary is Electron,
 * which acts as Node only with ELECTRON_RUN_AS_NODE; a real Node must not see that variable.
 */
export function planLaunch(settings: EngineSettings, surroundings: Surroundings): Launch {
  const wanted = settings.nodePath.trim();
  const own = wanted !== '' && surroundings.exists(wanted);
  const env: Record<string, string | undefined> = {
    ...surroundings.env,
    WHYLIGHT_THREADS: String(settings.threads),
    WHYLIGHT_MEMORY: String(settings.memoryBudget),
  };
  if (own) delete env.ELECTRON_RUN_AS_NODE;
  else env.ELECTRON_RUN_AS_NODE = '1';
  // Options meant for the extension host (an inspector's port, a test's loader) do not fit a second process.
  delete env.NODE_OPTIONS;
  return {
    execPath: own ? wanted : surroundings.execPath,
    execArgv: [`--max-old-space-size=${Math.max(256, Math.round(settings.memory))}`],
    env,
    ...(wanted !== '' && !own ? { missingNode: wanted } : {}),
  };
}

/** Milliseconds between a crash and the next start: none before the first, then doubling up to a limit. */
export function backOff(crashes: number, first: number, limit: number): number {
  return crashes === 0 ? 0 : Math.min(limit, first * 2 ** (crashes - 1));
}
