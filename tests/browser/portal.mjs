// What tests of the portal share: calls of the API, wishes to claim, visits of the demo's users, and what axe says of a page.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { desk } from "./browser.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** A call of the API over REST, with one of the demo's keys. */
export async function call(url, key, method, path, body) {
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  const answer = await fetch(`${url}${path}`, { method, headers, body: body && JSON.stringify(body) });
  const told = await answer.json();
  assert.equal(answer.status, 200, `${method} ${path}: ${JSON.stringify(told)}`);
  return told;
}

/** A wish in the pool for something that anybody may pledge. @returns the need's name */
export async function wishFor(url, title, more = {}) {
  const need = {
    external: { source: "test", externalId: randomUUID() },
    householdExternal: { source: "demo", externalId: "household-grandchildren" },
    items: [{ category: "education.study-lamp", quantity: { value: "2", unit: "piece" } }],
    urgency: "URGENCY_URGENT",
    place: { latitude: 38.445, longitude: 106.304, datum: "DATUM_WGS84" },
    division: "640104101",
    mobility: { delivery: true, homeVisit: true, maxTravelMetres: 6000 },
    channel: "CHANNEL_HOTLINE",
    description: "test",
    wish: { title, consentTime: "2026-01-01T00:00:00Z", consentGivenBy: "herself" },
    ...more,
  };
  return (await call(url, "demo-hotline", "POST", "/v1/needs", { need })).need.name;
}

/** A browser of somebody's own, signed in with one click when a user of the demo is named, with a note of what it complains of. */
export async function visitor(browser, url, user, options = {}) {
  const context = await browser.newContext({ viewport: desk, locale: "zh-CN", baseURL: url, ...options });
  const page = await context.newPage();
  const complaints = [];
  // A refusal that the page answers with words is a status to the browser's log, and no complaint; nor is it one that a page which is
  // left does not wait for its parts.
  const expected = /status of 409|htmx:error: Failed to fetch/;
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type()) && !expected.test(message.text())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  if (user) {
    await page.goto("/sign-in");
    await page.locator(`button[value="${user}"]`).click();
    await page.waitForURL("**/portal");
  }
  return { page, complaints, close: () => context.close() };
}

/** What axe calls serious or critical, each in a line. */
export async function seriousViolations(page) {
  await page.evaluate(() => document.querySelectorAll("details").forEach((details) => { details.open = true; }));
  await page.evaluate(axe);
  const { violations, passes } = await page.evaluate(() => globalThis.axe.run());
  assert.ok(passes.length > 15, `axe looked at ${passes.length} rules`);
  const told = violations.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes[0].html.slice(0, 200)}`);
  return told.filter((line) => /^(serious|critical)/.test(line));
}

/** How many pixels the page is wider than its window. */
export const overhang = (page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
