// A private Chromium for a test file: no sandbox (tests run as root), nothing in the background, nothing kept.

import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const here = dirname(fileURLToPath(import.meta.url));

/** Where screenshots are kept. */
export const results = join(here, "../results/browser");
mkdirSync(results, { recursive: true });

/** Sizes a page is looked at in. */
export const desk = { width: 1280, height: 900 };
export const phone = { width: 390, height: 844 };

/** Starts Chromium with a profile of its own, which playwright makes and removes. */
export function launch() {
  return chromium.launch({
    executablePath: process.env.WISHWELL_TEST_CHROMIUM ?? "/usr/bin/chromium",
    headless: true,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/**
 * Opens a page without any network and notes what it asks for and what it complains of.
 * @returns the page, its requests but for itself, and its complaints
 */
export async function open(browser, url, options = {}) {
  const context = await browser.newContext({ viewport: desk, ...options, offline: true });
  const page = await context.newPage();
  const requests = [];
  const complaints = [];
  page.on("request", (request) => {
    if (request.url().split("#")[0] !== url.split("#")[0] && !request.url().startsWith("data:")) requests.push(request.url());
  });
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.goto(url);
  return { page, requests, complaints, close: () => context.close() };
}
