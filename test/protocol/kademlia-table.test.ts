// Buckets by hand: who stays, who waits, who is forgotten, and who is nearest.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  emptyTable,
  freshContacts,
  nearestContacts,
  noteContact,
  noteFailure,
  staleContacts,
} from "../../src/protocol/kademlia-table.js";
import { compareDistance } from "../../src/protocol/xor-distance.js";
import { numberedPeers } from "./numbered-peers.js";

const ALL = numberedPeers(400);
const [SELF, ...OTHERS] = ALL;
const LIMITS = { bucketSize: 3, failuresMax: 2 };
/** Peers of one bucket: their ids begin with another bit than the node's own. */
const FAR = OTHERS.filter(
  ({ id }) => (Number.parseInt(id[0]!, 16) ^ Number.parseInt(SELF!.id[0]!, 16)) >= 8,
);

describe("a bucket", () => {
  it("keeps those it has known for long, and the others as spares", () => {
    const table = emptyTable(LIMITS);
    for (const peer of FAR.slice(0, 3))
      expect(noteContact(table, SELF!, peer)).toEqual({ added: peer, removed: null });
    expect(noteContact(table, SELF!, FAR[3]!)).toEqual({ added: null, removed: null });
    expect(freshContacts(table)).toEqual(FAR.slice(0, 3));
  });

  it("replaces a contact that has failed too often by the spare heard of last", () => {
    const table = emptyTable(LIMITS);
    for (const peer of FAR.slice(0, 6)) noteContact(table, SELF!, peer);
    expect(noteFailure(table, SELF!, FAR[0]!)).toEqual({ added: null, removed: null });
    expect(noteFailure(table, SELF!, FAR[0]!)).toEqual({ added: FAR[5], removed: FAR[0] });
    expect(freshContacts(table)).toEqual([FAR[1], FAR[2], FAR[5]]);
  });

  it("forgives failures once the contact is heard of", () => {
    const table = emptyTable(LIMITS);
    for (const peer of FAR.slice(0, 4)) noteContact(table, SELF!, peer);
    noteFailure(table, SELF!, FAR[0]!);
    noteContact(table, SELF!, FAR[0]!);
    noteFailure(table, SELF!, FAR[0]!);
    expect(freshContacts(table)).toContain(FAR[0]);
  });

  it("keeps a stale contact where nobody could take its place, asks it no more, and takes it back", () => {
    const table = emptyTable(LIMITS);
    noteContact(table, SELF!, FAR[0]!);
    noteFailure(table, SELF!, FAR[0]!);
    expect(noteFailure(table, SELF!, FAR[0]!)).toEqual({ added: null, removed: FAR[0] });
    expect(nearestContacts(table, SELF!, FAR[0]!.id, 3)).toEqual([]);
    expect(staleContacts(table)).toEqual([FAR[0]]);
    expect(noteContact(table, SELF!, FAR[0]!)).toEqual({ added: FAR[0], removed: null });
  });

  it("gives a stale contact's place to a newcomer", () => {
    const table = emptyTable(LIMITS);
    for (const peer of FAR.slice(0, 3)) noteContact(table, SELF!, peer);
    for (let i = 0; i < 2; i++) noteFailure(table, SELF!, FAR[1]!);
    noteContact(table, SELF!, FAR[7]!);
    expect(freshContacts(table)).toEqual([FAR[0], FAR[2], FAR[7]]);
    expect(staleContacts(table)).toEqual([]);
  });

  it("never holds the node itself, and is bounded whoever comes", () => {
    const table = emptyTable(LIMITS);
    for (const peer of ALL) noteContact(table, SELF!, peer);
    expect(freshContacts(table)).not.toContain(SELF);
    for (const { contacts, spares } of table.buckets.values()) {
      expect(contacts.length).toBeLessThanOrEqual(3);
      expect(spares.length).toBeLessThanOrEqual(3);
    }
  });
});

describe("the nearest contacts", () => {
  it("are those that sorting all of them gives", () => {
    const table = emptyTable({ bucketSize: 8, failuresMax: 1 });
    for (const peer of OTHERS) noteContact(table, SELF!, peer);
    for (const peer of OTHERS.slice(0, 20)) noteFailure(table, SELF!, peer);
    const known = freshContacts(table);
    fc.assert(
      fc.property(fc.constantFrom(...ALL), fc.integer({ min: 1, max: 60 }), ({ id }, count) => {
        const sorted = [...known].sort((a, b) => compareDistance(id, a.id, b.id));
        expect(nearestContacts(table, SELF!, id, count)).toEqual(sorted.slice(0, count));
      }),
    );
  });
});
