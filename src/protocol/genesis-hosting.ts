// The part of genesis discovery by which members help others in: they name a member, tell of their neighbours, and
// hand over what they know. The joiner's side is in `genesis-joining.ts`.

import type { Peer } from "../transport/peer.js";
import type { DisconnectReason } from "../transport/transport.js";
import { MEMBERS_A_MESSAGE_MAX, Member, MemberList, Neighbours } from "./genesis-messages.js";
import { GenesisReconciliation } from "./genesis-reconciliation.js";
import type { ProtocolContext } from "./protocol.js";

/** A node that joiners may turn to. */
export abstract class GenesisHosting extends GenesisReconciliation {
  /** Neighbours that wait for the list of members until this node has it itself. */
  protected readonly listAskers = new Set<Peer>();

  override start(context: ProtocolContext): void {
    super.start(context);
    this.listAskers.clear();
  }

  override onDisconnected(peer: Peer, reason: DisconnectReason): void {
    this.listAskers.delete(peer);
    super.onDisconnected(peer, reason);
  }

  protected onAskMember(from: Peer): void {
    const others = this.members().filter((peer) => peer !== from && !this.suspects.has(peer));
    const { random, self, status } = this.context;
    // One place in the draw is the contact's own: the first joiners have nobody else.
    const place = random.integer(others.length + 1);
    const member = status === "active" ? (others[place] ?? self) : null;
    this.context.transport.send(from, Member.create({ member }));
  }

  protected onAskNeighbours(from: Peer): void {
    const peers = this.neighboursFor(from, this.options.neighboursTold);
    this.context.transport.send(from, Neighbours.create({ peers }));
  }

  protected onAskMembers(from: Peer): void {
    if (this.context.status === "active") this.sendMemberList(from);
    else if (this.neighbourView.has(from)) this.listAskers.add(from);
  }

  /** Gives the list to those who asked for it before this node had one. */
  protected serveListAskers(): void {
    for (const asker of this.listAskers) this.sendMemberList(asker);
    this.listAskers.clear();
  }

  private sendMemberList(to: Peer): void {
    const items = this.listForJoiner(to);
    for (let from = 0; from < items.length; from += MEMBERS_A_MESSAGE_MAX) {
      const members = items.slice(from, from + MEMBERS_A_MESSAGE_MAX);
      const isLast = from + MEMBERS_A_MESSAGE_MAX >= items.length;
      this.context.transport.send(to, MemberList.create({ members, isLast }));
    }
  }
}
