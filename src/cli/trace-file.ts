// Opens the trace that a command names, and says plainly when it is none.

import { TraceDamageError } from "../trace/native/byte-reader.js";
import { NodeFileSource } from "../trace/native/node-file-source.js";
import { nodeInflateRaw } from "../trace/native/node-compression.js";
import { TraceReader } from "../trace/native/trace-reader.js";

/** Opens a trace, hands it to `use`, and closes it. Rejects with `TraceFileError` and `TraceDamageError`. */
export async function withTrace<Result>(
  path: string,
  use: (reader: TraceReader, source: NodeFileSource) => Promise<Result>,
): Promise<Result> {
  const source = new NodeFileSource(path);
  try {
    return await use(await TraceReader.open(source, { inflate: nodeInflateRaw }), source);
  } catch (error) {
    if (!(error instanceof TraceDamageError)) throw error;
    throw new TraceDamageError(`${path}: ${error.message}`);
  } finally {
    source.close();
  }
}
