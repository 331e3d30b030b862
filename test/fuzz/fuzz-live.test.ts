// The live campaign of `npm run fuzz -- live` for a few seconds, and what it must find: decoders and readers that are wrong on
// purpose, and a node that dies or stops answering.

import { describe, expect, it } from "vitest";

import { RandomStreams } from "../../src/sim/random-streams.js";
import { nodeSha256 } from "../../src/trace/node-hashing.js";
import type { Codec, Message } from "../../src/transport/codec.js";
import { MessageError } from "../../src/transport/codec.js";
import { FrameReader } from "../../src/transport/node-frames.js";
import type { FrameSink } from "../../src/transport/node-frames.js";
import { ATTACKS } from "./attacks.js";
import type { DecoderFindings } from "./decoder-campaign.js";
import { fuzzDecoders } from "./decoder-campaign.js";
import { SIEGE_MEMORY_BYTES_MAX, problemsOf } from "./fuzz-live.js";
import { HOSTILE_KINDS, HostileBytes, POLLUTION } from "./hostile-bytes.js";
import { realMessages } from "./real-messages.js";
import { Siege } from "./siege.js";
import type { SplitFindings, StreamReader } from "./split-campaign.js";
import { fuzzSplits } from "./split-campaign.js";

const real = realMessages();
const codecs = [...new Set<Codec>(real.map(({ codec }) => codec))];

function streamOf(name: string): ReturnType<RandomStreams["stream"]> {
  return new RandomStreams({ seed: 11, sha256: nodeSha256 }).stream(name);
}

function hostile(): HostileBytes {
  return new HostileBytes(
    streamOf("hostile"),
    real.map(({ bytes }) => bytes),
  );
}

function decode(codec: Codec, inputs: number): DecoderFindings {
  return fuzzDecoders({ hostile: hostile(), codecs: [codec], goesOn: (count) => count < inputs });
}

function split(inputs: number, makeReader?: () => StreamReader): SplitFindings {
  return fuzzSplits({
    ...{ stream: streamOf("splits"), hostile: hostile(), goesOn: (count) => count < inputs },
    ...(makeReader === undefined ? {} : { makeReader }),
  });
}

/** A decoder that is like the first one but for some bytes. */
function decoderThat(decodes: (bytes: Uint8Array, right: Codec["decode"]) => Message): Codec {
  const [codec] = codecs;
  if (codec === undefined) throw new Error("There are no codecs");
  return {
    encode: (message) => codec.encode(message),
    decode: (bytes, peers) => decodes(bytes, () => codec.decode(bytes, peers)),
    sizeOf: (message) => codec.sizeOf(message),
    hashContent: (message, into) => {
      codec.hashContent(message, into);
    },
    applicationId: (message) => codec.applicationId(message),
  };
}

