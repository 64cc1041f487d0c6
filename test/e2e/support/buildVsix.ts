import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { TestProject } from 'vitest/node';
import { mustRun } from '../../../scripts/lib/processes.mjs';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Path of the packaged extension that the tests install. */
    vsix: string;
  }
}

/** Packages the extension once for all test files; $WHYLIGHT_VSIX names a package to use instead. */
export default async function setup(project: TestProject): Promise<() => void> {
  const given = process.env['WHYLIGHT_VSIX'];
  const folder = mkdtempSync(join(tmpdir(), 'whylight-vsix-'));
  const vsix = given ?? join(folder, 'whylight.vsix');
  if (given === undefined) {
    const script = resolve(import.meta.dirname, '../../../scripts/package.mjs');
    await mustRun(process.execPath, [script, '--out', vsix], { timeoutMs: 5 * 60_000 });
  }
  project.provide('vsix', vsix);
  return () => rmSync(folder, { recursive: true, force: true });
}
