// The page: opens the trace that the server offers or that is dropped, and connects buttons and keys to it.

import { BlobSource, HttpSource } from "../trace/native/byte-source.js";
import type { ByteSource } from "../trace/native/byte-source.js";
import { TraceDamageError } from "../trace/native/byte-reader.js";
import { TraceReader } from "../trace/native/trace-reader.js";
import { webInflateRaw } from "../trace/native/web-compression.js";
import { RECORD_KIND_NAMES } from "../trace/record.js";
import { readLink, writeLink } from "./deep-link.js";
import { element, setOptions, textElement } from "./elements.js";
import { GrowingSource } from "./growing-source.js";
import type { LayoutName } from "./layouts.js";
import { LOST_COLOUR, STATUS_LOOKS, messageColour } from "./palette.js";
import { MOMENT_FORMATS, save } from "./moment-files.js";
import { Viewer } from "./viewer.js";

/** Where `peerscape view` serves the trace and the one to compare it with, beside the page. */
const SERVED_TRACE = "trace";
const SERVED_SECOND = "second";
/** How often the page looks whether a run has written more: as often as it writes, and a little oftener. */
const LOOK_MILLIS = 500;
/** Real seconds of a film: at ten times the speed it is about ten times as much. */
const FILM_SECONDS = 10;
const SPEEDS = [0.001, 0.01, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 100];
const MICROS_PER_SECOND = 1_000_000;

const KEYS: readonly (readonly [key: string, does: string])[] = [
  ["space", "play or pause"],
  ["→ and ←", "next record and the one before, of the kind and node that are chosen"],
  ["+ and −", "faster and slower"],
  ["Home and End", "start and end of the run"],
  ["m", "next fault, scenario event or failed expectation"],
  ["d", "space-time diagram of the chosen node and those it talks with"],
  ["w", "why the chosen node got a message or did not"],
  ["f", "show only what a filter lets through"],
  ["/", "find a node"],
  ["Esc", "choose no node"],
  ["?", "these keys"],
];

let viewer: Viewer | null = null;

declare global {
  /** For tests and for the curious: the open view. */
  var peerscapeViewer: Viewer | null;
}

/** A trace to open. */
interface NamedSource {
  readonly source: ByteSource;
  readonly name: string;
}

/** Opens a trace, and another beside it; says what is wrong with it where it is none. */
async function open(
  { source, name }: NamedSource,
  second: NamedSource | null,
  link = readLink(location.hash),
): Promise<void> {
  notify(`Opening ${name} …`);
  viewer?.destroy();
  viewer = globalThis.peerscapeViewer = null;
  try {
    const reader = await TraceReader.open(source, { inflate: webInflateRaw });
    const other = await TraceReader.open(source, { inflate: webInflateRaw });
    if (reader.recordCount === 0) throw new Error("The trace has no record");
    describe(reader, name);
    showSecond(second);
    viewer = await Viewer.open({ reader, other }, link, showPosition);
    viewer.clock.onToggle = showPlaying;
    if (second !== null) await compareWith(viewer, second);
    globalThis.peerscapeViewer = viewer;
    notify("");
    showPosition();
    showSpeed();
  } catch (error) {
    notify(
      `${name} cannot be shown. ${error instanceof Error ? error.message : String(error)}`,
      true,
    );
  }
}

/** Makes room for a second map, or takes it away. */
function showSecond(second: NamedSource | null): void {
  element("second-map", HTMLElement).hidden = second === null;
  element("difference", HTMLButtonElement).hidden = second === null;
  element("differences", HTMLElement).textContent = "";
}

async function compareWith(first: Viewer, { source, name }: NamedSource): Promise<void> {
  const reader = await TraceReader.open(source, { inflate: webInflateRaw });
  const other = await TraceReader.open(source, { inflate: webInflateRaw });
  const run = element("run", HTMLElement);
  run.textContent = `${run.textContent} beside ${name}: ${reader.run.scenario}, seed ${reader.run.seed}`;
  first.compareWith({ reader, other }, element("second-map", HTMLElement));
  await first.settled();
}

