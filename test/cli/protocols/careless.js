// Protocols that break the rules of determinism, one a name: what the guard and the determinism check must catch.

import { randomBytes } from "node:crypto";
import { setTimeout as setTimeoutOfTimers } from "node:timers";
import { PlainStateProtocol, bytes, defineMessage, defineProtocol, integer, list } from "peerscape";

const capturedNow = Date.now;
const capturedRandom = Math.random;

const Note = defineMessage("careless/note", {
  number: integer({ min: 0, max: 1_000_000 }),
  hops: list(integer({ min: 0, max: 9 }), { maxItems: 4 }),
  payload: bytes({ maxBytes: 16 }),
});

/** Sends a note to each peer every second; a fault is what happens besides, at the fourth second. */
class Careless extends PlainStateProtocol {
  messageTypes = [Note];
  number = 0;

  start(context) {
    super.start(context);
    context.clock.setTimer(1_000_000, "tick");
  }

  onTimer() {
    this.number++;
    this.context.log("info", "ticked", { number: this.number });
    this.context.clock.setTimer(1_000_000, "tick");
    const note = Note.create({ number: this.number, hops: [1, 2], payload: new Uint8Array(4) });
    for (const peer of this.context.transport.connectedPeers()) {
      this.context.transport.send(peer, note);
    }
    if (this.number >= 4) return this.misbehave(note);
  }

  /** What is done after sending, in `onTimer`. */
  misbehave(_note) {}
}

/** Code that is not strict: there, a change of what is frozen is passed over in silence. */
const changeSloppily = new Function("note", "note.number = 0");

/** Calls in `onTimer` that answer differently each time, or come back later. */
const CALLS = {
  "math-random": () => Math.random(),
  "captured-random": () => capturedRandom(),
  "captured-now": () => capturedNow(),
  "new-date": () => new Date(),
  "date-of-constructor": () => new new Date(0).constructor(),
  performance: () => performance.now(),
  hrtime: () => process.hrtime.bigint(),
  "math-log": () => Math.log(2),
  "crypto-random": () => randomBytes(4),
  "web-crypto-random": () => crypto.getRandomValues(new Uint8Array(1)),
  timeout: () => setTimeout(() => {}, 1),
  "node-timeout": () => setTimeoutOfTimers(() => {}, 1),
  microtask: () => queueMicrotask(() => {}),
  "next-tick": () => process.nextTick(() => {}),
  fetch: () => fetch("http://localhost:1/"),
};

/** Other ways to go wrong: the class that does it. */
const CLASSES = {
  careful: Careless,
  throws: class extends Careless {
    misbehave() {
      return this.nothing.there;
    }
  },
  promise: class extends Careless {
    misbehave() {
      return Promise.resolve();
    }
  },
  async: class extends Careless {
    async onMessage() {
      throw new Error("nobody waits for this");
    }
  },
  "forgotten-promise": class extends Careless {
    misbehave() {
      void (async () => {
        await 0;
        this.late = true;
      })();
    }
  },
  value: class extends Careless {
    misbehave() {
      return 1;
    }
  },
  "sender-changes-field": class extends Careless {
    misbehave(note) {
      note.number = 0;
    }
  },
  "sender-changes-list": class extends Careless {
    misbehave(note) {
      note.hops.push(3);
    }
  },
  "sender-changes-bytes": class extends Careless {
    misbehave(note) {
      note.payload[2] = 1;
    }
  },
  "receiver-changes-field": class extends Careless {
    onMessage(_from, note) {
      note.number++;
    }
  },
  "receiver-changes-bytes": class extends Careless {
    onMessage(_from, note) {
      note.payload[0] = 7;
    }
  },
  "sloppy-sender": class extends Careless {
    onMessage(_from, note) {
      this.context.observe("number", note.number);
    }

    misbehave(note) {
      changeSloppily(note);
    }
  },
  "keeps-a-closure": class extends Careless {
    later = () => this.number;
  },
  "random-constructor": class extends Careless {
    seed = Math.random();
  },
  "remembers-outside": class extends Careless {
    misbehave() {
      sharedCount++;
      this.context.observe("shared", sharedCount);
    }
  },
};

/** State that a snapshot cannot see and that two runs in one process share. */
let sharedCount = 0;

function define(name, Protocol) {
  return defineProtocol({
    slot: "careless",
    name,
    description: "Breaks a rule.",
    usesDatagrams: false,
    shape: {},
    options: () => ({}),
    create: () => new Protocol(),
  });
}

export const protocols = [
  ...Object.entries(CALLS).map(([name, call]) =>
    define(
      name,
      class extends Careless {
        misbehave() {
          call();
        }
      },
    ),
  ),
  ...Object.entries(CLASSES).map(([name, Protocol]) => define(name, Protocol)),
];
