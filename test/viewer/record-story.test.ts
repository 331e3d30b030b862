import { describe, expect, it } from "vitest";
import { Channel, RecordKind, RunRecord } from "../../src/trace/record.js";
import { CONSEQUENCES_MAX, recordStory } from "../../src/viewer/record-story.js";
import { openTrace, writeTrace } from "../trace/native/sample-trace.js";
import { sampleWords } from "../trace/record-samples.js";

const { names } = sampleWords();
const PAYLOAD = names.id("flood/payload");
const LOSS = names.id("loss");

/** An event: its time, origin and counter, and those of the event that caused it. */
interface Event {
  readonly timeMicros: number;
  readonly origin: number;
  readonly counter: number;
}

function recordIn(event: Event, cause: Event, fields: Partial<RunRecord>): RunRecord {
  const made = new RunRecord();
  Object.assign(made, { channel: Channel.stream, name: PAYLOAD, number: 0 }, event, fields);
  made.causeTimeMicros = cause.timeMicros;
  made.causeOrigin = cause.origin;
  made.causeCounter = cause.counter;
  return made;
}

/** Node 0 sends to 1, which passes it on to 2 and sets a timer; what it sends to 3 is lost. */
const START = { timeMicros: 10, origin: 1, counter: 0 };
const ARRIVAL = { timeMicros: 60, origin: 1, counter: 1 };
const NEXT = { timeMicros: 90, origin: 2, counter: 1 };
const TIMER = { timeMicros: 200, origin: 2, counter: 0 };
const { sent, delivered, content, log, action } = RecordKind;
const RECORDS = [
  recordIn(START, START, { kind: action, node: 0 }),
  recordIn(START, START, { kind: sent, node: 0, peer: 1 }),
  recordIn(START, START, { kind: content, node: 0, peer: 1, text: '{"hops":1}' }),
  recordIn(ARRIVAL, START, { kind: delivered, node: 1, peer: 0 }),
  recordIn(ARRIVAL, START, { kind: sent, node: 1, peer: 2 }),
  recordIn(ARRIVAL, START, { kind: sent, node: 1, peer: 3, reason: LOSS }),
  recordIn(NEXT, ARRIVAL, { kind: delivered, node: 2, peer: 1 }),
  recordIn(TIMER, ARRIVAL, { kind: log, node: 1, text: "late" }),
];
const SENT = 1;
const DELIVERED = 3;
const PASSED_ON = 4;
const LOST = 5;
const LATE = 7;

async function storyOf(index: number): ReturnType<typeof recordStory> {
  return await recordStory(await openTrace(writeTrace(RECORDS).bytes), index);
}

describe("the story of a record", () => {
  it("follows a sent message to its arrival and what that set off", async () => {
    const story = await storyOf(SENT);
    expect(story.otherEnd?.index).toBe(DELIVERED);
    expect(story.content).toBe('{"hops":1}');
    expect(story.cause?.index).toBe(0);
    expect(story.consequences.map(({ index }) => index)).toEqual([PASSED_ON, LOST, LATE]);
    expect(story.isCut).toBe(false);
  });

  it("follows an arrival back to its sending", async () => {
    const story = await storyOf(DELIVERED);
    expect(story.otherEnd?.index).toBe(SENT);
    expect(story.cause?.index).toBe(0);
    expect(story.content).toBe('{"hops":1}');
  });

  it("says in answer to what a message was sent", async () => {
    expect((await storyOf(PASSED_ON)).cause?.index).toBe(DELIVERED);
    expect((await storyOf(LATE)).cause?.index).toBe(DELIVERED);
  });

  it("finds no arrival and no consequence of a message that was lost", async () => {
    const story = await storyOf(LOST);
    expect(story.otherEnd).toBeNull();
    expect(story.consequences).toEqual([]);
  });

  it("leaves out arrivals of what is listed as sent", async () => {
    const { consequences } = await storyOf(DELIVERED);
    expect(consequences.map(({ index }) => index)).toEqual([PASSED_ON, LOST, LATE]);
  });

  it("knows no cause of what nothing caused", async () => {
    expect((await storyOf(0)).cause).toBeNull();
  });

  it("works across blocks", async () => {
    const { bytes } = writeTrace(RECORDS, { flushMicros: 20 });
    const reader = await openTrace(bytes);
    expect(reader.blocks.length).toBeGreaterThan(2);
    expect((await recordStory(reader, PASSED_ON)).otherEnd?.index).toBe(6);
    expect((await recordStory(reader, 6)).otherEnd?.index).toBe(PASSED_ON);
  });

  it("stops at a bound, and says so", async () => {
    const flood = Array.from({ length: CONSEQUENCES_MAX + 5 }, (_, i) =>
      recordIn(START, START, { kind: sent, node: 0, peer: i + 1 }),
    );
    const story = await recordStory(await openTrace(writeTrace([RECORDS[0]!, ...flood]).bytes), 0);
    expect(story.consequences).toHaveLength(CONSEQUENCES_MAX);
    expect(story.isCut).toBe(true);
  });

  it("refuses a number that the trace has not", async () => {
    await expect(storyOf(RECORDS.length)).rejects.toThrow(RangeError);
    await expect(storyOf(-1)).rejects.toThrow(RangeError);
  });
});
