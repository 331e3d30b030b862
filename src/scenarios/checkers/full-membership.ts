// Full membership: every node knows every other one in its part of the network, and nobody else. Sets are
// compared by order-free hashes, and how many nodes hold which hash is counted as records come, so that a
// network of thousands is judged after every record in O(1).

import type { OverlayTracker } from "../../analysis/overlay-tracker.js";
import type { OverlayViews } from "../../analysis/overlay-views.js";
import { SetHash } from "../../analysis/set-hash.js";
import { invariant } from "../../trace/invariant.js";
import { RecordKind, WORLD } from "../../trace/record.js";
import type { RunRecord } from "../../trace/record.js";
import type { RunView } from "../run-view.js";
import { NAMES_MAX, NEVER } from "./checker.js";
import type { Condition, ConditionFailure } from "./condition.js";
import { nameSome } from "./name-some.js";

/** What a node is to the truth. A young node may be known or not, and what it knows is not judged. */
type Standing = "absent" | "gone" | "young" | "member";

/** After so many entries the queue of young nodes drops those that are done with. */
const AGEING_COMPACTED = 1024;

/** A part of the network: its members, and how many of them know which set (with themselves). */
class Component {
  readonly members = new SetHash();
  memberCount = 0;
  readonly #knowing = new Map<number, number>();

