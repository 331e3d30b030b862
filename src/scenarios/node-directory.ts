// Which nodes there are and how they are called: classes in the order written, indexes running through.

import { didYouMean } from "./suggestion.js";

/** Nodes `firstNode` … `firstNode + count − 1`. */
export interface NodeRange {
  readonly name: string;
  readonly count: number;
  readonly firstNode: number;
}

/** The names of a scenario's nodes and classes. */
export class NodeDirectory {
  readonly classes: readonly NodeRange[];
  readonly nodeCount: number;

  constructor(counts: readonly { readonly name: string; readonly count: number }[]) {
    let firstNode = 0;
    this.classes = counts.map(({ name, count }) => {
      const range = { name, count, firstNode };
      firstNode += count;
      return range;
    });
    this.nodeCount = firstNode;
  }

  /** Whether a class has this name. */
  hasClass(name: string): boolean {
    return this.classes.some((nodeClass) => nodeClass.name === name);
  }

  /** Index of the node of this name; undefined when there is none. */
  indexOf(name: string): number | undefined {
    const parts = /^(.+)-(0|[1-9]\d{0,6})$/u.exec(name);
    if (parts === null) return undefined;
    const nodeClass = this.classes.find((candidate) => candidate.name === parts[1]);
    const number = Number(parts[2]);
    if (nodeClass === undefined || number >= nodeClass.count) return undefined;
    return nodeClass.firstNode + number;
  }

  /** Name of the node of this index, which must exist. */
  nameOf(node: number): string {
    const nodeClass = this.classes.findLast((candidate) => candidate.firstNode <= node);
    return nodeClass === undefined ? "" : `${nodeClass.name}-${node - nodeClass.firstNode}`;
  }

  /** What is there instead of a name that is not. */
  suggest(name: string): string {
    const number = /-\d+$/u.exec(name)?.[0] ?? "";
    const stem = name.slice(0, name.length - number.length);
    const nodeClass = this.classes.find((candidate) => candidate.name === stem);
    if (nodeClass !== undefined) return `its nodes are ${stem}-0 to ${stem}-${nodeClass.count - 1}`;
    const names = this.classes.map((candidate) => candidate.name);
    return didYouMean(stem, names) || `there are ${names.join(", ")}`;
  }
}
