// The message whose times are measured, in both worlds.

import { bytes, defineMessage, integer } from "../../src/transport/message-type.js";

export const Load = defineMessage("calibration/load", {
  n: integer({ min: 0 }),
  content: bytes({ maxBytes: 1_000_000 }),
});
