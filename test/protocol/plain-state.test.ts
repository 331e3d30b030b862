import { decode, encode } from "@msgpack/msgpack";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { StateError, captureState, restoreState } from "../../src/protocol/plain-state.js";
import type { StateOwner } from "../../src/protocol/plain-state.js";
import { NO_RECORDER } from "../../src/protocol/node-recorder.js";
import { NodeView } from "../../src/protocol/view.js";
import type { PlainData } from "../../src/sim/plain-data.js";
import { SimPeers } from "../../src/transport/sim-peers.js";

const peers = new SimPeers();
const ALICE = peers.declare("a1".repeat(32));
const BOB = peers.declare("b2".repeat(32));
const view = new NodeView("neighbours", ALICE, NO_RECORDER);

const OWNER: StateOwner = {
  owner: "node alice, protocol test",
  peers,
  overlayOf: (value) => (value instanceof NodeView ? value.overlay : undefined),
  view: () => view,
};

/** Saves a value as another process would find it, and restores it. */
function throughSnapshot(value: unknown): unknown {
  const state = captureState({ field: value }, ["field"], OWNER);
  const holder = { field: "not restored" as unknown };
  restoreState(holder, decode(encode(state)) as PlainData, OWNER);
  return holder.field;
}

function refusedField(value: unknown): string {
  try {
    captureState({ field: value }, ["field"], OWNER);
  } catch (error) {
    expect(error).toBeInstanceOf(StateError);
    expect((error as StateError).owner).toBe("node alice, protocol test");
    return (error as StateError).field;
  }
  return "none";
}

const { data } = fc.letrec<{ data: unknown }>((tie) => ({
  data: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.oneof(fc.integer(), fc.double(), fc.string(), fc.boolean()),
    fc.constantFrom<unknown>(null, undefined, ALICE, BOB),
    fc.uint8Array({ maxLength: 5 }),
    fc.float64Array({ maxLength: 3 }),
    fc.array(tie("data"), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.constantFrom("a", "$map", "$same", "$"), fc.string()), tie("data"), {
      maxKeys: 3,
      noNullPrototype: true,
    }),
    fc
      .array(fc.tuple(tie("data"), tie("data")), { maxLength: 3 })
      .map((entries) => new Map(entries)),
    fc.array(tie("data"), { maxLength: 3 }).map((items) => new Set(items)),
  ),
}));

describe("the state of a protocol as plain data", () => {
  it("comes back equal after it crossed to another process, whatever data it holds", () => {
    fc.assert(
      fc.property(data, (value) => {
        fc.pre(!JSON.stringify(value ?? null).includes("__proto__"));
        expect(throughSnapshot(value)).toStrictEqual(value);
      }),
      { numRuns: 1000 },
    );
  });

  it("keeps the order of maps and sets", () => {
    const map = new Map([
      [BOB, 1],
      [ALICE, 2],
    ]);
    expect(Array.from((throughSnapshot(map) as typeof map).keys())).toEqual([BOB, ALICE]);
  });

  it("interns peers again: the restored peer is the run's own object", () => {
    expect(throughSnapshot(BOB)).toBe(BOB);
    expect((throughSnapshot({ nested: [BOB] }) as { nested: unknown[] }).nested[0]).toBe(BOB);
  });

  it("leaves a record alone that merely has an id and an address", () => {
    const note = { id: BOB.id, address: BOB.address, seenAtMicros: 5 };
    expect(throughSnapshot(note)).toStrictEqual(note);
  });

  it("gives back the node's own view where a field held one", () => {
    expect(throughSnapshot(view)).toBe(view);
  });

  it("keeps what two fields share shared", () => {
    const shared = new Map([["count", 1]]);
    const state = captureState({ one: shared, other: [shared] }, ["one", "other"], OWNER);
    const holder: { one?: unknown; other?: unknown[] } = {};
    restoreState(holder, structuredClone(state), OWNER);
    expect(holder.one).toEqual(shared);
    expect(holder.other?.[0]).toBe(holder.one);
  });

  it("copies: later changes do not reach into a snapshot", () => {
    const holder = { bytes: new Uint8Array([1]), list: [1] };
    const state = captureState(holder, ["bytes", "list"], OWNER);
    holder.bytes[0] = 9;
    holder.list.push(2);
    expect(state).toEqual({ bytes: new Uint8Array([1]), list: [1] });
  });

  it("refuses what could not go on in another process, by path", () => {
    class Helper {
      readonly kept = 1;
    }
    const cycle: Record<string, unknown> = {};
    cycle["self"] = { inner: [cycle] };
    expect(refusedField(() => 1)).toBe("field");
    expect(refusedField({ callbacks: [1, () => 1] })).toBe("field.callbacks[1]");
    expect(refusedField(new Map([["a", new Helper()]]))).toBe('field["a"]');
    expect(refusedField(new Map([[new Helper(), 1]]))).toBe("field.key");
    expect(refusedField(new Set([Symbol("x")]))).toBe("field[0]");
    expect(refusedField(new Date(0))).toBe("field");
    expect(refusedField(Promise.resolve(1))).toBe("field");
    expect(refusedField(1n)).toBe("field");
    expect(refusedField(cycle)).toBe("field.self.inner[0]");
  });
});
