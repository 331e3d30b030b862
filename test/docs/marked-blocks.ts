// Finds the fenced blocks of a Markdown page and what the comment before each says to do with it:
//
//   <!-- runs -->            each line is a command that must succeed
//   <!-- runs: exit 2 -->    … that must end with this exit code
//   <!-- file: NAME -->      the text of a file that later commands use
//   <!-- shown: REASON -->   for reading only

/** A fenced block with its marking. */
export interface MarkedBlock {
  /** Line of the fence, counted from 1. */
  readonly line: number;
  readonly language: string;
  readonly text: string;
  /** The marking's word, or the empty string for a block without one. */
  readonly marking: string;
  /** What follows the marking's colon, or the empty string. */
  readonly detail: string;
}

const MARKING = /^<!-- (runs|file|shown)(?:: (.+))? -->$/;
const FENCE = /^```(\w*)$/;

/** All fenced blocks of a page, in order. */
export function markedBlocks(page: string): MarkedBlock[] {
  const lines = page.split("\n");
  const blocks: MarkedBlock[] = [];
  let marking: RegExpExecArray | null = null;
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!;
    const fence = FENCE.exec(line);
    if (fence !== null) {
      const end = lines.indexOf("```", i + 1);
      if (end < 0) throw new Error(`The fence of line ${i + 1} does not end`);
      blocks.push({
        line: i + 1,
        language: fence[1] ?? "",
        text: `${lines.slice(i + 1, end).join("\n")}\n`,
        marking: marking?.[1] ?? "",
        detail: marking?.[2] ?? "",
      });
      i = end;
    }
    // A marking belongs to the block that follows it, with nothing but empty lines between.
    if (line !== "") marking = MARKING.exec(line);
  }
  return blocks;
}