async function goToDifference(): Promise<void> {
  if (viewer === null || (await viewer.firstDifference())) return;
  element("differences", HTMLElement).textContent = "both have the same records";
}

function describe(reader: TraceReader, name: string): void {
  const { scenario, seed, version, nodeCount } = reader.run;
  const records = reader.recordCount.toLocaleString("en");
  const ending = reader.isWhole ? "" : ": cut off before its end";
  element("run", HTMLElement).textContent =
    `${name}: ${scenario}, seed ${seed}, version ${version}; ${nodeCount.toLocaleString("en")} nodes, ` +
    `${records} records, ${(reader.endMicros / MICROS_PER_SECOND).toLocaleString("en")} s${ending}`;
  document.title = `${scenario} – Peerscape`;
  const names = reader.nodes.names.slice(0, 5000).map((node) => new Option(node));
  element("names", HTMLDataListElement).replaceChildren(...names);
}

function notify(text: string, isFailure = false): void {
  const notice = element("notice", HTMLElement);
  notice.textContent = text;
  notice.hidden = text === "";
  notice.classList.toggle("failed", isFailure);
}

function showPlaying(): void {
  const play = element("play", HTMLButtonElement);
  const isPlaying = viewer?.clock.isPlaying === true;
  play.textContent = isPlaying ? "❚❚ pause" : "▶ play";
  play.setAttribute("aria-pressed", String(isPlaying));
  if (!isPlaying) viewer?.refresh();
}

function showSpeed(): void {
  element("speed", HTMLSelectElement).value = String(viewer?.clock.speed ?? 1);
}

/** After every change: the time, and the address that leads back here. */
function showPosition(): void {
  if (viewer === null) return;
  const { timeMicros } = viewer;
  const time = element("time", HTMLInputElement);
  const seconds = (timeMicros / MICROS_PER_SECOND).toFixed(6);
  if (document.activeElement !== time) time.value = seconds;
  element("strip", HTMLCanvasElement).setAttribute("aria-valuetext", `${seconds} s`);
  element("position", HTMLElement).textContent = `${viewer.index.toLocaleString("en")} records`;
  if (!element("second-map", HTMLElement).hidden) {
    const { different } = viewer;
    const words =
      different === 1 ? "1 node differs" : `${different.toLocaleString("en")} nodes differ`;
    element("differences", HTMLElement).textContent = words;
  }
  if (!viewer.clock.isPlaying) history.replaceState(null, "", `#${writeLink(viewer.state)}`);
  showLegend(viewer.types);
}

let legendTypes: Viewer["types"] | null = null;

function showLegend(types: Viewer["types"]): void {
  if (types === legendTypes) return;
  legendTypes = types;
  const statuses = STATUS_LOOKS.map(({ status, colour }) => [status, colour, ""] as const);
  const messages = types.map(
    ({ type, number }) => [type, messageColour(number), "square"] as const,
  );
  const rows = [...statuses, ...messages, ["lost", LOST_COLOUR, "square"] as const];
  element("legend", HTMLElement).replaceChildren(
    ...rows.map(([label, colour, className]) => {
      const row = textElement("span", label);
      const sample = textElement("i", "", className);
      sample.style.background = colour;
      row.prepend(sample);
      return row;
    }),
  );
}

/** Saves what is shown, or a film of what comes, under a name that says when it was. */
async function saveAs(choice: string): Promise<void> {
  if (viewer === null) return;
  const { timeMicros } = viewer;
  const format = MOMENT_FORMATS.find((name) => name === choice);
  const untilMicros = timeMicros + FILM_SECONDS * MICROS_PER_SECOND * viewer.clock.speed;
  try {
    const file = await (format === undefined
      ? viewer.film(untilMicros)
      : viewer.momentFile(format));
    save(file, `${viewer.scenario}-${(timeMicros / MICROS_PER_SECOND).toFixed(3)}s.${choice}`);
  } catch (error) {
    notify(error instanceof Error ? error.message : String(error), true);
  }
}

function changeSpeed(direction: 1 | -1): void {
  if (viewer === null) return;
  const at = SPEEDS.findLastIndex((speed) => speed <= (viewer?.clock.speed ?? 1));
  viewer.clock.speed = SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, at + direction))] ?? 1;
  showSpeed();
}

