// The building blocks of the scenario schema: each reads a value as people write it into base units, and
// writes it back in canonical form for the expanded scenario.

import * as z from "zod";
import { PAYLOAD_BYTES_MAX } from "../protocol/node-message.js";
import { SKEW_MICROS_MAX } from "../sim/node-clock.js";
import { strictMap } from "./strict-map.js";
import {
  formatBitRate,
  formatDuration,
  formatPerSecond,
  formatShare,
  parseBitsPerSecond,
  parseDurationMicros,
  parsePerSecond,
  parsePpm,
  parseShare,
  parseSizeBytes,
  UnitError,
} from "./units.js";

/** What our own checks put into an issue: the rest of the message is made from it and from the value. */
export interface Advice {
  readonly expected: string;
  readonly remedy: string;
}

/** Reports what is wrong with a value in the form that `scenario-problem.ts` prints. */
export function refuse(context: z.RefinementCtx, message: string, advice: Advice): void {
  context.addIssue({ code: "custom", message, params: advice });
}

/** How a text stands for a value. */
export interface Writing<Value> {
  /** What editors call it. */
  readonly id: string;
  readonly description: string;
  readonly examples: readonly string[];
  /** For editors: what every text of the kind matches. `parse` decides. */
  readonly pattern: string;
  /** Throws `UnitError`. */
  readonly parse: (text: string) => Value;
  /** Writes a value so that `parse` reads the same. */
  readonly format: (value: Value) => string;
}

/**
 * A text that stands for a value: `read` checks the value where the schema writes it back. Numbers are taken
 * as their text, and mostly refused for lack of a unit.
 */
export function writtenAs<Value>(read: z.ZodType<Value, Value>, writing: Writing<Value>) {
  const { id, description, examples, pattern, parse, format } = writing;
  const written = z
    .union([z.string(), z.number()])
    .meta({ id, description, examples: [...examples], writtenAs: pattern });
  return z.codec(written, read, {
    decode: (text, payload) => {
      try {
        return parse(String(text));
      } catch (error) {
        if (!(error instanceof UnitError)) throw error;
        payload.issues.push({
          code: "custom",
          input: text,
          message: error.problem,
          params: { expected: error.expected, remedy: error.remedy },
        });
        return z.NEVER;
      }
    },
    encode: (value) => format(value),
  });
}

function quantity(writing: Writing<number>) {
  return writtenAs(z.number(), writing);
}

/** A length of time, as microseconds. */
export const duration = quantity({
  id: "duration",
  pattern: "^\\d+(\\.\\d+)?(us|µs|ms|s|min|m|h|d)$",
  description: "A length of time: us, ms, s, min, h, d.",
  examples: ["10ms", "1.5s", "2h"],
  parse: parseDurationMicros,
  format: formatDuration,
});

/** A length of time above zero, as microseconds. */
export const positiveDuration = quantity({
  id: "positive-duration",
  pattern: "^\\d+(\\.\\d+)?(us|µs|ms|s|min|m|h|d)$",
  description: "A length of time above zero: us, ms, s, min, h, d.",
  examples: ["10ms", "1.5s", "2h"],
  parse: (text) => {
    const micros = parseDurationMicros(text);
    if (micros > 0) return micros;
    throw new UnitError(text, "a length of time above zero", "write at least 1us");
  },
  format: formatDuration,
});

/** How far a clock may be off, as microseconds. */
export const skew = quantity({
  id: "skew",
  pattern: "^\\d+(\\.\\d+)?(us|µs|ms|s|min|m|h|d)$",
  description: "A length of time of at most a day.",
  examples: ["20ms", "2s"],
  parse: (text) => {
    const micros = parseDurationMicros(text);
    if (micros <= SKEW_MICROS_MAX) return micros;
    throw new UnitError(text, "a length of time of at most a day", "write at most 1d");
  },
  format: formatDuration,
});

/** A number of times a second. */
export const rate = quantity({
  id: "rate",
  pattern: "^\\d+(\\.\\d+)?/(ms|s|min|m|h|d)$",
  description: "How often: a number with /s, /min, /h, /d or /ms.",
  examples: ["20/s", "3/min"],
  parse: parsePerSecond,
  format: formatPerSecond,
});

/** A bit rate, as bits a second. */
export const bitRate = quantity({
  id: "bit-rate",
  pattern: "^\\d+(\\.\\d+)?[kMG]?bit/s$",
  description: "A bit rate: bit/s, kbit/s, Mbit/s, Gbit/s.",
  examples: ["20Mbit/s"],
  parse: parseBitsPerSecond,
  format: formatBitRate,
});

/** A share or a probability, as 0–1. */
export const share = quantity({
  id: "share",
  pattern: "^\\d+(\\.\\d+)?%$",
  description: "A share or probability from 0% to 100%.",
  examples: ["0.5%", "60%"],
  parse: parseShare,
  format: formatShare,
});

/** A number of bytes. */
export const size = quantity({
  id: "size",
  pattern: "^\\d+(\\.\\d+)?(B|kB|MB|GB|KiB|MiB|GiB)?$",
  description: "A number of bytes, plain or with B, kB, MB, GB, KiB, MiB, GiB.",
  examples: ["256", "4KiB"],
  parse: parseSizeBytes,
  format: (bytes) => `${bytes}B`,
});

