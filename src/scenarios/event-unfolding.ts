// From events as written to a flat list: repetitions one by one, `for` as the event that undoes, every time
// absolute. The flat list is itself written form: the expanded scenario holds it, and shrinking edits it.

import { OPPOSITES, REPETITIONS_MAX } from "./event-schema.js";
import type { WrittenEvent } from "./event-schema.js";
import type { ProblemLog } from "./problem-log.js";
import type { SourcePath } from "./scenario-source.js";
import type { Timeline } from "./timeline.js";
import { formatDuration } from "./units.js";

/** A single event with the place where it was written. */
export interface UnfoldedEvent {
  readonly written: WrittenEvent & { readonly name: string };
  readonly atMicros: number;
  readonly path: SourcePath;
}

type NamedEvent = WrittenEvent & { readonly name: string };

/** Unfolds events, in order of time and then of name. Problems go to the log. */
export function unfoldEvents(
  events: readonly NamedEvent[],
  timeline: Timeline,
  log: ProblemLog,
): UnfoldedEvent[] {
  const unfolded: UnfoldedEvent[] = [];
  for (const [i, event] of events.entries()) {
    const path: SourcePath = ["events", i];
    const times = repetitionTimes(event, { timeline, log, path });
    if (unfolded.length + times.length > REPETITIONS_MAX) {
      log.report(path, `there are more than ${REPETITIONS_MAX} events in all`, {
        expected: `at most ${REPETITIONS_MAX} with repetitions`,
        remedy: "repeat less often, or write a workload or churn",
      });
      break;
    }
    for (const [k, atMicros] of times.entries()) {
      const suffix = event.every === undefined ? "" : `#${k + 1}`;
      unfolded.push(...once(event, { atMicros, suffix, path, timeline, log }));
    }
  }
  refuseDoubleNames(unfolded, log);
  return unfolded.sort(
    (a, b) =>
      a.atMicros - b.atMicros ||
      (a.written.name < b.written.name ? -1 : a.written.name > b.written.name ? 1 : 0),
  );
}

interface Surroundings {
  readonly timeline: Timeline;
  readonly log: ProblemLog;
  readonly path: SourcePath;
}

/** When an event happens: once, or at every repetition. */
function repetitionTimes(event: NamedEvent, { timeline, log, path }: Surroundings): number[] {
  const first = timeline.timeBeforeEnd(event.at, [...path, "at"]);
  const { every, times, until } = event;
  if (every === undefined) {
    if (times !== undefined || until !== undefined) {
      log.report([...path, times === undefined ? "until" : "times"], "has no distance", {
        expected: "every beside times and until",
        remedy: "add every, such as every: 10s",
      });
    }
    return [first];
  }
  if ((times === undefined) === (until === undefined)) {
    log.report([...path, "every"], "does not say for how long", {
      expected: "either times or until beside every",
      remedy: times === undefined ? "add times, or until" : "remove one of the two",
    });
    return [first];
  }
  if (times !== undefined) {
    const last = first + (times - 1) * every;
    if (last < timeline.endMicros)
      return Array.from({ length: times }, (_, k) => first + k * every);
    log.report([...path, "times"], `the last one is at ${formatDuration(last)}`, {
      expected: `times before the end of the run, ${formatDuration(timeline.endMicros)}`,
      remedy: `write at most ${Math.ceil((timeline.endMicros - first) / every)}, or until: end`,
    });
    return [first];
  }
  const endMicros = timeline.time(until ?? { from: "end", offsetMicros: 0 }, [...path, "until"]);
  if (endMicros <= first) {
    log.report([...path, "until"], `${formatDuration(endMicros)} is not after the first time`, {
      expected: `a time after ${formatDuration(first)}`,
      remedy: "write a later time, or leave every and until out",
    });
  }
  const count = Math.max(1, Math.ceil((endMicros - first) / every));
  // The caller refuses long lists; cut here so that none is built.
  return Array.from({ length: Math.min(count, REPETITIONS_MAX + 1) }, (_, k) => first + k * every);
}

interface Occasion extends Surroundings {
  readonly atMicros: number;
  readonly suffix: string;
}

/** One occurrence, and the one that undoes it. */
function once(event: NamedEvent, occasion: Occasion): UnfoldedEvent[] {
  const { atMicros, suffix, path, timeline, log } = occasion;
  const single = { ...event, ...at(`${event.name}${suffix}`, atMicros) };
  delete single.every;
  delete single.times;
  delete single.until;
  if (!("for" in single) || single.for === undefined) {
    if (single.do === "crash" && single.state !== undefined) {
      log.report([...path, "state"], "says nothing without for", {
        expected: "state beside for, or with do: restart",
        remedy: "add for, or remove state",
      });
    }
    return [{ written: single, atMicros, path }];
  }
  const lastMicros = single.for;
  delete single.for;
  const endMicros = atMicros + lastMicros;
  if (endMicros >= timeline.endMicros) {
    log.report([...path, "for"], `lasts until ${formatDuration(endMicros)}`, {
      expected: `an end before that of the run, ${formatDuration(timeline.endMicros)}`,
      remedy: "shorten it, or remove for: it then lasts to the end",
    });
  }
  const undo = undoing(single, at(`${event.name}-${OPPOSITES[single.do]}${suffix}`, endMicros));
  if (single.do === "crash") delete single.state;
  return [
    { written: single, atMicros, path },
    { written: undo, atMicros: endMicros, path },
  ];
}

function at(name: string, atMicros: number) {
  return { name, at: { from: null, offsetMicros: atMicros } };
}

/** The event that undoes another one: it concerns the nodes that the first one concerned. */
function undoing(event: NamedEvent, when: ReturnType<typeof at>): NamedEvent {
  switch (event.do) {
    case "join":
      return { ...when, do: "leave", who: { event: event.name } };
    case "leave":
      return { ...when, do: "join", who: { event: event.name } };
    case "crash":
      return { ...when, do: "restart", who: { event: event.name }, state: event.state ?? "lose" };
    case "pause":
      return { ...when, do: "resume", who: { event: event.name } };
    case "partition":
      return { ...when, do: "heal", event: event.name };
    case "hold":
      return { ...when, do: "release", event: event.name };
    case "degrade":
      return { ...when, do: "restore", event: event.name };
    default:
      return event;
  }
}

function refuseDoubleNames(unfolded: readonly UnfoldedEvent[], log: ProblemLog): void {
  const seen = new Set<string>();
  for (const { written, path } of unfolded) {
    if (seen.has(written.name)) {
      log.report([...path, "name"], `${written.name} is the name of another event`, {
        expected: "a name for each event",
        remedy: "rename one of them",
      });
    }
    seen.add(written.name);
  }
}
