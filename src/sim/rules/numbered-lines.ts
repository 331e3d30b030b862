// A text line by line, for matrices of millions of lines: no array of all lines is made.

/** One line without its end and without white space around it, and its number counted from 1. */
export interface NumberedLine {
  readonly line: number;
  readonly text: string;
}

/** The lines of a text that hold anything but white space and comments, which `#` begins. */
export function* numberedLines(text: string): Generator<NumberedLine> {
  let line = 0;
  // A byte-order mark is white space to `trim`.
  for (let start = 0; start < text.length;) {
    let end = text.indexOf("\n", start);
    if (end < 0) end = text.length;
    line++;
    const content = text.slice(start, end).trim();
    if (content !== "" && !content.startsWith("#")) yield { line, text: content };
    start = end + 1;
  }
}
