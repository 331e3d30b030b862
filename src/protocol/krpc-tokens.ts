// Tokens (BEP 5): who asks for the peers of a key is given one, and only with it may it announce itself a while later. So
// nobody can announce another's address, since the token went to that address.

import type { Sha256 } from "../trace/hashing.js";

/** Pause between two secrets, as in BEP 5; a token is good until the second change after it was given. */
export const TOKEN_SECRET_MICROS = 300_000_000;

const SECRET_BYTES = 20;
const TOKEN_BYTES = 8;

/** What tokens are made with. */
export interface TokenSources {
  readonly sha256: Sha256;
  /** Unpredictable bytes. */
  readonly randomBytes: (count: number) => Uint8Array;
  readonly nowMicros: () => number;
}

/** The tokens that a node gives. Remembers two secrets and none of the tokens. */
export class KrpcTokens {
  readonly #sources: TokenSources;
  #secrets: readonly [current: Uint8Array, previous: Uint8Array];
  #changedAtMicros: number;

  constructor(sources: TokenSources) {
    this.#sources = sources;
    this.#secrets = [sources.randomBytes(SECRET_BYTES), sources.randomBytes(SECRET_BYTES)];
    this.#changedAtMicros = sources.nowMicros();
  }

  /** The token for a host. */
  give(host: string): Uint8Array {
    this.#change();
    return this.#token(host, this.#secrets[0]);
  }

  /** Whether a token was given to the host, and not too long ago. */
  isGood(host: string, token: Uint8Array): boolean {
    this.#change();
    return this.#secrets.some((secret) => isEqual(token, this.#token(host, secret)));
  }

  #change(): void {
    const { randomBytes, nowMicros } = this.#sources;
    const passed = Math.floor((nowMicros() - this.#changedAtMicros) / TOKEN_SECRET_MICROS);
    if (passed === 0) return;
    const previous = passed === 1 ? this.#secrets[0] : randomBytes(SECRET_BYTES);
    this.#secrets = [randomBytes(SECRET_BYTES), previous];
    this.#changedAtMicros += passed * TOKEN_SECRET_MICROS;
  }

  #token(host: string, secret: Uint8Array): Uint8Array {
    const name = new TextEncoder().encode(host);
    const content = new Uint8Array(secret.length + name.length);
    content.set(secret);
    content.set(name, secret.length);
    return this.#sources.sha256(content).slice(0, TOKEN_BYTES);
  }
}

/** Compares all bytes, so that the time it takes tells nothing of where two differ. */
function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ b[i]!;
  return difference === 0;
}
