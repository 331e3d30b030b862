// The statement at which a debugger stops. In a file of its own, since it is the one place where it may stand.

/** Stops in the debugger, if one is attached (`node --inspect-brk`). Step in from here: the next call is the handler. */
export function breakHere(): void {
  debugger;
}
