import * as fs from "node:fs";
import { request } from "node:http";
import type { IncomingHttpHeaders } from "node:http";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ViewServer } from "../../src/cli/view-server.js";
import { TraceFileError } from "../../src/trace/trace-file-error.js";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "peerscape-view-server-"));
const trace = path.join(folder, "run <1>.mcap");
const pages = path.join(folder, "pages");
const second = path.join(folder, "other.mcap");
const CONTENT = "0123456789";

let server: ViewServer;
let address: URL;

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Asks with exactly this path and these headers: `fetch` would tidy both. */
async function ask(
  at: string,
  headers: Readonly<Record<string, string>> = {},
  method = "GET",
): Promise<Answer> {
  return await new Promise((resolve, reject) => {
    const { hostname, port } = address;
    request({ hostname, port, path: at, method, headers }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text: string) => (body += text));
      response.on("end", () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
      });
    })
      .on("error", reject)
      .end();
  });
}

beforeAll(async () => {
  fs.mkdirSync(pages);
  fs.writeFileSync(trace, CONTENT);
  fs.writeFileSync(second, "second");
  fs.writeFileSync(path.join(pages, "index.html"), "<html><head></head></html>");
  fs.writeFileSync(path.join(pages, "viewer.js"), "1");
  fs.writeFileSync(path.join(pages, "viewer.css"), "a{}");
  fs.writeFileSync(path.join(folder, "secret"), "secret");
  server = new ViewServer([trace, second], pages);
  address = new URL(await server.listen(0));
});

afterAll(async () => {
  await server.close();
  fs.rmSync(folder, { recursive: true });
});

describe("the server of a trace", () => {
  it("listens on loopback alone", () => {
    expect(address.hostname).toBe("127.0.0.1");
  });

  it.each([
    ["bytes=0-0", "0", "bytes 0-0/10"],
    ["bytes=2-5", "2345", "bytes 2-5/10"],
    ["bytes=7-", "789", "bytes 7-9/10"],
    ["bytes=-3", "789", "bytes 7-9/10"],
    ["bytes=8-99", "89", "bytes 8-9/10"],
    ["bytes=-99", CONTENT, "bytes 0-9/10"],
  ])("answers the range %s", async (range, body, contentRange) => {
    const answer = await ask("/trace", { range });
    expect(answer).toMatchObject({ status: 206, body });
    expect(answer.headers["content-range"]).toBe(contentRange);
    expect(answer.headers["content-length"]).toBe(String(body.length));
  });

  it.each(["bytes=10-", "bytes=5-2", "bytes=-", "bytes=0-1,4-5", "lines=0-1", "bytes=-0"])(
    "refuses the range %s",
    async (range) => {
      const answer = await ask("/trace", { range });
      expect(answer.status).toBe(416);
      expect(answer.headers["content-range"]).toBe("bytes */10");
    },
  );

  it("answers without a range with the whole trace, and to HEAD with none of it", async () => {
    expect(await ask("/trace")).toMatchObject({ status: 200, body: CONTENT });
    const head = await ask("/trace", {}, "HEAD");
    expect([head.status, head.body, head.headers["content-length"]]).toEqual([200, "", "10"]);
  });

  it("lets its page load nothing from elsewhere, on every answer", async () => {
    for (const at of ["/", "/viewer.js", "/viewer.css", "/trace", "/none"]) {
      const policy = (await ask(at)).headers["content-security-policy"];
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toMatch(/unsafe|https?:|\*/u);
    }
  });

  it("answers with the second trace under its own name, and without one with nothing", async () => {
    expect(await ask("/second", { range: "bytes=1-3" })).toMatchObject({
      status: 206,
      body: "eco",
    });
    const alone = new ViewServer([trace], pages);
    const { port } = new URL(await alone.listen(0));
    const answer = await fetch(`http://127.0.0.1:${port}/second`);
    expect(answer.status).toBe(404);
    await alone.close();
  });

  it("tells its page the names of the traces, made harmless", async () => {
    const { body } = await ask("/");
    expect(body).toContain('<meta name="second" content="other.mcap"');
    expect(body).toContain('<meta name="trace" content="run _1_.mcap"');
  });

  it.each(["/secret", "/../secret", "/%2e%2e/secret", "//secret", "/viewer.js/../../secret"])(
    "serves no other file: %s",
    async (at) => {
      const answer = await ask(at);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
      expect(answer.body).not.toBe("secret");
    },
  );

  it("refuses a path that is no address, and goes on", async () => {
    expect((await ask("http://[", {})).status).toBeGreaterThanOrEqual(400);
    expect((await ask("/")).status).toBe(200);
  });

  it("answers nobody who calls it by another name", async () => {
    for (const host of ["evil.example", "evil.example:80", "127.0.0.1.evil.example"]) {
      expect((await ask("/trace", { host })).status).toBe(403);
    }
    expect((await ask("/trace", { host: `localhost:${address.port}` })).status).toBe(200);
  });

  it("changes nothing", async () => {
    for (const method of ["POST", "PUT", "DELETE"]) {
      expect((await ask("/trace", {}, method)).status).toBe(405);
    }
  });

  it("refuses a trace that is no file before it listens", () => {
    expect(() => new ViewServer([folder], pages)).toThrow(TraceFileError);
    expect(() => new ViewServer([trace, path.join(folder, "none")], pages)).toThrow(TraceFileError);
  });
});
