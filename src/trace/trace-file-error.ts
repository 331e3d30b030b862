// What the system said about a trace's file, in words that say what to do.

/** The file could not be written or read. Says which, why, and what to do. */
export class TraceFileError extends Error {
  override readonly name = "TraceFileError";
  readonly path: string;
  /** The system's word for it: `ENOSPC`, `EACCES`. */
  readonly code: string;

  constructor(path: string, code: string, message: string) {
    super(message);
    this.path = path;
    this.code = code;
  }
}

const REMEDIES: ReadonlyMap<string, string> = new Map([
  ["ENOSPC", "The disk is full: free space, or write the trace to another disk."],
  ["EDQUOT", "Your quota is used up: free space, or write the trace to another disk."],
  ["EACCES", "It is not allowed: choose a file or folder that you may use."],
  ["EPERM", "It is not allowed: choose a file or folder that you may use."],
  ["EROFS", "The file system is read-only: choose another place."],
  ["ENOENT", "There is no such file or folder: check the path, or make the folder first."],
  ["ENOTDIR", "A part of the path is a file, not a folder."],
  ["EISDIR", "It is a folder: name a file in it."],
  ["EPIPE", "The program that read it has ended."],
]);

/** What the system threw, as a `TraceFileError`. */
export function asTraceFileError(
  path: string,
  error: unknown,
  done: "read" | "written",
): TraceFileError {
  const code =
    error instanceof Error && "code" in error && typeof error.code === "string"
      ? error.code
      : "unknown";
  const remedy = REMEDIES.get(code) ?? `The system says: ${String(error)}.`;
  return new TraceFileError(path, code, `The trace ${path} could not be ${done}. ${remedy}`);
}
