// How the tests run: in processes of their own, so that a test that spoils its process spoils no other.

import { defineConfig } from "vitest/config";
import { TotalsReporter } from "./test/support/totals-reporter.js";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/support/property-seed.ts"],
    pool: "forks",
    // Determinism tests start processes and run whole scenarios: a slow machine must not fail them.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A test that hangs in a callback it never awaits would otherwise pass in silence.
    dangerouslyIgnoreUnhandledErrors: false,
    passWithNoTests: false,
    // `it.only` left behind would switch the rest of its file off.
    allowOnly: process.env["CI"] !== "true",
    reporters: ["default", new TotalsReporter()],
    coverage: {
      provider: "v8",
      include: ["src/**/*.ts"],
      reporter: ["text-summary", "html"],
    },
  },
});
