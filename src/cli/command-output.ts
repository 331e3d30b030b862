// Where a command writes.

/** Standard output and standard error, or what stands for them. */
export interface CommandOutput {
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
}

/** Those of this process. */
export const PROCESS_OUTPUT: CommandOutput = {
  out: (text) => process.stdout.write(text),
  error: (text) => process.stderr.write(text),
};
