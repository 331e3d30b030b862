// Live nodes under churn for ten minutes, or as many as are given: `npm run soak [-- MINUTES]`. Exit code 0 when memory,
// sockets and timers stay what they are after the warm-up and no rejection went unhandled, else 1.

import { soak } from "./soak-run.js";

const minutes = Number(process.argv[2] ?? 10);
if (!(minutes > 0)) {
  process.stderr.write(`npm run soak -- ${String(process.argv[2])}: expected minutes, as 10\n`);
  process.exit(2);
}
let rejections = 0;
process.on("unhandledRejection", (reason) => {
  rejections++;
  process.stderr.write(`unhandled rejection: ${String(reason)}\n`);
});
const { growths, samples, eventsPerSecond } = await soak(minutes * 60);
let isGrown = false;
for (const { figure, early, late, most } of growths) {
  const isWithin = late < most;
  isGrown ||= !isWithin;
  const verdict = isWithin ? "ok    " : "FAILED";
  process.stdout.write(
    `${verdict} ${figure}: ${early} after the warm-up, ${late} at the end, at most ${Math.round(most)}\n`,
  );
}
process.stdout.write(
  `${minutes} minutes, ${samples.length} samples, ${eventsPerSecond.toFixed(1)} departures and returns a second, ` +
    `${rejections} unhandled rejections\n`,
);
process.exit(isGrown || rejections > 0 ? 1 : 0);
