// The machine's monotonic time in whole microseconds: the same in all processes of one machine, so that their clocks
// can share a beginning.

/** Microseconds of the machine's clock at the zero of `performance.now`. */
const originMicros = ((): number => {
  const [seconds, nanos] = process.hrtime();
  return seconds * 1e6 + nanos / 1000 - performance.now() * 1000;
})();

/** Whole microseconds; never goes backwards. */
export function monotonicMicros(): number {
  return Math.floor(originMicros + performance.now() * 1000);
}
