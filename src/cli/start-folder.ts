// The folder that relative paths are meant from. npm starts a package's scripts in the package's own folder, wherever
// `npm run sim -- mine.yaml` was typed; it tells the folder where it was typed.

import { realpathSync } from "node:fs";
import { dirname } from "node:path";
import { PACKAGE_FOLDER } from "./package-facts.js";

/** The scripts of this package that take paths. */
const STARTED_BY_NPM: readonly string[] = ["sim", "validate", "node", "compare"];

/** Goes to where the user is, when npm has started the program as a script of this package. */
export function enterStartFolder(environment: NodeJS.ProcessEnv): void {
  const {
    INIT_CWD: folder,
    npm_package_json: packageFile,
    npm_lifecycle_event: script,
  } = environment;
  if (folder === undefined || packageFile === undefined) return;
  if (!STARTED_BY_NPM.includes(script ?? "")) return;
  // The words of another package's script are written for that package's folder, where npm has put us.
  if (dirname(realpathSync(packageFile)) !== realpathSync(PACKAGE_FOLDER)) return;
  process.chdir(folder);
}
