// What the verb `sim` can be told, as the parser of arguments hands it over.

import type { PictureLayout } from "../analysis/picture.js";

/** What `sim` can be told. */
export interface SimArguments {
  readonly scenario: string;
  readonly seed: string | undefined;
  readonly nodes: number | undefined;
  readonly until: string | undefined;
  readonly set: readonly string[];
  readonly protocols: readonly string[];
  readonly transport: "sim";
  readonly wire: "objects" | "bytes";
  readonly trace: string | undefined;
  readonly report: string | undefined;
  readonly picture: readonly string[];
  readonly graph: readonly string[];
  readonly layout: PictureLayout;
  readonly overlay: string | undefined;
  readonly log: string | undefined;
  readonly "check-determinism": boolean;
  readonly break: string | undefined;
  readonly "break-at": string | undefined;
  readonly "events-max": number | undefined;
  readonly "pending-max": number | undefined;
  readonly "heap-max": number | undefined;
  readonly quiet: boolean;
}
