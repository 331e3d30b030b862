// A UDP socket that is bound, or the reason why it is not.

import { createSocket } from "node:dgram";
import type { Socket } from "node:dgram";
import { isIP } from "node:net";

/** Binds a socket to an address of this machine; port 0 takes a free one. Rejects with the socket's error. */
export function bindUdpSocket(host: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(isIP(host) === 6 ? "udp6" : "udp4");
    socket.once("error", reject);
    socket.bind({ address: host, port, exclusive: true }, () => {
      socket.off("error", reject);
      resolve(socket);
    });
  });
}
