// Records as a Parquet table, for DuckDB, pandas and the like: the columns of the CSV export with their types. Written
// a group of rows at a time in constant memory, but for the index, which has some kilobytes for each group.

import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import type { TraceLine } from "../trace-line.js";
import type { RunFacts } from "./run-facts.js";

/** Rows of a group: enough that its index costs nothing, few enough to hold in memory as objects. */
const GROUP_ROWS = 65_536;

type Cell = string | number | bigint | undefined;

/** What a column holds, and where a line has it. Every column but the first two may be empty. */
interface Column {
  readonly name: string;
  readonly type: "whole" | "text" | "real";
  readonly isRequired?: true;
  readonly cell: (line: TraceLine) => Cell;
}

const field = (name: keyof TraceLine, type: Column["type"]): Column => ({
  name,
  type,
  cell: (line) => line[name] as Cell,
});

const COLUMNS: readonly Column[] = [
  { ...field("timeMicros", "whole"), isRequired: true },
  { ...field("kind", "text"), isRequired: true },
  ...(["node", "name", "channel", "peer"] as const).map((name) => field(name, "text")),
  ...(["bytes", "number"] as const).map((name) => field(name, "whole")),
  field("reason", "text"),
  field("application", "whole"),
  field("value", "real"),
  ...(["content", "text"] as const).map((name) => field(name, "text")),
  { name: "eventOrigin", type: "whole", cell: ({ event }) => event[1] },
  { name: "eventCounter", type: "whole", cell: ({ event }) => event[2] },
  { name: "causeTimeMicros", type: "whole", cell: ({ cause }) => cause[0] },
  { name: "causeOrigin", type: "whole", cell: ({ cause }) => cause[1] },
  { name: "causeCounter", type: "whole", cell: ({ cause }) => cause[2] },
];

const PHYSICAL_TYPES = { whole: "INT64", text: "BYTE_ARRAY", real: "DOUBLE" } as const;

/** Writes a table, piece by piece: each call hands on the bytes that follow those before. */
export class ParquetTraceWriter {
  readonly #bytes = new ByteWriter();
  readonly #writer: ParquetWriter;
  #cells: Cell[][] = COLUMNS.map(() => []);

  constructor({ scenario, seed, version }: Pick<RunFacts, "scenario" | "seed" | "version">) {
    this.#writer = new ParquetWriter({
      writer: this.#bytes,
      createdBy: `peerscape ${version}`,
      kvMetadata: [
        { key: "scenario", value: scenario },
        { key: "seed", value: String(seed) },
      ],
      schema: [
        { name: "records", num_children: COLUMNS.length },
        ...COLUMNS.map(({ name, type, isRequired }) => ({
          name,
          type: PHYSICAL_TYPES[type],
          repetition_type: isRequired ? ("REQUIRED" as const) : ("OPTIONAL" as const),
          ...(type === "text" ? { converted_type: "UTF8" as const } : {}),
        })),
      ],
    });
  }

  /** Adds a record; answers whether a group is full and wants to be taken. */
  add(line: TraceLine): boolean {
    COLUMNS.forEach(({ cell, type }, i) => {
      const value = cell(line);
      this.#cells[i]!.push(type === "whole" && value !== undefined ? BigInt(value) : value);
    });
    return this.#cells[0]!.length >= GROUP_ROWS;
  }

  /** The bytes of the rows that were added since the last call. */
  take(): Uint8Array {
    if (this.#cells[0]!.length > 0) {
      const cells = this.#cells;
      this.#cells = COLUMNS.map(() => []);
      void this.#writer.write({
        columnData: COLUMNS.map(({ name }, i) => ({ name, data: cells[i]! })),
        rowGroupSize: GROUP_ROWS,
      });
    }
    return this.#drain();
  }

  /** The bytes of the last rows and of the index, without which nobody can read the others. */
  end(): Uint8Array {
    const rows = this.take();
    void this.#writer.finish();
    const index = this.#drain();
    const bytes = new Uint8Array(rows.length + index.length);
    bytes.set(rows);
    bytes.set(index, rows.length);
    return bytes;
  }

  #drain(): Uint8Array {
    const bytes = this.#bytes.getBytes().slice();
    this.#bytes.index = 0;
    return bytes;
  }
}
