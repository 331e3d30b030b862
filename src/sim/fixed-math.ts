// Logarithm, exponential, power, sine and cosine that give the same bits on every engine: IEEE 754 fixes
// + − × ÷ and the square root, but leaves these to each engine, and what they give reaches times and
// decisions. Every function follows FreeBSD's msun (fdlibm) and is within one unit in the last place.

export { exp, log } from "./fixed-math/exponential.js";
export { pow } from "./fixed-math/power.js";
export { cos, sin } from "./fixed-math/trigonometry.js";
