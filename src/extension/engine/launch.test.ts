import { describe, expect, it } from 'vitest';
import { backOff, planLaunch } from './launch';

const settings = { nodePath: '', memory: 2048, threads: 3, memoryBudget: 700, idleMinutes: 10 };
const electron = {
  execPath: '/opt/code/code',
  env: { PATH: '/bin', ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: '--inspect' },
  exists: (path: string) => path === '/usr/bin/node',
};

describe('planLaunch', () => {
  it("runs VS Code's own binary as Node", () => {
    const launch = planLaunch(settings, { ...electron, env: { PATH: '/bin' } });
    expect(launch.execPath).toBe('/opt/code/code');
    expect(launch.env.ELECTRON_RUN_AS_NODE).toBe('1');
    expect(launch.missingNode).toBeUndefined();
  });

  it('runs the configured Node without the variable that is meant for Electron', () => {
    const launch = planLaunch({ ...settings, nodePath: ' /usr/bin/node ' }, electron);
    expect(launch.execPath).toBe('/usr/bin/node');
    expect('ELECTRON_RUN_AS_NODE' in launch.env).toBe(false);
  });

  it('names a configured Node that does not exist and does without', () => {
    const launch = planLaunch({ ...settings, nodePath: '/gone/node' }, electron);
    expect(launch.missingNode).toBe('/gone/node');
    expect(launch.execPath).toBe('/opt/code/code');
  });

  it('passes the heap limit, the threads and the memory budget, but not the options of the host process', () => {
    const launch = planLaunch(settings, electron);
    expect(launch.execArgv).toEqual(['--max-old-space-size=2048']);
    expect(launch.env.WHYLIGHT_THREADS).toBe('3');
    expect(launch.env.WHYLIGHT_MEMORY).toBe('700');
    expect('NODE_OPTIONS' in launch.env).toBe(false);
    expect(launch.env.PATH).toBe('/bin');
  });
});

describe('backOff', () => {
  it('doubles up to its limit', () => {
    expect([0, 1, 2, 3, 4, 5].map((crashes) => backOff(crashes, 500, 3000))).toEqual([0, 500, 1000, 2000, 3000, 3000]);
  });
});
