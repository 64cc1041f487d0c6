import { defineConfig } from 'vitest/config';

/** The page in a real browser: `npx vitest run --config test/page/vitest.config.ts`. */
export default defineConfig({
  test: { include: ['test/page/**/*.test.ts'], pool: 'forks', testTimeout: 120_000, hookTimeout: 120_000 },
});