  /** Counts one more node (or one less) that knows the set of this key. */
  count(key: number, change: 1 | -1): void {
    const sum = (this.#knowing.get(key) ?? 0) + change;
    if (sum === 0) this.#knowing.delete(key);
    else this.#knowing.set(key, sum);
  }

  /** Whether every member knows all members and nobody else. */
  isComplete(): boolean {
    return this.memberCount === (this.#knowing.get(this.members.key()) ?? 0);
  }
}

export interface FullMembershipOptions {
  readonly view: RunView;
  /** Sees each record after this condition, which compares what was with what comes. */
  readonly tracker: OverlayTracker;
  readonly overlay: string;
  /** Nodes that have run for less are young. */
  readonly graceMicros: number;
}

/**
 * The condition "full membership" of one overlay. Truth is the set of nodes that have run longer than the
 * grace, by component while the network is cut. A node that says it is leaving is gone from then on.
 */
export class FullMembership implements Condition {
  readonly kinds: readonly RecordKind[] = [RecordKind.status, RecordKind.view, RecordKind.fault];
  readonly #options: FullMembershipOptions;
  readonly #standing: Standing[];
  /** Of each running node the hash of the nodes it knows, itself included, young ones not. */
  readonly #known: SetHash[];
  readonly #componentOf: Int32Array;
  #components = new Map<number, Component>();
  /** The young nodes with those that know them already. */
  readonly #knowersOfYoung = new Map<number, Set<number>>();
  /** When young nodes come of age, in order of time. */
  readonly #ageing: { readonly node: number; readonly atMicros: number }[] = [];
  #ageingFrom = 0;
  readonly #ageAtMicros: Float64Array;

  constructor(options: FullMembershipOptions) {
    this.#options = options;
    const { nodeCount } = options.view;
    this.#standing = new Array<Standing>(nodeCount).fill("absent");
    this.#known = Array.from({ length: nodeCount }, () => new SetHash());
    this.#componentOf = new Int32Array(nodeCount);
    this.#ageAtMicros = new Float64Array(nodeCount);
  }

  get nextChangeMicros(): number {
    return this.#ageing[this.#ageingFrom]?.atMicros ?? NEVER;
  }

  change(): void {
    const due = this.#ageing[this.#ageingFrom];
    invariant(due !== undefined, "A change is made only when one is due");
    this.#ageingFrom++;
    if (this.#ageingFrom === AGEING_COMPACTED) {
      this.#ageing.splice(0, AGEING_COMPACTED);
      this.#ageingFrom = 0;
    }
    // A node that ended and began anew meanwhile has a later entry of its own.
    if (this.#standing[due.node] === "young" && this.#ageAtMicros[due.node] === due.atMicros) {
      this.#comeOfAge(due.node);
    }
  }

  accept(record: RunRecord): void {
    const { kind, node } = record;
    if (kind === RecordKind.view) {
      if (this.#options.view.text(record.name) !== this.#options.overlay) return;
      if (this.#standing[node] === "absent") this.#start(node, record.timeMicros);
      this.#acceptView(node, record.peer, record.number === 1);
      return;
    }
    const word = this.#options.view.text(record.name);
    if (kind === RecordKind.fault && node === WORLD) this.#findComponents();
    else if (word === "joining" || word === "active" || word === "restart") {
      if (!this.#isRunning(node)) this.#start(node, record.timeMicros);
    } else if (isEnding(word)) this.#end(node);
  }

  holds(): boolean {
    let members = 0;
    for (const component of this.#components.values()) {
      if (!component.isComplete()) return false;
      members += component.memberCount;
    }
    return members > 0;
  }

  explain(): ConditionFailure {
    const { view } = this.#options;
    let text = "";
    const concerned: string[] = [];
    let others = 0;
    for (let node = 0; node < this.#standing.length; node++) {
      if (this.#standing[node] !== "member") continue;
      const component = this.#component(this.#componentOf[node]!);
      if (this.#known[node]!.equals(component.members)) continue;
      if (text === "") text = this.#explainNode(node);
      else others++;
      if (concerned.length < NAMES_MAX) concerned.push(view.nodeName(node));
    }
    if (text === "") return { text: "no node has run longer than the grace", concerned };
    return {
      text: others === 0 ? text : `${text}; ${String(others)} more nodes are wrong`,
      concerned,
    };
  }

  #explainNode(node: number): string {
    const { view } = this.#options;
    const views = this.#views();
    const missing: string[] = [];
    for (let peer = 0; peer < this.#standing.length; peer++) {
      if (peer !== node && this.#isExpected(node, peer) && !views.has(node, peer)) {
        missing.push(view.nodeName(peer));
      }
    }
    const ghosts: string[] = [];
    for (const peer of views.peers(node)) {
      if (peer !== node && this.#standing[peer] !== "young" && !this.#isExpected(node, peer)) {
        ghosts.push(view.nodeName(peer));
      }
    }
    const parts = [view.nodeName(node)];
    if (missing.length > 0) parts.push(`lacks ${nameSome(missing)}`);
    if (ghosts.length > 0)
      parts.push(`${missing.length > 0 ? "and " : ""}has ghosts ${nameSome(ghosts)}`);
    return parts.join(" ");
  }

  #isExpected(node: number, peer: number): boolean {
    return this.#standing[peer] === "member" && this.#componentOf[peer] === this.#componentOf[node];
  }

  #acceptView(node: number, peer: number, isAdded: boolean): void {
    if (node === peer || !this.#isRunning(node)) return;
    if (this.#views().has(node, peer) === isAdded) return;
    const knowers = this.#knowersOfYoung.get(peer);
    if (knowers !== undefined) {
      if (isAdded) knowers.add(node);
      else knowers.delete(node);
      return;
    }
    this.#changeKnown(node, peer, isAdded);
  }

  /** Puts a peer into what a node knows, or takes it out, and moves the node in its component's count. */
  #changeKnown(node: number, peer: number, isAdded: boolean): void {
    const known = this.#known[node]!;
    const component = this.#component(this.#componentOf[node]!);
    const isMember = this.#standing[node] === "member";
    if (isMember) component.count(known.key(), -1);
    if (isAdded) known.add(peer);
    else known.remove(peer);
    if (isMember) component.count(known.key(), 1);
  }

  #start(node: number, timeMicros: number): void {
    const views = this.#views();
    // Whoever still knows it from an earlier life knows it as a young node now.
    const knowers = new Set<number>();
    const others = views.inDegree(node) === 0 ? 0 : this.#standing.length;
    for (let other = 0; other < others; other++) {
      if (!this.#isRunning(other) || !views.has(other, node)) continue;
      this.#changeKnown(other, node, false);
      knowers.add(other);
    }
    this.#standing[node] = "young";
    this.#knowersOfYoung.set(node, knowers);
    const known = this.#known[node]!;
    known.clear();
    known.add(node);
    views.forEachPeer(node, (peer) => {
      if (peer === node) return;
      const youngKnowers = this.#knowersOfYoung.get(peer);
      if (youngKnowers === undefined) known.add(peer);
      else youngKnowers.add(node);
    });
    const atMicros = timeMicros + this.#options.graceMicros;
    this.#ageAtMicros[node] = atMicros;
    this.#ageing.push({ node, atMicros });
  }

  #comeOfAge(node: number): void {
    this.#standing[node] = "member";
    const component = this.#component(this.#componentOf[node]!);
    component.members.add(node);
    component.memberCount++;
    component.count(this.#known[node]!.key(), 1);
    this.#takeUpYoung(node);
  }

  #end(node: number): void {
    if (!this.#isRunning(node)) {
      this.#standing[node] = "gone";
      return;
    }
    if (this.#standing[node] === "member") {
      const component = this.#component(this.#componentOf[node]!);
      component.members.remove(node);
      component.memberCount--;
      component.count(this.#known[node]!.key(), -1);
    }
    this.#standing[node] = "gone";
    this.#takeUpYoung(node);
    for (const knowers of this.#knowersOfYoung.values()) knowers.delete(node);
  }

  /** From now on a node that was young counts in what others know, as a member or as a ghost. */
  #takeUpYoung(node: number): void {
    const knowers = this.#knowersOfYoung.get(node);
    if (knowers === undefined) return;
    this.#knowersOfYoung.delete(node);
    for (const knower of knowers) this.#changeKnown(knower, node, true);
  }

  #isRunning(node: number): boolean {
    const standing = this.#standing[node];
    return standing === "young" || standing === "member";
  }

  #views(): OverlayViews {
    return this.#options.tracker.overlay(this.#options.overlay);
  }

  #component(number: number): Component {
    let component = this.#components.get(number);
    if (component === undefined) {
      component = new Component();
      this.#components.set(number, component);
    }
    return component;
  }

  /** Asks anew which part of the network each node is in, and counts again. */
  #findComponents(): void {
    this.#components = new Map();
    for (let node = 0; node < this.#componentOf.length; node++) {
      this.#componentOf[node] = this.#options.view.componentOf(node);
      if (this.#standing[node] !== "member") continue;
      const component = this.#component(this.#componentOf[node]!);
      component.members.add(node);
      component.memberCount++;
      component.count(this.#known[node]!.key(), 1);
    }
  }
}

function isEnding(word: string): boolean {
  return (
    word === "leaving" ||
    word === "left" ||
    word === "crashed" ||
    word === "crash-process" ||
    word === "crash-host"
  );
}
