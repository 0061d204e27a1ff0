// The order of referrals that wait for somebody, at the desk and in the portal.

import assert from "node:assert/strict";
import { test } from "node:test";
import { demo } from "./demo.mjs";
import { visiting } from "./development.mjs";
import { call, companionshipFor, offerTo } from "./portal.mjs";

const server = demo();

/** Where links stand among all of a page. */
async function places(page, addresses) {
  const links = await page.locator("main a").evaluateAll((links) => links.map((link) => link.getAttribute("href")));
  const found = addresses.map((address) => links.indexOf(address));
  assert.ok(found.every((place) => place >= 0), `${addresses} among ${links}`);
  return found;
}

const rises = (numbers) => assert.deepEqual(numbers, [...numbers].sort((one, other) => one - other));

test("what is most urgent stands first in lists of referrals that wait for somebody", async () => {
  const offers = [];
  for (const urgency of ["NORMAL", "URGENT", "EMERGENCY"]) {
    const need = await companionshipFor(server.pages, `how soon: ${urgency}`, { urgency: `URGENCY_${urgency}` });
    offers.unshift({ need, name: await offerTo(server.pages, need, "结对陪伴") });
  }
  const needs = offers.map(({ need }) => `/desk/${need}`);
  await visiting(server.browser, server.pages, { user: "demo-partner" }, async (page) => {
    await page.goto("/portal/referrals?state=offered");
    rises(await places(page, offers.map(({ name }) => `/portal/${name}`)));
  });
  await visiting(server.browser, server.pages, { user: "demo-case-worker" }, async (page) => {
    await page.goto("/desk/referrals?state=offered");
    rises(await places(page, needs));
    // The same of what came to nothing, on the day's page too.
    for (const { name } of [...offers].reverse()) {
      await call(server.pages, "demo-partner", "POST", `/v1/${name}:decline`, { reason: "STEP_REASON_NO_CAPACITY" });
    }
    await page.goto("/desk/referrals?unattended=yes");
    rises(await places(page, needs));
    await page.goto("/desk");
    const listed = page.locator("section", { has: page.getByRole("heading", { name: "没有谈成，还没人接手" }) });
    const links = await listed.locator("td a").evaluateAll((links) => links.map((link) => link.getAttribute("href")));
    // It shows a handful.
    const [emergency, urgent] = needs.map((need) => links.indexOf(need));
    assert.ok(emergency >= 0 && emergency < urgent, links.join());
  });
});
