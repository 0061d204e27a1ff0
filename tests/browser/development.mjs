// The program in development mode for a test file: on ports of its own, with the demo, in a folder that is removed.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { desk } from "./browser.mjs";

const binary = process.env.WISHWELL_TEST_BINARY;
const patience = 60_000;
/** Lines of its story that a failed visit tells. */
const linesTold = 80;
// What is set for the tests is not meant for the program.
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("WISHWELL_")));

/**
 * Starts it, with these flags besides, and waits until it serves.
 * @returns where its pages are, without a slash at the end, and a function that stops it
 */
export async function start(...more) {
  const folder = mkdtempSync(join(tmpdir(), "wishwell-pages-"));
  const flags = ["--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--http-listen", "127.0.0.1:0", "--lang", "en", ...more];
  const server = spawn(binary, flags, { cwd: folder, env: environment, stdio: ["ignore", "pipe", "pipe"] });
  const stop = async () => {
    if (server.exitCode === null) {
      server.kill("SIGTERM");
      await new Promise((resolve) => server.once("exit", resolve));
    }
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    return { pages: await servingAt(server), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Waits for the banner, which names the address. */
function servingAt(server) {
  return new Promise((resolve, reject) => {
    let said = "";
    const give = (told) => reject(new Error(`${told}:\n${said}`));
    const timer = setTimeout(() => give("no banner"), patience);
    const hear = (chunk) => {
      said += chunk;
      const pages = /^ {2}pages\s+(\S+?)\/?(?:\s|$)/m.exec(said)?.[1];
      if (pages && /demo data/.test(said)) {
        clearTimeout(timer);
        resolve(pages);
      }
    };
    server.stdout.on("data", hear);
    server.stderr.on("data", hear);
    server.once("exit", (code) => give(`it ended with ${code}`));
  });
}

/**
 * A browser of somebody's own: signed in with one click when a user of the demo is named, in a language, and attentive to what the browser
 * complains of.
 */
export async function visitor(browser, pages, { user, language = "zh", ...options } = {}) {
  const locale = language === "zh" ? "zh-CN" : "en-GB";
  const context = await browser.newContext({ locale, viewport: desk, baseURL: pages, ...options });
  const story = storyOf(context);
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (message) => {
    // A refusal that the page answers with words is a status to the browser's log, and no complaint; nor is it one that a page which is
    // left does not wait for its parts.
    const mentions = /\bstatus of (409|422)\b|htmx:error: Failed to fetch/.test(message.text());
    if (["error", "warning"].includes(message.type()) && !mentions) complaints.push(`${page.url()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => complaints.push(`${page.url()}: ${error}`));
  if (user) {
    await page.goto("/sign-in");
    await page.locator(`button[name=user][value=${user}]`).click();
    await page.waitForURL((url) => url.pathname !== "/sign-in");
  }
  return { page, complaints, story, close: () => context.close() };
}

/** What all pages of a browser ask for and are answered, in lines with the time since it began: what a test that waited in vain is read by. */
function storyOf(context) {
  const [lines, began] = [[], Date.now()];
  const tell = (what) => lines.push(`${String(Date.now() - began).padStart(6)} ms ${what}`);
  context.on("request", (request) => tell(`> ${request.method()} ${request.url()}`));
  context.on("response", (response) => tell(`< ${response.status()} ${response.url()}`));
  context.on("requestfailed", (request) => tell(`! ${request.url()} ${request.failure()?.errorText}`));
  context.on("console", (message) => tell(`: ${message.text()}`));
  return lines;
}

/** Clicks what leads to another page, and waits until that is whole: counting what is on it does not wait. */
export async function follow(page, control) {
  // The load of the page that is left is long over: what is waited for is that of the next one.
  await Promise.all([page.waitForEvent("load"), control.click()]);
}

/** A visit from its beginning to its end, by a browser as `visitor` has it; unless it is about trouble, the browser may not complain. */
export async function visiting(browser, pages, { trouble = false, ...options }, test) {
  const visited = await visitor(browser, pages, options);
  try {
    await test(visited.page);
    if (!trouble) assert.deepEqual(visited.complaints, [], "the browser complains");
  } catch (error) {
    console.log(visited.story.slice(-linesTold).join("\n"));
    throw error;
  } finally {
    await visited.close();
  }
}