/** Reads a time as people write it: absolute, or relative to now with a sign. */
function goToTyped(text: string): void {
  const seconds = Number(text.replace(/s$/u, "").trim());
  if (viewer === null || !Number.isFinite(seconds)) return;
  const isRelative = /^[+-]/u.test(text.trim());
  const fromMicros = isRelative ? (viewer.state.timeMicros ?? 0) : 0;
  viewer.seek(Math.max(0, fromMicros + seconds * MICROS_PER_SECOND));
}

function onKey(event: KeyboardEvent): void {
  const { target, key } = event;
  // A button that has the focus takes the space bar; the other keys mean what they do elsewhere.
  const isTyping =
    target instanceof HTMLInputElement ||
    target instanceof HTMLSelectElement ||
    (target instanceof HTMLButtonElement && key === " ");
  if (event.ctrlKey || event.metaKey || event.altKey || (isTyping && key !== "Escape")) return;
  const actions: Readonly<Record<string, () => void>> = {
    " ": () => viewer?.clock.toggle(),
    ArrowRight: () => viewer?.step(1),
    ArrowLeft: () => viewer?.step(-1),
    "+": () => changeSpeed(1),
    "-": () => changeSpeed(-1),
    Home: () => viewer?.seek(0),
    End: () => viewer?.seek(Number.MAX_SAFE_INTEGER),
    m: () => viewer?.nextMarker(),
    d: () => toggle("space-time"),
    w: () => toggle("why"),
    f: () => element("filter", HTMLInputElement).focus(),
    "/": () => element("find", HTMLInputElement).focus(),
    Escape: () => viewer?.choose(-1),
    "?": () => element("keys", HTMLDialogElement).showModal(),
  };
  const action = actions[key];
  if (action === undefined) return;
  event.preventDefault();
  action();
}

function toggle(id: string): void {
  const details = element(id, HTMLDetailsElement);
  details.open = !details.open;
}

function listen(): void {
  const click = (id: string, action: () => void): void => {
    element(id, HTMLButtonElement).addEventListener("click", action);
  };
  click("play", () => viewer?.clock.toggle());
  click("start", () => viewer?.seek(0));
  click("back", () => viewer?.step(-1));
  click("forward", () => viewer?.step(1));
  click("difference", () => void goToDifference());
  click("mark", () => viewer?.nextMarker());
  click("help", () => element("keys", HTMLDialogElement).showModal());
  const overlay = element("overlay", HTMLSelectElement);
  const layout = element("layout", HTMLSelectElement);
  for (const choice of [overlay, layout]) {
    choice.addEventListener("change", () => {
      viewer?.setMap(overlay.value, layout.value as LayoutName);
    });
  }
  const saving = element("save", HTMLSelectElement);
  saving.addEventListener("change", () => {
    void saveAs(saving.value);
    saving.value = "";
  });
  const speed = element("speed", HTMLSelectElement);
  speed.addEventListener("change", () => {
    if (viewer !== null) viewer.clock.speed = Number(speed.value);
  });
  for (const id of ["space-time", "why"]) {
    element(id, HTMLDetailsElement).addEventListener("toggle", () => viewer?.refresh());
  }
  for (const id of ["kind", "own", "span", "message"]) {
    document.getElementById(id)?.addEventListener("change", () => viewer?.refresh());
  }
  const find = element("find", HTMLInputElement);
  find.addEventListener("input", () => {
    find.setCustomValidity(viewer?.chooseByName(find.value) === false ? "No such node" : "");
  });
  const filter = element("filter", HTMLInputElement);
  filter.addEventListener("change", () => viewer?.filter(filter.value));
  const time = element("time", HTMLInputElement);
  time.addEventListener("change", () => goToTyped(time.value));
  element("settings", HTMLFormElement).addEventListener("submit", (event) =>
    event.preventDefault(),
  );
  document.addEventListener("keydown", onKey);
  listenForFiles();
}

