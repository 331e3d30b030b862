// Three stream models that are wrong on purpose: the built program with a few lines of it replaced. A comparison that
// they pass would pass anything.

import * as fs from "node:fs";
import * as path from "node:path";

/** A model that is wrong, as replacements in files of the built program. */
export interface WrongModel {
  readonly name: string;
  readonly edits: readonly {
    readonly file: string;
    readonly from: string;
    readonly to: string;
  }[];
}

export const WRONG_MODELS: readonly WrongModel[] = [
  {
    name: "connects without round trips",
    edits: [
      {
        file: "sim/stream-handshake.js",
        from: "return { acceptedMicros, connectedMicros: micros };",
        to: "return { acceptedMicros: 1, connectedMicros: 1 };",
      },
    ],
  },
  {
    // Every loss is found a round trip later. Not at once: what a partition holds up would be tried again without end.
    name: "has no retransmission time-out",
    edits: [
      {
        file: "sim/stream-timing.js",
        from: "export function recoveryMicros(roundTripMicros, attempts) {",
        to: "export function recoveryMicros(roundTripMicros, attempts) {\n    return roundTripMicros;",
      },
      {
        file: "sim/stream-timing.js",
        from: "export function freshRecoveryMicros(roundTripMicros, attempts) {",
        to: "export function freshRecoveryMicros(roundTripMicros, attempts) {\n    return roundTripMicros;",
      },
      {
        file: "sim/stream-timing.js",
        from: "export function synRetryMicros(attempt) {",
        to: "export function synRetryMicros(attempt) {\n    return 100_000;",
      },
    ],
  },
  {
    name: "loses what is lost",
    edits: [
      {
        file: "sim/stream-sender.js",
        from: 'const reason = this.#tryTransmit(source, end, parcel);\n        if (reason === "")\n            return;',
        to: 'const reason = this.#tryTransmit(source, end, parcel);\n        if (reason === "" || reason === "loss")\n            return;',
      },
    ],
  },
];

/** Makes the program with a wrong model in a folder within the package; answers its entry. Throws where a line is not there. */
export function makeWrongProgram(model: WrongModel, folder: string): string {
  fs.cpSync("dist", path.join(folder, "dist"), { recursive: true });
  fs.copyFileSync("package.json", path.join(folder, "package.json"));
  for (const { file, from, to } of model.edits) {
    const place = path.join(folder, "dist", file);
    const text = fs.readFileSync(place, "utf8");
    if (text.split(from).length !== 2) {
      throw new Error(`${model.name}: ${file} has not exactly one of these lines:\n${from}`);
    }
    fs.writeFileSync(place, text.replace(from, to));
  }
  return path.join(folder, "dist", "cli", "main.js");
}
