import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: resolve(import.meta.dirname, '../..'),
    include: ['test/e2e/**/*.test.ts'],
    globalSetup: ['test/e2e/support/buildVsix.ts'],
    pool: 'forks',
    // Each file starts a VS Code and a browser of its own; two at once would starve each other on a small machine.
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 30_000, interval: 50 } },
  },
});
