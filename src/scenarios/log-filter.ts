// Which lines of protocols' logs are wanted.

import type { LogLevel } from "../protocol/protocol.js";

/** The levels from the least to the most severe. */
export const LOG_LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error"];

/** A choice of lines. */
export interface LogFilter {
  /** Lines of this level and above. */
  readonly level: LogLevel;
  /** Only lines of this protocol slot (`discovery`); null for all. */
  readonly protocol: string | null;
}

/** Whether a line of this level and protocol slot is wanted. */
export function passesLogFilter(filter: LogFilter, level: string, protocol: string): boolean {
  if (filter.protocol !== null && filter.protocol !== protocol) return false;
  const place = LOG_LEVELS.findIndex((one) => one === level);
  return place >= LOG_LEVELS.indexOf(filter.level);
}
