// The live transport under the contract that all transports share, in plain text and with TLS.

import { RelayedTcpContractWorld, TcpContractWorld } from "./tcp-contract-world.js";
import { describeTransportContract } from "./transport-contract.js";

for (const security of ["plaintext", "tls"] as const) {
  describeTransportContract(`the live transport with ${security}`, () =>
    Promise.resolve(new TcpContractWorld({ security })),
  );
  describeTransportContract(`the live transport with ${security} on hosts that can go silent`, () =>
    Promise.resolve(new RelayedTcpContractWorld(security)),
  );
}
