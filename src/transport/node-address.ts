// Addresses as peers carry them, `host:port`, and which of them never leave the machine.

import { BlockList, isIP } from "node:net";

/** Where a socket listens. */
export interface HostPort {
  readonly host: string;
  readonly port: number;
}

const PORT_MAX = 65535;

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

/** Takes `host:port` or `[v6]:port` apart; null for anything else. */
export function parseAddress(address: string): HostPort | null {
  const parts = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s]+)):(\d{1,5})$/.exec(address);
  const host = parts?.[1] ?? parts?.[2];
  const port = Number(parts?.[3]);
  return host === undefined || port < 1 || port > PORT_MAX ? null : { host, port };
}

/** The address of a host and port, an IPv6 host in brackets. */
export function formatAddress(host: string, port: number): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * Whether what is sent to a host stays on this machine: 127.0.0.0/8 and ::1, written as numbers. A name is not, since
 * whoever answers for names could send it elsewhere.
 */
export function isLoopback(host: string): boolean {
  const version = isIP(host);
  if (version === 0) return false;
  return loopback.check(host, version === 6 ? "ipv6" : "ipv4");
}