function listenForFiles(): void {
  const input = element("file", HTMLInputElement);
  const take = (files: FileList | undefined | null): void => {
    const [first, second = null] = [...(files ?? [])].map((file) => ({
      source: new BlobSource(file),
      name: file.name,
    }));
    if (first !== undefined) void open(first, second);
  };
  input.addEventListener("change", () => take(input.files));
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    document.body.classList.add("dropping");
  });
  document.addEventListener("dragleave", () => document.body.classList.remove("dropping"));
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    document.body.classList.remove("dropping");
    take(event.dataTransfer?.files);
  });
}

function fillIn(): void {
  setOptions(
    element("speed", HTMLSelectElement),
    SPEEDS.map((speed) => [String(speed), `${speed}×`]),
  );
  element("speed", HTMLSelectElement).value = "1";
  const kinds = RECORD_KIND_NAMES.slice(1).map((name) => [name, name] as const);
  setOptions(element("kind", HTMLSelectElement), [["", "all"], ...kinds]);
  const { kind = "", filter = "" } = readLink(location.hash);
  element("kind", HTMLSelectElement).value = kind;
  element("filter", HTMLInputElement).value = filter;
  const keys = element("keys", HTMLDialogElement).querySelector("dl");
  keys?.replaceChildren(
    ...KEYS.flatMap(([key, does]) => [textElement("dt", key), textElement("dd", does)]),
  );
  showLegend([]);
}

globalThis.peerscapeViewer = null;
fillIn();
listen();
// A page that was opened from a file has no server to ask.
if (location.protocol.startsWith("http")) await openServed();

async function openServed(): Promise<void> {
  const served = async (name: string, meta: string): Promise<NamedSource | null> => {
    const title = document.querySelector<HTMLMetaElement>(`meta[name=${meta}]`)?.content;
    if (title === undefined) return null;
    const url = new URL(name, location.href).href;
    const source = await HttpSource.open(url, (...given) => fetch(...given));
    return { source, name: title };
  };
  try {
    if (document.querySelector("meta[name=growing]") !== null) {
      await followRun(new URL(SERVED_TRACE, location.href).href);
      return;
    }
    const first = await served(SERVED_TRACE, "trace");
    if (first !== null) await open(first, await served(SERVED_SECOND, "second"));
  } catch (error) {
    notify(error instanceof Error ? error.message : String(error), true);
  }
}

/** Shows a run that goes on: from its first records to its end, or until its server is gone. */
async function followRun(url: string): Promise<void> {
  const name = document.querySelector<HTMLMetaElement>("meta[name=trace]")?.content ?? "";
  const fetcher: typeof fetch = (...given) => fetch(...given);
  notify("Waiting for the first records of the run …");
  const { source, reader } = await firstRecords(url, fetcher);
  const link = readLink(location.hash);
  // What a run becomes is not known yet, and neither is where its links pull the nodes.
  await open({ source, name }, null, { layout: "ring", timeMicros: reader.endMicros, ...link });
  if (link.timeMicros === undefined) viewer?.goTo(Number.MAX_SAFE_INTEGER);
  for (;;) {
    const seconds = ((viewer?.endMicros ?? 0) / MICROS_PER_SECOND).toLocaleString("en");
    const isOver = viewer === null || viewer.isWhole;
    element("live", HTMLElement).textContent = isOver ? "the run is over" : `live, ${seconds} s`;
    if (isOver) return;
    await pause(LOOK_MILLIS);
    if (await source.look()) await viewer?.grow();
  }
}

/** Waits until the run has written something that can be shown. */
async function firstRecords(
  url: string,
  fetcher: typeof fetch,
): Promise<{ source: GrowingSource; reader: TraceReader }> {
  for (;;) {
    try {
      const source = await GrowingSource.open(url, fetcher);
      const reader = await TraceReader.open(source, { inflate: webInflateRaw });
      if (reader.recordCount > 0) return { source, reader };
    } catch (error) {
      // An empty file, and one that ends in the middle of its first part, are to be waited for.
      if (!(error instanceof TraceDamageError)) throw error;
    }
    await pause(LOOK_MILLIS);
  }
}

async function pause(millis: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, millis));
}
