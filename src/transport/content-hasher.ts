// The 64-bit hash of a message's content in two 32-bit halves. It tells two runs apart record by record; it is
// not for security, so a few multiplications a word are enough.

/** Accumulates a content hash, and notes the application id on the way. One per codec, reused for every message. */
export class ContentHasher {
  /** The application message id among the fields hashed, or 0. */
  applicationId = 0;
  /** The two halves as signed numbers, which the engine keeps unboxed. */
  high = 0;
  low = 0;

  /** Begins with the seed of a message type. */
  begin(high: number, low: number): void {
    this.applicationId = 0;
    this.high = high | 0;
    this.low = low | 0;
  }

  /** Adds 32 bits. A bijection of the state for each word, so that no word hides what came before. */
  word(value: number): void {
    let low = Math.imul(this.low ^ value, 0x85ebca6b);
    low ^= low >>> 15;
    const high = Math.imul(this.high + low, 0xc2b2ae35);
    this.low = low;
    this.high = high ^ (high >>> 13);
  }

  /** Adds a whole number of up to 53 bits; zero and minus zero are the same. */
  integer(value: number): void {
    const low = value | 0;
    if (low === value) {
      this.word(low);
      return;
    }
    this.word(low);
    this.word((Math.floor(value / 4294967296) | 0) ^ WIDE_MARK);
  }

  /** Adds text by its UTF-16 code units, two a word, behind its length. */
  text(value: string): void {
    const { length } = value;
    this.word(length);
    const paired = length & ~1;
    for (let i = 0; i < paired; i += 2) {
      this.word(value.charCodeAt(i) | (value.charCodeAt(i + 1) << 16));
    }
    if (paired < length) this.word(value.charCodeAt(paired));
  }

  /** Adds bytes, four a word, behind their number. */
  bytes(value: Uint8Array): void {
    const { length } = value;
    this.word(length);
    const whole = length & ~3;
    for (let i = 0; i < whole; i += 4) {
      this.word(value[i]! | (value[i + 1]! << 8) | (value[i + 2]! << 16) | (value[i + 3]! << 24));
    }
    if (whole < length) {
      this.word(value[whole]! | ((value[whole + 1] ?? 0) << 8) | ((value[whole + 2] ?? 0) << 16));
    }
  }
}

/** Keeps the upper word of a wide number apart from a number of its own. */
const WIDE_MARK = 0x5bd1e995;
