// Programs that others wrote judge protocols of ours, live on loopback:
//
//   npm run judge -- mainline
//
// Prints what was asked and answered. Exit code 0 when all of it is as it must be, 1 when not, 2 for a judge that there is
// none of.

import { judgeMainline } from "./mainline.js";

const judges: Readonly<Record<string, () => Promise<boolean>>> = { mainline: judgeMainline };

const name = process.argv[2] ?? "";
const judge = Object.hasOwn(judges, name) ? judges[name] : undefined;
if (judge === undefined) {
  console.error(`Judge "${name}"; expected one of: ${Object.keys(judges).join(", ")}`);
  process.exitCode = 2;
} else if (!(await judge())) process.exitCode = 1;
