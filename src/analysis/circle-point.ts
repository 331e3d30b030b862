// Points on a circle without the engine's sine, whose last digits may differ between engines: a picture is
// the same text everywhere.

const TURN = 2 * Math.PI;

/** A place on the unit circle. */
export interface CirclePoint {
  readonly cosine: number;
  readonly sine: number;
}

/** The point after so many turns, to eight digits: Taylor's series within an eighth of a turn. */
export function circlePoint(turns: number): CirclePoint {
  const fraction = turns - Math.floor(turns);
  const quarter = Math.round(fraction * 4);
  const angle = (fraction - quarter / 4) * TURN;
  const square = angle * angle;
  const sine =
    angle * (1 - (square / 6) * (1 - (square / 20) * (1 - (square / 42) * (1 - square / 72))));
  const cosine =
    1 -
    (square / 2) *
      (1 - (square / 12) * (1 - (square / 30) * (1 - (square / 56) * (1 - square / 90))));
  switch (quarter % 4) {
    case 0:
      return { cosine, sine };
    case 1:
      return { cosine: -sine, sine: cosine };
    case 2:
      return { cosine: -cosine, sine: -sine };
    default:
      return { cosine: sine, sine: -cosine };
  }
}
