// What becomes of an offer that came to nothing: what its partner is told, and where the case worker finds it.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as later } from "node:timers/promises";
import { results } from "./browser.mjs";
import { demo } from "./demo.mjs";
import { follow, visiting } from "./development.mjs";
import { call, companionshipFor, offerTo, wishFor } from "./portal.mjs";
import { seriousViolations } from "./report.mjs";

const partner = "demo-partner";

const server = demo();

const visit = (user, test, options) => visiting(server.browser, server.pages, { user, ...options }, test);
const keep = (page, name) => page.screenshot({ path: join(results, `nothing-${name}.png`), fullPage: true });
const notice = (page) => page.locator(".notice").first();

/** An offer to the partner's companionship, chosen or automatic. @returns the need's and the referral's names */
async function offer(title, automatic) {
  const need = await companionshipFor(server.pages, title);
  if (!automatic) return { need, name: await offerTo(server.pages, need, "结对陪伴") };
  const { referral } = await call(server.pages, "demo-case-worker", "POST", `/v1/${need}:autoRefer`, { need, itemOrdinal: 1 });
  return { need, name: referral.name };
}

/** Waits until a referral is escalated, which follows its end by itself. */
async function escalated(name) {
  for (let left = 100; left > 0; left--) {
    const { referral } = await call(server.pages, "demo-case-worker", "GET", `/v1/${name}`);
    if (referral.escalateTime) return;
    await later(100);
  }
  assert.fail(`${name} is not escalated`);
}

for (const [language, said] of Object.entries({
  zh: { waits: /由社工另想办法/, declined: /已婉拒。社工会看到，并另想办法/, decline: "婉拒", tile: "没有谈成，还没人接手", escalated: "已上报，未办结", asked: /合适的机构都问过了/, before: /问过：已婉拒：已没有余量/ },
  en: { waits: /the case worker looks for another way/, declined: /Declined\. The case worker sees it/, decline: "Decline", tile: "Came to nothing, nobody asked since", escalated: "Escalated, not settled", asked: /Everybody who fits has been asked/, before: /Asked before: Declined: nothing left after all/ },
})) {
  test(`of a chosen offer that is declined the partner is told what is true, and the case worker is told of it (${language})`, async () => {
    const { need, name } = await offer(`谁来陪陪 ${language}`, false);
    const tile = (page) => page.locator(".tile", { hasText: said.tile });
    const listed = async (page) => page.locator("section", { has: page.getByRole("heading", { name: said.tile }) }).locator(`a[href="/desk/${need}"]`).count();
    await visit("demo-case-worker", async (page) => {
      await page.goto("/desk");
      assert.equal(await listed(page), 0, "somebody is asked");
    }, { language });
    await visit(partner, async (page) => {
      await page.goto(`/portal/${name}`);
      assert.match(await page.locator("#referral-state").textContent(), said.waits);
      await page.locator("summary", { hasText: said.decline }).click();
      await page.locator("select[name=reason]").selectOption("STEP_REASON_NO_SUITABLE_TIME");
      await follow(page, page.getByRole("button", { name: said.decline, exact: true }));
      assert.match(await notice(page).textContent(), said.declined);
    }, { language });
    await visit("demo-case-worker", async (page) => {
      await page.goto("/desk");
      assert.equal(await listed(page), 1);
      assert.ok(Number(await tile(page).locator("strong").textContent()) >= 1);
      await keep(page, `today-${language}`);
      assert.deepEqual(await seriousViolations(page), []);
      await page.goto(`/desk/${need}`);
      assert.equal(await page.locator(".referral a[href='tel:000-0000-9001']").textContent(), "000-0000-9001", "whom to ring");
      // Whoever supervises sees it, too.
      await page.goto("/desk/supervision");
      assert.ok(Number(await page.locator(".tile a[href*='unattended=yes'] strong").textContent()) >= 1);
      await page.goto("/desk");
      await follow(page, tile(page).locator("a"));
      assert.equal(await page.locator(`table a[href="/desk/${need}"]`).count(), 1);
      // It is looked after as soon as somebody else is asked.
      await call(server.pages, "demo-case-worker", "POST", `/v1/${need}:autoRefer`, { itemOrdinal: 1 });
      await page.goto("/desk");
      assert.equal(await listed(page), 0);
    }, { language });
  });

  test(`an emergency that nobody is left to be asked for is the first thing on the day's page (${language})`, async () => {
    // There is one crisis line.
    const items = [{ category: "emotional-care.hotline", quantity: { value: "1", unit: "session" } }];
    const need = await wishFor(server.pages, "", { items, urgency: "URGENCY_EMERGENCY", mobility: { remote: true }, wish: undefined });
    const { referral } = await call(server.pages, "demo-case-worker", "POST", `/v1/${need}:autoRefer`, { itemOrdinal: 1 });
    await call(server.pages, "demo-case-worker", "POST", `/v1/${referral.name}:decline`, { reason: "STEP_REASON_NO_CAPACITY" });
    await escalated(referral.name);
    await visit("demo-case-worker", async (page) => {
      await page.goto("/desk");
      const first = page.locator("main section").first();
      assert.ok((await first.getByRole("heading").textContent()).includes(said.escalated));
      assert.equal(await first.locator(`a[href="/desk/${need}"]`).count(), 1);
      const tile = page.locator(".tile.attention", { hasText: said.escalated });
      assert.ok(Number(await tile.locator("strong").textContent()) >= 1);
      await keep(page, `escalated-${language}`);
      assert.deepEqual(await seriousViolations(page), []);
      await follow(page, tile.locator("a"));
      await follow(page, page.locator(`table a[href="/desk/${need}"]`));
      // Nobody is asked twice by itself; whoever was asked may be chosen again.
      const item = page.locator(".need-item");
      assert.equal(await item.locator("button.primary").count(), 0);
      assert.match(await item.textContent(), said.asked);
      assert.match(await item.locator(".candidate").textContent(), said.before);
      assert.deepEqual(await seriousViolations(page), []);
    }, { language });
  });
}
