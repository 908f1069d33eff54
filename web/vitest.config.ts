import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["console/src/**/*.test.{ts,tsx}", "member/src/**/*.test.{ts,tsx}", "packages/*/src/**/*.test.{ts,tsx}"],
    environment: "jsdom",
    setupFiles: ["./vitest.setup.ts"],
    restoreMocks: true,
    // Loading antd is most of the time: once a worker, not once a file.
    pool: "threads",
    isolate: false,
    // A browser does this in passing; two busy cores take their time.
    testTimeout: 20_000,
  },
});
