// What a person downloads, and mails to another, stays small.

import * as fs from "node:fs";
import * as path from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { PROJECT_FOLDER, assertBuilt } from "../support/built-program.js";

const FOLDER = path.join(PROJECT_FOLDER, "dist/viewer");
/** The promise; what is asked of the page at its first paint. */
const GZIP_BYTES_MAX = 150_000;

function gzipBytes(files: readonly string[]): number {
  return files.reduce(
    (sum, file) => sum + gzipSync(fs.readFileSync(path.join(FOLDER, file))).length,
    0,
  );
}

describe("the built viewer", () => {
  it.each([[["index.html", "viewer.js", "viewer.css"]], [["peerscape-viewer.html"]]])(
    "has at most 150 kB as %j, compressed",
    (files) => {
      assertBuilt();
      expect(gzipBytes(files)).toBeLessThanOrEqual(GZIP_BYTES_MAX);
    },
  );

  it("is these files and no others: whatever else was built would not be counted", () => {
    assertBuilt();
    expect(fs.readdirSync(FOLDER).sort()).toEqual([
      ...["index.html", "peerscape-viewer.html", "viewer.css", "viewer.js"],
    ]);
  });
});
