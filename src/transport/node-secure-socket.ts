// TLS 1.3 with certificates at both ends over a connected socket, or nothing over it on this machine. Who the other
// end is follows from the key that it proved to hold; names, dates and issuers in its certificate say nothing.

import { createHash } from "node:crypto";
import { TLSSocket, connect, createSecureContext } from "node:tls";
import type { SecureContext } from "node:tls";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";

import type { NodeIdentity } from "./node-identity.js";
import type { Refusal } from "./transport-observer.js";

/** How connections are secured. */
export type Security = "tls" | "plaintext";

/** A byte stream to someone, and what is known of them. */
export interface SecureChannel {
  readonly stream: Duplex;
  /** The id that was proved; empty where nothing proves one. */
  readonly provenId: string;
  /** Bytes that only the two ends know; null where there is no secret. */
  readonly exportKey: ((label: string, byteCount: number) => Uint8Array) | null;
}

/** What comes of securing a socket: exactly one of the two is called, once. */
export interface SecuringEvents {
  onSecured(channel: SecureChannel): void;
  onRefused(refusal: Refusal, detail: string): void;
}

/** Spoken by this version of the wire format only, so that other TLS services are found out early. */
const APPLICATION_PROTOCOL = "peerscape/1";

/** TLS settings of a node, made once: creating a context takes a millisecond. */
export function makeSecureContext(identity: NodeIdentity): SecureContext {
  return createSecureContext({
    key: identity.privateKeyPem,
    cert: identity.certificatePem,
    minVersion: "TLSv1.3",
    maxVersion: "TLSv1.3",
    sigalgs: "ed25519",
    ecdhCurve: "X25519",
  });
}

/** Leaves a socket as it is. */
export function leavePlain(raw: Socket): SecureChannel {
  return { stream: raw, provenId: "", exportKey: null };
}

/** Makes a connected socket secure. The socket stays its owner's to destroy. */
export function secure(
  raw: Socket,
  { context, isDialler }: { readonly context: SecureContext; readonly isDialler: boolean },
  events: SecuringEvents,
): void {
  // Certificates are judged below: no authority vouches for a peer.
  const options = {
    secureContext: context,
    requestCert: true,
    rejectUnauthorized: false,
    ALPNProtocols: [APPLICATION_PROTOCOL],
  };
  const stream = isDialler
    ? connect({ ...options, socket: raw, checkServerIdentity: () => undefined })
    : new TLSSocket(raw, { ...options, isServer: true });
  let isSettled = false;
  const refuse = (refusal: Refusal, detail: string): void => {
    if (isSettled) return;
    isSettled = true;
    events.onRefused(refusal, detail);
  };
  stream.on("error", (error: NodeJS.ErrnoException) => {
    refuse(refusalOf(error), error.code ?? error.message);
  });
  stream.once("close", () => {
    refuse("truncated", "the connection ended within the handshake");
  });
  stream.once(isDialler ? "secureConnect" : "secure", () => {
    if (isSettled) return;
    const identified = identify(stream);
    if (typeof identified !== "string") {
      refuse(identified.refusal, identified.detail);
      return;
    }
    isSettled = true;
    const exportKey = (label: string, byteCount: number): Uint8Array =>
      stream.exportKeyingMaterial(byteCount, label, NO_CONTEXT);
    events.onSecured({ stream, provenId: identified, exportKey });
  });
}

const NO_CONTEXT = Buffer.alloc(0);

/** The id of whoever is at the other end of a TLS connection, or why it has none. */
function identify(stream: TLSSocket): string | { refusal: Refusal; detail: string } {
  const version = stream.getProtocol();
  if (version !== "TLSv1.3") return { refusal: "tls-version", detail: String(version) };
  if (stream.isSessionReused()) return { refusal: "resumed", detail: "a resumed session" };
  if (stream.alpnProtocol !== APPLICATION_PROTOCOL) {
    return { refusal: "bad-hello", detail: `application protocol ${String(stream.alpnProtocol)}` };
  }
  const certificate = stream.getPeerX509Certificate();
  if (certificate === undefined) return { refusal: "no-certificate", detail: "no certificate" };
  try {
    const { publicKey } = certificate;
    if (publicKey.asymmetricKeyType !== "ed25519") {
      const detail = `a key of type ${publicKey.asymmetricKeyType ?? "unknown"}`;
      return { refusal: "bad-certificate", detail };
    }
    if (!certificate.verify(publicKey)) {
      return { refusal: "bad-certificate", detail: "not signed by its own key" };
    }
    const keyInfo = publicKey.export({ type: "spki", format: "der" });
    return createHash("sha256").update(keyInfo).digest("hex");
  } catch (error) {
    return { refusal: "bad-certificate", detail: String(error) };
  }
}

/** What the errors of OpenSSL and of sockets mean here. */
function refusalOf({ code = "", message }: NodeJS.ErrnoException): Refusal {
  if (
    /WRONG_VERSION_NUMBER|HTTP_REQUEST|HTTPS_PROXY|PACKET_LENGTH_TOO_LONG|BAD_RECORD_TYPE/.test(
      code,
    )
  )
    return "not-tls";
  if (/UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION|VERSION_TOO_LOW|UNSUPPORTED_SSL/.test(code + message))
    return "tls-version";
  if (/DID_NOT_RETURN_A_CERTIFICATE|CERTIFICATE_REQUIRED/.test(code)) return "no-certificate";
  if (/CERTIFICATE|SIGNATURE|SIGALG|BAD_KEY|ASN1|X509|EE_KEY/i.test(code)) return "bad-certificate";
  if (code === "ECONNRESET" || code === "EPIPE" || /UNEXPECTED_EOF/.test(code)) return "truncated";
  return "tls-failed";
}
