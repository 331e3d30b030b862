// Ends a test run with one plain line of true totals, and names every test that was skipped and why.
// A file that could not be loaded and an error outside any test each count as one failure.

import * as fs from "node:fs";
import type { Reporter, TestModule } from "vitest/node";

/** Where the line is written too, when this variable names a file: what `.ci/run` ends with. */
const TOTALS_FILE_VARIABLE = "TEST_TOTALS_FILE";

/** How a test run ended, in numbers. */
export interface Totals {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** The line that people and machines read: `12 passed, 0 failed, 1 skipped`. */
export function totalsLine({ passed, failed, skipped }: Totals): string {
  const skippedPart = skipped > 0 ? `, ${skipped} skipped` : "";
  return `${passed} passed, ${failed} failed${skippedPart}`;
}

/** Prints the totals after everything else that a run prints. */
export class TotalsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    let passed = 0;
    let failed = unhandledErrors.length;
    const skippedNames: string[] = [];
    for (const module of modules) {
      failed += module.errors().length;
      for (const suite of module.children.allSuites()) failed += suite.errors().length;
      for (const test of module.children.allTests()) {
        const result = test.result();
        if (result.state === "passed") passed++;
        else if (result.state === "skipped")
          skippedNames.push(`${test.fullName}${note(result.note)}`);
        else failed++;
      }
    }
    const line = totalsLine({ passed, failed, skipped: skippedNames.length });
    const skippedLines = skippedNames.map((name) => `skipped: ${name}\n`).join("");
    // The default reporter prints its summary in this same hook; what is printed on exit comes last.
    process.once("exit", () => {
      process.stdout.write(`${skippedLines}${line}\n`);
    });
    const file = process.env[TOTALS_FILE_VARIABLE];
    if (file !== undefined && file !== "") fs.writeFileSync(file, `${line}\n`);
  }
}

function note(text: string | undefined): string {
  return text === undefined ? "" : ` (${text})`;
}
