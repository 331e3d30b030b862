// Joining through an address, by every discovery: a person gives no id.

import { afterEach, expect, it } from "vitest";

import { NodePrograms } from "../support/node-program.js";
import { ProgramFolder } from "./program-folder.js";

const folder = new ProgramFolder();
const programs = new NodePrograms();

afterEach(() => programs.end());

it.each(["genesis", "hyparview", "cyclon", "peer-sampling", "kademlia", "chord"])(
  "%s takes in a node that knows an address and no id",
  async (discovery) => {
    const words = ["--protocol", `discovery=${discovery}`];
    const first = programs.start(words, { folder: folder.path });
    const [, address = ""] = await first.says(/address (\S+)\n/);
    const second = programs.start([...words, "--join", address], { folder: folder.path });
    second.type("wait active\nstatus\n");
    await second.says(/: active\n/);
    second.type("broadcast hello\n");
    await first.says(/broadcast from [0-9a-f]{8}: hello\n/);
  },
);

it("SWIM watches whoever is at the address, not the address, and hears goodbyes", async () => {
  const words = ["--protocol", "status=swim"];
  const first = programs.start(words, { folder: folder.path });
  const [, id = "", address = ""] = await first.says(/id +([0-9a-f]{8})[^]*address (\S+)\n/);
  const second = programs.start([...words, "--join", address], { folder: folder.path });
  second.type("wait members 2\nwait 2s\nstatus\npeers\n");
  await second.says(/watched peers: 1 alive, 0 suspect, 0 dead\n/);
  await second.says(new RegExp(`^${id} ${address.replaceAll(".", "\\.")} +member, alive`, "m"));
  second.type("leave\n");
  await first.says(/- [0-9a-f]{8} left; 1 member\n/);
  first.type("wait 3s\nstatus\n");
  await first.says(/watched peers: 0 alive, 0 suspect, 1 dead\n/);
  expect(first.said).not.toContain("is silent");
});

it("a node of another network is told so, and joins nothing", async () => {
  const first = programs.start(["--network", "ours"], { folder: folder.path });
  const [, address = ""] = await first.says(/address (\S+)\n/);
  const second = programs.start(["--network", "theirs", "--join", address], {
    folder: folder.path,
  });
  await second.says(/cannot join yet: .* it takes part in another network: use the same --network/);
  second.type("peers\nleave\n");
  await second.says(/nobody yet\n/);
});
