// The contract of a node's clock, as clock.ts states it.

import { describe, expect, it } from "vitest";

import type { TimerArgument } from "../../src/transport/clock.js";
import type { Stage } from "./transport-contract.js";

export function describeClock({ inWorld }: Stage): void {
  describe("the clock", () => {
    it("nowMicros is whole microseconds and never goes backwards", () =>
      inWorld(async (world, start) => {
        const node = await start();
        const read: number[] = [];
        node.react = () => read.push(node.clock.nowMicros());
        for (const delay of [0, 100, 1500, 20_000]) {
          node.do((_transport, clock) => {
            read.push(clock.nowMicros());
            clock.setTimer(delay, "tick");
          });
        }
        await world.until(() => node.count("timer") === 4);
        expect(read.every((micros) => Number.isSafeInteger(micros) && micros >= 0)).toBe(true);
        expect(read).toEqual(read.toSorted((a, b) => a - b));
      }));

    it("setTimer calls onTimer once, when the delay has passed on this clock and never before", () =>
      inWorld(async (world, start) => {
        const node = await start();
        const delays = [0, 1, 999, 1000, 1001, 5000, 20_000, 50_000];
        const from = node.do((_transport, clock) => {
          for (const delay of delays) clock.setTimer(delay, `${delay}`);
          return clock.nowMicros();
        });
        await world.until(() => node.count("timer") === delays.length);
        await world.settle();
        expect(node.calls("timer").map(({ kind }) => Number(kind))).toEqual(delays);
        for (const { kind, atMicros } of node.calls("timer")) {
          expect(atMicros - from).toBeGreaterThanOrEqual(Number(kind));
        }
      }));

    it("a delay of zero or less fires as soon as possible, yet after the running handler has returned", () =>
      inWorld(async (world, start) => {
        const node = await start();
        const inside = node.do((_transport, clock) => {
          for (const delay of [0, -1, -1e9]) clock.setTimer(delay, "now");
          clock.setTimer(30_000, "later");
          return node.heard.length;
        });
        await world.until(() => node.count("timer") === 4);
        expect(inside).toBe(0);
        expect(node.calls("timer").map(({ kind }) => kind)).toEqual(["now", "now", "now", "later"]);
      }));

    it("a timer set in a timer's handler fires after that has returned", () =>
      inWorld(async (world, start) => {
        const node = await start();
        node.react = (heard) => {
          if (heard.what === "timer" && heard.kind === "first") node.clock.setTimer(0, "second");
        };
        node.do((_transport, clock) => clock.setTimer(0, "first"));
        await world.until(() => node.count("timer") === 2);
        expect(node.nestedCalls).toBe(0);
      }));

    it("a timer's argument is plain data and comes as it was given; without one there is none", () =>
      inWorld(async (world, start) => {
        const node = await start();
        const given: (TimerArgument | undefined)[] = [
          ...[undefined, 0, -1.5, "text", "", true, false, null],
          Uint8Array.from([1, 2, 3]),
          node.peer,
          [1, "two", [node.peer, null]],
        ];
        node.do((_transport, clock) => {
          for (const argument of given) {
            if (argument === undefined) clock.setTimer(0, "timer");
            else clock.setTimer(0, "timer", argument);
          }
        });
        await world.until(() => node.count("timer") === given.length);
        expect(node.calls("timer").map(({ argument }) => argument)).toEqual(given);
      }));

    it("clearTimer takes a pending timer back: it never fires", () =>
      inWorld(async (world, start) => {
        const node = await start();
        node.do((_transport, clock) => {
          const handles = [0, 0, 1000, 1000].map((delay, i) => clock.setTimer(delay, `${i}`));
          clock.clearTimer(handles[1]!);
          clock.clearTimer(handles[2]!);
        });
        await world.until(() => node.count("timer") >= 2);
        await world.settle();
        expect(node.calls("timer").map(({ kind }) => kind)).toEqual(["0", "3"]);
      }));

    it("clearTimer takes back a timer that is due, from the handler of another", () =>
      inWorld(async (world, start) => {
        const node = await start();
        const handles: number[] = [];
        node.react = () => {
          for (const handle of handles) node.clock.clearTimer(handle);
        };
        node.do((_transport, clock) => {
          for (let i = 0; i < 3; i++) handles.push(clock.setTimer(0, `${i}`));
        });
        await world.until(() => node.count("timer") > 0);
        await world.settle();
        expect(node.calls("timer").map(({ kind }) => kind)).toEqual(["0"]);
      }));

    it("clearTimer does nothing for a timer that fired or was cleared, whose handle is never another's", () =>
      inWorld(async (world, start) => {
        const node = await start();
        const handles = new Set<number>();
        for (let round = 0; round < 50; round++) {
          const [fires, cleared] = node.do((_transport, clock) => {
            const pair = [clock.setTimer(0, "fires"), clock.setTimer(0, "cleared")] as const;
            clock.clearTimer(pair[1]);
            for (const old of handles) clock.clearTimer(old);
            return pair;
          });
          expect(handles.has(fires) || handles.has(cleared) || fires === cleared).toBe(false);
          await world.until(() => node.count("timer") === round + 1);
          handles.add(fires).add(cleared);
        }
        expect(node.calls("timer").every(({ kind }) => kind === "fires")).toBe(true);
      }));
  });
}
