// Where the regions of the shipped latency tables are: longitude and latitude in degrees, of the city or its country.

/** Degrees east and north. */
export type Place = readonly [longitude: number, latitude: number];

export const REGION_PLACES: ReadonlyMap<string, Place> = new Map<string, Place>([
  ["London", [-0.1, 51.5]],
  ["Ireland", [-6.3, 53.3]],
  ["Frankfurt", [8.7, 50.1]],
  ["Canada", [-73.6, 45.5]],
  ["Virginia", [-77.5, 39.0]],
  ["Oregon", [-120.5, 45.8]],
  ["Mumbai", [72.9, 19.1]],
  ["Singapore", [103.8, 1.4]],
  ["Sydney", [151.2, -33.9]],
  ["Tokyo", [139.7, 35.7]],
  ["Seoul", [127.0, 37.6]],
  ["NorthAmerica", [-98.0, 39.0]],
  ["SouthAmerica", [-58.0, -15.0]],
  ["Europe", [10.0, 50.0]],
  ["AsiaPacific", [105.0, 30.0]],
  ["Japan", [138.0, 36.0]],
  ["Australia", [134.0, -25.0]],
]);
