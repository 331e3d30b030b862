import { describe, expect, it } from "vitest";
import { LiveInbox } from "../../src/scenarios/live-inbox.js";

/** A clock that stands until it is told, with what is to be woken in order of time. */
class Stage {
  nowMicros = 0;
  readonly log: string[] = [];
  readonly inbox: LiveInbox;
  #wakes: { readonly atMicros: number; readonly wake: () => void }[] = [];

  constructor(processingMicros = 0) {
    this.inbox = new LiveInbox({
      nowMicros: () => this.nowMicros,
      processingMicros,
      wakeAfter: (micros, wake) => {
        const entry = { atMicros: this.nowMicros + micros, wake };
        this.#wakes.push(entry);
        return () => {
          this.#wakes = this.#wakes.filter((other) => other !== entry);
        };
      },
    });
  }

  get wakeCount(): number {
    return this.#wakes.length;
  }

  message(name: string, dueMicros = 0): void {
    this.inbox.receive(
      {
        run: () => this.log.push(name),
        giveUp: () => this.log.push(`lost ${name}`),
        isMessage: true,
      },
      dueMicros,
    );
  }

  passTo(micros: number): void {
    for (;;) {
      const next = this.#wakes.sort((a, b) => a.atMicros - b.atMicros)[0];
      if (next === undefined || next.atMicros > micros) break;
      this.#wakes.shift();
      this.nowMicros = next.atMicros;
      next.wake();
    }
    this.nowMicros = micros;
  }
}

describe("the inbox of a live node", () => {
  it("hands over at once what waits for nothing", () => {
    const stage = new Stage();
    stage.message("a");
    expect(stage.log).toEqual(["a"]);
    expect(stage.wakeCount).toBe(0);
  });

  it("keeps everything in order while the process is paused, and loses nothing", () => {
    const stage = new Stage();
    stage.inbox.pause();
    stage.message("a");
    stage.inbox.admit({ timer: 1, run: () => stage.log.push("timer") });
    stage.message("b");
    expect(stage.log).toEqual([]);
    stage.inbox.resume();
    expect(stage.log).toEqual(["a", "timer", "b"]);
  });

  it("never fires a timer that was taken back while it waited", () => {
    const stage = new Stage();
    stage.inbox.pause();
    stage.inbox.admit({ timer: 7, run: () => stage.log.push("timer") });
    stage.inbox.cancelTimer(7);
    stage.inbox.resume();
    expect(stage.log).toEqual([]);
  });

  it("hands a message over when the downlink has it through, and the end of its connection behind it", () => {
    const stage = new Stage();
    stage.message("slow", 50_000);
    stage.inbox.receiveInOrder({ run: () => stage.log.push("closed") });
    stage.passTo(48_000);
    expect(stage.log).toEqual([]);
    stage.passTo(50_000);
    expect(stage.log).toEqual(["slow", "closed"]);
  });

  it("takes processor time for messages and none for timers", () => {
    // 10 ms a message: the third of three is handled when the first two have had their time.
    const stage = new Stage(10_000);
    for (const name of ["a", "b", "c"]) stage.message(name);
    expect(stage.log).toEqual(["a"]);
    stage.passTo(10_000);
    expect(stage.log).toEqual(["a", "b"]);
    stage.passTo(20_000);
    expect(stage.log).toEqual(["a", "b", "c"]);
  });

  it("gives up what waits when the process ends, and leaves no timer behind", () => {
    const stage = new Stage(10_000);
    for (const name of ["a", "b"]) stage.message(name);
    stage.message("late", 90_000);
    stage.inbox.end();
    stage.message("after");
    expect(stage.log).toEqual(["a", "lost b", "lost late", "lost after"]);
    expect(stage.wakeCount).toBe(0);
  });
});
