// --set name=value on the command line.

import { ScenarioError } from "../scenarios/scenario-error.js";
import type { ParamValue } from "../scenarios/scenario.js";

/** Params from `name=value` texts. Throws `ScenarioError` for a text without a name. */
export function parseSettings(settings: readonly string[]): Record<string, ParamValue> {
  const params: [string, ParamValue][] = settings.map((setting) => {
    const equals = setting.indexOf("=");
    if (equals > 0) return [setting.slice(0, equals), parseValue(setting.slice(equals + 1))];
    throw new ScenarioError("--set", [
      {
        message: `${setting} is not a setting`,
        expected: "name=value",
        remedy: "write, say, --set n=200",
        path: "",
        position: null,
        sourceLine: "",
      },
    ]);
  });
  return Object.fromEntries(params);
}

/** Numbers and truth values as YAML reads them; everything else is text. */
function parseValue(text: string): ParamValue {
  if (text === "true") return true;
  if (text === "false") return false;
  return /^-?\d{1,15}(?:\.\d{1,15})?$/u.test(text) ? Number(text) : text;
}
