// A coordinate of Vivaldi, and how a measurement moves it (Dabek, Cox, Kaashoek, Morris, "Vivaldi: A Decentralized Network
// Coordinate System", SIGCOMM 2004, sections 2 to 5). Pure arithmetic: no messages and no time.

/** A place in a space whose distances stand for round-trip times. Plain data; all numbers in float microseconds. */
export interface Coordinate {
  readonly vector: readonly number[];
  /** The way from the node to the core of the network: part of every distance. 0 in a space without heights. */
  readonly height: number;
  /** What measurements have shown to lie beside every prediction of this node. Added to a distance, never moved along. */
  readonly adjustment: number;
  /** How wrong the node holds its coordinate to be: a share of a distance, 1 for knowing nothing. */
  readonly error: number;
}

/** The constants of a space. */
export interface CoordinateSpace {
  readonly dimensions: number;
  readonly hasHeights: boolean;
  /** How far a measurement moves a coordinate that is as uncertain as the other's (c_c). */
  readonly stepShare: number;
  /** How much of a measurement's error goes into the node's (c_e). */
  readonly errorShare: number;
  /** Distance from the origin at which gravity equals a microsecond's pull; 0 for none. Keeps a space from drifting. */
  readonly gravityMicros: number;
}

/** A height that can still grow: at zero the forces that move it are zero as well. */
const HEIGHT_MIN_MICROS = 10;
/** Errors are kept below this: a few wild samples at the start must not outlast all that follow. */
const ERROR_MAX = 1.5;
/** A distance below which a direction means nothing. */
const SAME_PLACE_MICROS = 1e-3;

/** A place to start from: next to the origin in a random direction, since two at the same place pull each other nowhere. */
export function firstCoordinate(space: CoordinateSpace, unit: () => number): Coordinate {
  return {
    vector: Array.from({ length: space.dimensions }, () => unit() - 0.5),
    height: space.hasHeights ? HEIGHT_MIN_MICROS : 0,
    adjustment: 0,
    error: ERROR_MAX,
  };
}

/** The round-trip time that two coordinates predict, in microseconds. */
export function predictedMicros(a: Coordinate, b: Coordinate): number {
  const plain = plainDistance(a, b);
  const adjusted = plain + a.adjustment + b.adjustment;
  return adjusted > 0 ? adjusted : plain;
}

/** The prediction without adjustments: what the forces act on. */
export function plainDistance(a: Coordinate, b: Coordinate): number {
  return length(difference(a.vector, b.vector)) + a.height + b.height;
}

/** The coordinate after a round trip to `other` took `rttMicros`. `unit` draws in [0, 1) for a direction where there is none. */
export function moved(
  own: Coordinate,
  other: Coordinate,
  rttMicros: number,
  space: CoordinateSpace,
  unit: () => number,
): Coordinate {
  const distance = plainDistance(own, other);
  const uncertainty = own.error + other.error;
  const weight = uncertainty > 0 ? own.error / uncertainty : 0.5;
  const sampleError = Math.abs(distance - rttMicros) / rttMicros;
  const errorWeight = space.errorShare * weight;
  const error = Math.min(ERROR_MAX, sampleError * errorWeight + own.error * (1 - errorWeight));
  const force = space.stepShare * weight * (rttMicros - distance);
  const apart = difference(own.vector, other.vector);
  const apartMicros = length(apart);
  const direction =
    apartMicros > SAME_PLACE_MICROS
      ? apart.map((part) => part / apartMicros)
      : randomDirection(space.dimensions, unit);
  let vector = own.vector.map((part, i) => part + force * direction[i]!);
  let { height } = own;
  if (space.hasHeights) {
    // Section 5.4: a difference adds the heights, and so the force is shared between both ways.
    if (apartMicros > SAME_PLACE_MICROS) height += ((own.height + other.height) * force) / distance;
    height = Math.max(HEIGHT_MIN_MICROS, height);
  }
  if (space.gravityMicros > 0) vector = pulledIn(vector, space.gravityMicros);
  return { vector, height, adjustment: own.adjustment, error };
}

/** Pulled towards the origin by the square of the distance from it (Ledlie, Gardner, Seltzer, NSDI 2007). */
function pulledIn(vector: readonly number[], gravityMicros: number): number[] {
  const away = length(vector);
  if (away <= SAME_PLACE_MICROS) return [...vector];
  const share = away / gravityMicros;
  const pull = Math.min(away, share * share);
  return vector.map((part) => part - (part / away) * pull);
}

function randomDirection(dimensions: number, unit: () => number): number[] {
  const drawn = Array.from({ length: dimensions }, () => unit() - 0.5);
  const drawnLength = length(drawn);
  return drawnLength > 0 ? drawn.map((part) => part / drawnLength) : drawn;
}

function difference(a: readonly number[], b: readonly number[]): number[] {
  return a.map((part, i) => part - (b[i] ?? 0));
}

/** Squares and roots are the same on every engine; `Math.hypot` is not. */
function length(vector: readonly number[]): number {
  let squares = 0;
  for (const part of vector) squares += part * part;
  return Math.sqrt(squares);
}