/** The size of an application's message, in bytes. */
export const payloadSize = quantity({
  id: "payload-size",
  pattern: "^\\d+(\\.\\d+)?(B|kB|MB|KiB|MiB)?$",
  description: "A number of bytes of at most 1MiB, plain or with B, kB, MB, KiB, MiB.",
  examples: ["256", "4KiB"],
  parse: (text) => {
    const bytes = parseSizeBytes(text);
    if (bytes <= PAYLOAD_BYTES_MAX) return bytes;
    throw new UnitError(text, "a payload of at most 1MiB", "write at most 1MiB");
  },
  format: (bytes) => `${bytes}B`,
});

/** The drift of a clock, in parts per million. */
export const ppm = quantity({
  id: "ppm",
  pattern: "^\\d+ppm$",
  description: "The drift of a clock in parts per million.",
  examples: ["50ppm"],
  parse: parsePpm,
  format: (value) => `${value}ppm`,
});

/** A whole number within bounds, both included. */
export function wholeNumber({ min, max }: { readonly min: number; readonly max: number }) {
  return z.number().int().min(min).max(max);
}

/** Words that mean something of their own wherever nodes or times are named. */
const RESERVED_WORDS = ["all", "rest", "random", "network", "none", "end"] as const;

/** Names of classes, phases and params: they stand in expressions such as `run-5s`, so they are words. */
export const word = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/u, {
    error: "a name is up to 64 letters, digits, - and _, and begins with a letter",
  })
  .refine((text) => !/-\d/u.test(text), { error: "a name has no digit after -: home-1 is a node" })
  .refine((text) => !RESERVED_WORDS.some((reserved) => reserved === text), {
    error: `a name is not one of ${RESERVED_WORDS.join(", ")}`,
  });

/** Names of events, rules, workloads, churn and expectations; `#2` is the second repetition. */
export const thingName = z.string().regex(/^[A-Za-z][A-Za-z0-9_.-]{0,99}(?:#\d{1,9})?$/u, {
  error: "a name is up to 100 letters, digits, -, _ and ., and begins with a letter",
});

/** A time of the run as written: from the run's start, or from a phase. */
export interface WrittenTime {
  /** Name of a phase, `end`, or null for the start of the run. */
  readonly from: string | null;
  /** May be negative after a phase. */
  readonly offsetMicros: number;
}

const PHASE_TIME = /^([A-Za-z][A-Za-z0-9_-]*?)(?:\s*([+-])\s*(\d[^\s]*))?$/u;
const TIME_EXPECTED = "a time of the run";
const TIME_REMEDY =
  "write a length of time from the start, a phase, or both, such as 90s, run, run+30s, end-5s";

/** Reads `90s`, `run`, `run+30s`, `end-5s`. Throws `UnitError`. */
function parseWrittenTime(text: string): WrittenTime {
  if (/^\d/u.test(text)) return { from: null, offsetMicros: parseDurationMicros(text) };
  const parts = PHASE_TIME.exec(text);
  if (parts === null) throw new UnitError(text, TIME_EXPECTED, TIME_REMEDY);
  const offsetMicros = parts[3] === undefined ? 0 : parseDurationMicros(parts[3]);
  return { from: parts[1]!, offsetMicros: parts[2] === "-" ? -offsetMicros : offsetMicros };
}

/** Writes a time so that `parseWrittenTime` reads the same. */
function formatWrittenTime({ from, offsetMicros }: WrittenTime): string {
  if (from === null) return formatDuration(offsetMicros);
  if (offsetMicros === 0) return from;
  return `${from}${offsetMicros < 0 ? "-" : "+"}${formatDuration(Math.abs(offsetMicros))}`;
}

/** A time of the run. */
export const time = writtenAs(
  strictMap({ from: z.string().nullable(), offsetMicros: z.number() }),
  {
    id: "time",
    pattern: "^(\\d|[A-Za-z])\\S*( *[+-] *\\d\\S*)?$",
    description: "A time of the run: from its start, from the start of a phase, or from `end`.",
    examples: ["90s", "run", "run+30s", "end-5s"],
    parse: parseWrittenTime,
    format: formatWrittenTime,
  },
);

/**
 * A map of which exactly one key is written: `{ exponential: … }`. One object with optional keys rather than a
 * union, so that a mistake inside is reported where it is.
 */
export function oneKeyOf<Shape extends z.ZodRawShape>(shape: Shape) {
  const names = Object.keys(shape);
  return strictMap(z.object(shape).partial().shape)
    .superRefine((value, context) => {
      const written = Object.keys(value);
      if (written.length === 1) return;
      refuse(context, `has ${written.length === 0 ? "no key" : written.join(" and ")}`, {
        expected: `exactly one of ${names.join(", ")}`,
        remedy: written.length === 0 ? "write one of them" : "keep one of them",
      });
    })
    .meta({ minProperties: 1, maxProperties: 1 });
}
