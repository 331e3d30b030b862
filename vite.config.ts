// Builds the viewer into dist/viewer: a page with its script and style for `peerscape view`, and the same in one HTML
// file that opens dropped traces without a server.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vite";
import type { Plugin } from "vite";

const OUT = join(import.meta.dirname, "dist/viewer");

/** What the single file may load: nothing but itself. */
const SINGLE_FILE_POLICY =
  "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; connect-src blob:";

/** Writes the page once more with script and style in it. */
function singleFile(): Plugin {
  return {
    name: "single-file",
    async writeBundle(_options, bundle) {
      const files = Object.values(bundle);
      const script = files.find(({ fileName }) => fileName.endsWith(".js"));
      const style = files.find(({ fileName }) => fileName.endsWith(".css"));
      if (script?.type !== "chunk" || style?.type !== "asset") this.error("no script or no style");
      const page = readFileSync(join(OUT, "index.html"), "utf8");
      const code = script.code.replaceAll("</script", "<\\/script");
      const policy = `<meta http-equiv="Content-Security-Policy" content="${SINGLE_FILE_POLICY}">`;
      const whole = page
        .replace(/<script[^>]*src=[^>]*><\/script>/u, "")
        .replace(
          /<link[^>]*rel="stylesheet"[^>]*>/u,
          () => `<style>${String(style.source)}</style>`,
        )
        .replace("<head>", () => `<head>${policy}`)
        .replace("</body>", () => `<script type="module">${code}</script></body>`);
      await this.fs.writeFile(join(OUT, "peerscape-viewer.html"), whole);
    },
  };
}

export default defineConfig({
  root: join(import.meta.dirname, "src/viewer"),
  base: "./",
  plugins: [singleFile()],
  build: {
    outDir: OUT,
    emptyOutDir: true,
    target: "es2023",
    modulePreload: false,
    assetsInlineLimit: 0,
    rolldownOptions: {
      output: { entryFileNames: "viewer.js", assetFileNames: "viewer.[ext]" },
    },
  },
});