describe("hostile bytes", () => {
  it("are made from messages of every shipped protocol, and are of every kind", () => {
    const types = real.map(({ bytes, codec }) =>
      codec.decode(bytes, { intern: (id, address) => ({ id, address }) }),
    );
    const protocols = new Set(types.map(({ type }) => type.split("/")[0]));
    for (const name of ["genesis", "hyparview", "cyclon", "swim", "plumtree", "flood", "shutdown"])
      expect([...protocols].join()).toContain(name);
    const bytes = hostile();
    const kinds = new Set(Array.from({ length: 300 }, () => bytes.next().kind));
    expect([...kinds].sort()).toEqual([...HOSTILE_KINDS].sort());
  });

  it("get nothing out of the decoders but messages and MessageError", () => {
    const findings = fuzzDecoders({ hostile: hostile(), codecs, goesOn: (count) => count < 1500 });
    expect(findings.failure).toBeNull();
    // Some of them are messages: otherwise only the refusals would be tried.
    expect(findings.accepted).toBeGreaterThan(20);
  });

  it.each<[string, (bytes: Uint8Array, right: Codec["decode"]) => Message]>([
    [
      "threw RangeError",
      (bytes, right) => {
        // A reader that goes down a level by calling itself.
        const dive = (offset: number): number =>
          bytes[offset] === 0x91 ? 1 + dive(offset + 1) : 0;
        for (let offset = 0; offset < Math.min(bytes.length, 300); offset++) dive(offset);
        return right(bytes, { intern: (id, address) => ({ id, address }) });
      },
    ],
    [
      "took",
      (bytes) => {
        const place = bytes.indexOf(0xc6);
        const lengthBytes = place < 0 ? 0 : (bytes[place + 1] ?? 0);
        const kept = new Uint8Array(
          lengthBytes === 1 ? 2 ** 24 : lengthBytes === 127 ? 2 ** 27 : 0,
        );
        throw new MessageError("", "", `${kept.length} bytes are not there`);
      },
    ],
    [
      "encoding what was decoded changes it",
      (bytes, right) => {
        const message = right(bytes, { intern: (id, address) => ({ id, address }) });
        return { ...message, extra: bytes.length } as Message;
      },
    ],
  ])("find a decoder that is wrong: %s", (problem, decodes) => {
    const { failure } = decode(decoderThat(decodes), 5000);
    expect(failure?.problem ?? "nothing").toMatch(
      problem.startsWith("encoding") ? /encoding|not encoded/ : problem,
    );
  });

  it("find names that reach the prototype of all objects", () => {
    const polluting = decoderThat((bytes, right) => {
      if (Buffer.from(bytes).includes("__proto__"))
        Object.defineProperty(Object.prototype, POLLUTION, { value: true, configurable: true });
      return right(bytes, { intern: (id, address) => ({ id, address }) });
    });
    try {
      expect(decode(polluting, 2000).failure?.problem).toContain("prototype");
    } finally {
      Reflect.deleteProperty(Object.prototype, POLLUTION);
    }
  });
});

describe("a byte stream", () => {
  it("gives the same frames however it is cut", () => {
    const findings = split(400);
    expect(findings.failure).toBeNull();
    expect(findings.refused).toBeGreaterThan(10);
  });

  it("is found to be read otherwise by a reader that forgets a header in two parts", () => {
    class Forgetful extends FrameReader {
      override push(chunk: Uint8Array, sink: FrameSink): boolean {
        // A first byte alone is thrown away.
        return chunk.length === 1 && this.expectedBytes === 0 ? true : super.push(chunk, sink);
      }
    }
    expect(split(50, () => new Forgetful()).failure?.problem).toContain("otherwise");
  });
});

describe("a siege", () => {
  it("leaves a node and its friends as they were, and says when it does not", async () => {
    const siege = await Siege.begin("plaintext");
    const { port, security } = siege;
    try {
      for (const name of ["hostile messages", "silent sockets, 400 at once"]) {
        const attack = ATTACKS.find((one) => one.name === name);
        let inputs = 0;
        const report = await siege.measure(async () => {
          const place = { port, security, stream: streamOf(name), millis: 3000 };
          inputs = (await attack?.run(place)) ?? 0;
        });
        expect(problemsOf(report), name).toEqual([]);
        expect(inputs).toBeGreaterThan(20);
        expect(report.roundTripMillis.length).toBeGreaterThan(100);
        expect(report.newcomerMillis.length).toBeGreaterThan(0);
      }
      // Now something that it does not stand.
      const report = await siege.measure(() => {
        process.kill(siege.nodePid, "SIGKILL");
        return Promise.resolve();
      });
      expect(problemsOf(report).join()).toMatch(/the node ended: SIGKILL.*friends' connections/);
      const taken = {
        ...report,
        memoryBytesBefore: 0,
        memoryBytesMost: SIEGE_MEMORY_BYTES_MAX + 1,
      };
      expect(problemsOf(taken).join()).toContain("512 MiB");
    } finally {
      siege.end();
    }
  }, 120_000);
});
