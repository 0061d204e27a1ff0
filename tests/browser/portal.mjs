// What tests of the portal share: calls of the API, and wishes to claim.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";

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

/** A need for companionship; a wish, unless `more` says otherwise. @returns its name */
export const companionshipFor = (url, title, more) =>
  wishFor(url, title, { items: [{ category: "emotional-care.companionship", quantity: { value: "2", unit: "visit" } }], ...more });

/** An offer of a need's first item to the partner's resource that is called so. @returns the referral's name */
export async function offerTo(url, need, title) {
  const { resources } = await call(url, "demo-partner", "GET", "/v1/resources?page_size=1000");
  const resource = resources.find((found) => found.title.zh === title).name;
  return (await call(url, "demo-case-worker", "POST", "/v1/referrals", { offer: { need, itemOrdinal: 1, resource } })).referral.name;
}

/** How many pixels the page is wider than its window. */
export const overhang = (page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** Lets a wish of `wishFor` come true: pledged, begun, delivered and confirmed. @returns the need's name */
export async function comeTrue(url, title, more) {
  const need = await wishFor(url, title, more);
  const { items } = await call(url, "demo-partner", "GET", "/v1/wishes?pageSize=1000");
  const item = items.find((found) => found.title === title);
  assert.ok(item, `${title} is in the pool`);
  const pledge = { title: { zh: title, en: title }, content: title, responsibleParty: "x", serviceStandard: "x" };
  const { referral } = await call(url, "demo-partner", "POST", `/v1/${item.wish}:claim`, { itemOrdinal: item.itemOrdinal, pledge });
  for (const [key, step] of [["demo-partner", "start"], ["demo-partner", "deliver"], ["demo-case-worker", "confirm"]]) {
    await call(url, key, "POST", `/v1/${referral.name}:${step}`, {});
  }
  return need;
}
