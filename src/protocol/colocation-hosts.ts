// The hosts that a peer counts for when peers that share one are told from peers that do not: one person can have many
// ids, and fewer addresses. A whole IPv6 subnet is as easily had as one address, so that it counts too.

const IPV6_GROUPS = 8;

/** Groups of the network that one customer is commonly given: 64 bits. */
const SUBNET_GROUPS = 4;

/** Hosts of a peer at `host:port`; none on the loopback, where all peers of one machine are. */
export function colocationHosts(address: string): readonly string[] {
  const host = address.slice(0, Math.max(0, address.lastIndexOf(":")));
  if (host === "" || host === "localhost" || host.startsWith("127.")) return [];
  if (!host.startsWith("[")) return [host];
  const groups = groupsOf(host.slice(1, -1));
  if (groups.slice(0, -1).every((group) => group === 0) && groups.at(-1) === 1) return [];
  const written = groups.map((group) => group.toString(16));
  return [written.join(":"), `${written.slice(0, SUBNET_GROUPS).join(":")}::/64`];
}

/** The groups of an IPv6 address, those that `::` stands for among them. A group that is no number counts as 0. */
function groupsOf(text: string): readonly number[] {
  const [left = [], right] = text
    .split("::", 2)
    .map((part) => (part === "" ? [] : part.split(":").map((group) => parseInt(group, 16) || 0)));
  if (right === undefined) return left;
  const missing = Math.max(0, IPV6_GROUPS - left.length - right.length);
  return [...left, ...Array<number>(missing).fill(0), ...right];
}
