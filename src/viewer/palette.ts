// Colours that people with any colour vision can tell apart: those of Okabe and Ito ("Color Universal Design", 2008).

/** Red, green and blue, each from 0 to 1. */
export type Colour = readonly [red: number, green: number, blue: number];

const SKY = "#56b4e9";
const GREEN = "#009e73";
const ORANGE = "#e69f00";
const VERMILION = "#d55e00";
const GREY = "#8a8f94";

/** What a status looks like: nodes that run are discs, those that do not are marks without one. */
export interface StatusLook {
  readonly status: string;
  readonly colour: string;
  readonly mark: "disc" | "ring" | "diamond" | "hollow" | "cross";
}

/** The statuses in the order of a node's life. */
export const STATUS_LOOKS: readonly StatusLook[] = [
  { status: "joining", colour: SKY, mark: "ring" },
  { status: "active", colour: GREEN, mark: "disc" },
  { status: "leaving", colour: ORANGE, mark: "diamond" },
  { status: "left", colour: GREY, mark: "hollow" },
  { status: "crashed", colour: VERMILION, mark: "cross" },
];

const LOOK_OF = new Map(STATUS_LOOKS.map((look) => [look.status, look]));

/** The look of a node of which a record has told; undefined for one that has not begun. */
export function lookOf(status: string | undefined): StatusLook | undefined {
  return status === undefined ? undefined : LOOK_OF.get(status);
}

/** What is another in the trace that is compared with. */
export const DIFFERENT_COLOUR = "#cc79a7";

/** What is lost, whatever its type. */
export const LOST_COLOUR = VERMILION;

const MESSAGE_COLOURS = ["#0072b2", "#cc79a7", ORANGE, GREEN, SKY, "#b8a500", "#8c6bb1", "#7f5539"];

/** A colour for the message type of this number in the order of types; beyond eight they come again. */
export function messageColour(number: number): string {
  return MESSAGE_COLOURS[number % MESSAGE_COLOURS.length] ?? GREY;
}

/** `#rrggbb` as three numbers. */
export function parseColour(text: string): Colour {
  const bits = Number.parseInt(text.slice(1), 16);
  return [(bits >> 16) / 255, ((bits >> 8) & 255) / 255, (bits & 255) / 255];
}
