// A round over the demo, by the real command: what the server says of it and what its page shows are the same.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { desk, launch, phone, results } from "./browser.mjs";
import { choose, findCovered, grouped, lookAt, rows, seriousViolations } from "./report.mjs";

const binary = process.env.WISHWELL_TEST_BINARY;
const patience = 60_000;
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("WISHWELL_")));

let browser;
let folder;
let server;
let url;
let round;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "wishwell-browser-"));
  const flags = ["--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--http-listen", "off", "--lang", "en"];
  server = spawn(binary, flags, { cwd: folder, env: environment, stdio: ["ignore", "pipe", "pipe"] });
  const address = await servingAt(server);
  const ask = (...words) => execFileSync(binary, [...words, "--server", `http://${address}`], { cwd: folder, env: environment, encoding: "utf8" });
  const file = join(folder, "round.html");
  const printed = ask("round", "--report", file, "--lang", "zh");
  const name = /rounds\/[0-9a-f-]{36}/.exec(printed)[0];
  round = JSON.parse(ask("round", "show", name, "--json"));
  url = pathToFileURL(file).href;
  browser = await launch();
});

after(async () => {
  await browser?.close();
  if (server?.exitCode === null) {
    server.kill("SIGTERM");
    await new Promise((resolve) => server.once("exit", resolve));
  }
  if (folder) rmSync(folder, { recursive: true, force: true });
});

/** Waits for the banner, which names the port. */
function servingAt(child) {
  return new Promise((resolve, reject) => {
    let said = "";
    const give = (told) => reject(new Error(`${told}:\n${said}`));
    const timer = setTimeout(() => give("no banner"), patience);
    const hear = (chunk) => {
      said += chunk;
      const address = /^ {2}gRPC\s+(\S+)/m.exec(said)?.[1];
      // The banner's last lines follow at once; the port is open when they stand there.
      if (address && /demo data/.test(said)) {
        clearTimeout(timer);
        resolve(address);
      }
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.once("exit", (code) => give(`it ended with ${code}`));
  });
}

const sums = (tally) => ["items", "servedItems", "partlyServedItems", "unservedItems"].map((sum) => grouped(tally[sum] ?? 0));

test("the page opens in the language of the command, and raises no alarm", async () => {
  await lookAt(browser, url, {}, async (page) => {
    assert.equal(await page.locator("article.zh").isVisible(), true);
    assert.equal(await page.locator(".alarm").count(), 0);
    assert.equal(round.reached.certificateVerified, true);
    assert.equal(await page.locator("article.zh .verdict.good").count(), 1);
  });
});

test("its figures are those that the server tells", async () => {
  await lookAt(browser, url, {}, async (page) => {
    const { all, tiers } = round.reached.totals;
    const drawn = await rows(page, "Items by urgency");
    assert.deepEqual(drawn.map((row) => row.slice(1, 5)), [...tiers.map(({ tally }) => sums(tally)), sums(all)]);
    const divisions = await rows(page, "Items by division");
    assert.deepEqual(divisions.at(-1).slice(2, 6), sums(all));
    assert.ok(Number(all.items) > 50 && divisions.length > 10, "the demo has needs in many divisions");
    const levels = await rows(page, "Objective, bound and gap by level");
    assert.equal(levels.length, round.reached.levels.length);
    assert.equal(round.reached.optimal, levels.every((row) => row[3] === "0"));
  });
});

test("it names nobody and no need", async () => {
  const html = readFileSync(new URL(url), "utf8");
  for (const personal of ["needs/", "beneficiaries/", "households/", "示例甲", "虚构地址", "need-"]) {
    assert.equal(html.includes(personal), false, personal);
  }
});

for (const [screen, viewport] of Object.entries({ desk, phone })) {
  test(`at a ${screen} nothing is covered, cut off or serious to axe, and its picture is kept`, async () => {
    for (const language of ["zh", "en"]) {
      await lookAt(browser, url, { viewport }, async (page) => {
        await choose(page, language);
        await page.mouse.move(0, 0);
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth), true);
        assert.deepEqual((await page.evaluate(findCovered)).covered, []);
        await page.screenshot({ path: join(results, `demo-round-${language}-${screen}.png`), fullPage: true });
        assert.deepEqual(await seriousViolations(page), []);
      });
    }
  });
}
