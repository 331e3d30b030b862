// A view of a trace as the part of an address behind the #, so that it can be sent to someone.

/** What a link says. What it leaves out stays as it is. */
export interface ViewLink {
  readonly timeMicros?: number;
  /** Name of the chosen node. */
  readonly node?: string;
  readonly overlay?: string;
  readonly layout?: string;
  readonly speed?: number;
  readonly kind?: string;
  /** The message of which it is asked why the node got it or did not. */
  readonly message?: string;
  /** What is left out: a text as `filter.ts` reads it. */
  readonly filter?: string;
  /** Where the camera looks: x, y and ratio. */
  readonly camera?: readonly [number, number, number];
}

const MICROS_PER_SECOND = 1_000_000;

/** What stands in a link as it is. */
const TEXT_FIELDS = ["node", "overlay", "layout", "kind", "message", "filter"] as const;

/** Writes a link: `t=12.5&node=home-3`. */
export function writeLink(view: ViewLink): string {
  const fields = new URLSearchParams();
  if (view.timeMicros !== undefined) fields.set("t", String(view.timeMicros / MICROS_PER_SECOND));
  for (const field of TEXT_FIELDS) {
    const value = view[field];
    if (value !== undefined && value !== "") fields.set(field, value);
  }
  if (view.speed !== undefined) fields.set("speed", String(view.speed));
  if (view.camera !== undefined) {
    fields.set("camera", view.camera.map((number) => number.toFixed(4)).join(","));
  }
  return fields.toString();
}

/** Reads a link. What makes no sense is left out: anyone may have written it. */
export function readLink(text: string): ViewLink {
  const fields = new URLSearchParams(text.replace(/^#/u, ""));
  const seconds = numberIn(fields.get("t"));
  const speed = numberIn(fields.get("speed"));
  const camera = (fields.get("camera") ?? "").split(",").map((part) => numberIn(part));
  const [x, y, ratio] = camera;
  return {
    ...(seconds === undefined ? {} : { timeMicros: Math.round(seconds * MICROS_PER_SECOND) }),
    ...textIn(fields, "node"),
    ...textIn(fields, "overlay"),
    ...textIn(fields, "layout"),
    ...textIn(fields, "kind"),
    ...textIn(fields, "message"),
    ...textIn(fields, "filter"),
    ...(speed === undefined ? {} : { speed }),
    ...(camera.length === 3 &&
    x !== undefined &&
    y !== undefined &&
    ratio !== undefined &&
    ratio > 0
      ? { camera: [x, y, ratio] as const }
      : {}),
  };
}

function textIn(
  fields: URLSearchParams,
  name: (typeof TEXT_FIELDS)[number],
): { readonly [Name in typeof name]?: string } {
  const value = fields.get(name);
  return value === null || value === "" ? {} : { [name]: value };
}

function numberIn(text: string | null): number | undefined {
  if (text === null || text.trim() === "") return undefined;
  const number = Number(text);
  return Number.isFinite(number) && number >= -1e9 && number <= 1e9 ? number : undefined;
}
