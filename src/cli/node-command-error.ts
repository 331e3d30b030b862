// A command at a node's prompt cannot be done. Its message is all that is shown.

export class CommandError extends Error {
  override readonly name = "CommandError";
}
