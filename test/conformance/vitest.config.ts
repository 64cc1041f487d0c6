import { defineConfig } from 'vitest/config';

/** The public ONNX node tests: `npx vitest run --config test/conformance/vitest.config.ts`. */
export default defineConfig({
  test: { include: ['test/conformance/**/*.test.ts'], pool: 'forks', testTimeout: 300_000, hookTimeout: 300_000 },
});
