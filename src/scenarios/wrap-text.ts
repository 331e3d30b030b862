// Breaks text into lines at spaces, for terminals of any width.

export interface WrapOptions {
  readonly columns: number;
  /** Spaces before the first line, and before those that follow. */
  readonly indent: number;
  readonly hanging: number;
}

/** The lines of a text. A word that is longer than a line stands alone and is not broken. */
export function wrapText(text: string, { columns, indent, hanging }: WrapOptions): string[] {
  const lines: string[] = [];
  let line = " ".repeat(indent);
  let isEmpty = true;
  for (const word of text.split(" ")) {
    if (!isEmpty && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = " ".repeat(hanging);
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  lines.push(line);
  return lines;
}
