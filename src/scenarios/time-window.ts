// A stretch of virtual time.

/** From `startMicros`, up to but without `endMicros`. */
export interface Window {
  readonly startMicros: number;
  readonly endMicros: number;
}
