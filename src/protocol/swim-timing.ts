// How long SWIM waits and how often it repeats itself, as functions of the number of members. As HashiCorp's
// memberlist computes them, to the millisecond; its own tests' tables are card S4.

import { log } from "../sim/fixed-math.js";

const MILLISECOND = 1_000;

/** The most that a suspicion's confirmations are counted up to: two fewer than its factor, as memberlist has it. */
const FEWER_CONFIRMATIONS = 2;

/** The largest power of ten up to a positive whole number: exact, which a quotient of logarithms is not. */
function powerOfTenIn(value: number): { readonly exponent: number; readonly power: number } {
  let exponent = 0;
  let power = 1;
  for (; power * 10 <= value; power *= 10) exponent++;
  return { exponent, power };
}

/** Logarithm to base 10 of a positive whole number; exact for powers of ten. */
function log10(value: number): number {
  const { exponent, power } = powerOfTenIn(value);
  return value === power ? exponent : exponent + log(value / power) / log(10);
}

/** Times that a node sends a piece of news on: factor · ⌈log10(n + 1)⌉ (λ log n of SWIM, section 4.1). */
export function retransmitLimit(factor: number, memberCount: number): number {
  const { exponent, power } = powerOfTenIn(memberCount + 1);
  return factor * (power === memberCount + 1 ? exponent : exponent + 1);
}

/** How long a suspect has to refute at least: factor · max(1, log10 n) periods. */
export function suspicionMinMicros(
  factor: number,
  memberCount: number,
  periodMicros: number,
): number {
  const thousandths = Math.floor(1_000 * Math.max(1, log10(Math.max(1, memberCount))));
  return Math.floor((factor * thousandths * periodMicros) / 1_000);
}

/**
 * Members whose suspicion makes it final soonest: none in a group so small that so many could not be found, in
 * which a suspicion always lasts its minimum.
 */
export function confirmationsWanted(factor: number, memberCount: number): number {
  const wanted = Math.max(0, factor - FEWER_CONFIRMATIONS);
  return memberCount - FEWER_CONFIRMATIONS < wanted ? 0 : wanted;
}

/** The state of a suspicion, as far as its end depends on it. */
export interface SuspicionState {
  /** Members that share it, the first apart. */
  readonly confirmations: number;
  /** Those that make it as short as it can be; above 0. */
  readonly wanted: number;
  readonly elapsedMicros: number;
  readonly minMicros: number;
  readonly maxMicros: number;
}

/**
 * What is left of a suspicion: it lasts from `max`, falling with the logarithm of those who share it, to `min`
 * (Lifeguard, arXiv:1707.00788, LHA-Suspicion). Negative when it should have ended before.
 */
export function remainingSuspicionMicros(state: SuspicionState): number {
  const { confirmations, wanted, elapsedMicros, minMicros, maxMicros } = state;
  const share = log(confirmations + 1) / log(wanted + 1);
  const exactMicros = maxMicros - share * (maxMicros - minMicros);
  const micros = Math.floor(exactMicros / MILLISECOND) * MILLISECOND;
  return Math.max(minMicros, micros) - elapsedMicros;
}
