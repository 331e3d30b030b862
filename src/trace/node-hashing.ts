// SHA-256 from node:crypto, which uses the processor's instructions for it: 1.5 GB/s where there are.

import * as crypto from "node:crypto";
import type { Sha256 } from "./hashing.js";

/** SHA-256 by Node's one-shot call where it exists (20.12 on), which saves the hash object. */
export const nodeSha256: Sha256 = (bytes) => crypto.hash("sha256", bytes, "buffer");
