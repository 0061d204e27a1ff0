// Pages while the matching service is away: they say so in plain words, keep what they show and what was filled in, and recover by themselves.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { startApart } from "./away.mjs";
import { launch, results } from "./browser.mjs";
import { visitor } from "./development.mjs";
import { call, wishFor } from "./portal.mjs";
import { seriousViolations } from "./report.mjs";

let browser;
let apart;

before(async () => {
  apart = await startApart();
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await apart?.stop();
});

/** Somebody who is signed in with a key; none for a visitor. */
async function as(key, language, test) {
  const { page, close } = await visitor(browser, apart.pages, { language });
  try {
    if (key) {
      await page.goto("/sign-in");
      await page.locator("input[name=token]").fill(key);
      await page.locator("form:has(input[name=token]) button").click();
      await page.waitForURL((url) => url.pathname !== "/sign-in");
    }
    await test(page);
  } finally {
    await close();
  }
}

const words = {
  zh: { away: /匹配服务暂时连不上/, kept: /填写的内容都还在/, again: "再试一次", submitted: /需求已登记/, before: /页面上是先前的内容/, kind: "书桌" },
  en: { away: /The matching service cannot be reached/, kept: /What you filled in is still here/, again: "Try again", submitted: /The need is submitted/, before: /What you see is as it was before/, kind: "Study desk" },
};

for (const [language, said] of Object.entries(words)) {
  test(`a need that is sent while the service is away is kept, and counts once when it is back (${language})`, async () => {
    await as("demo-case-worker", language, async (page) => {
      await page.goto("/desk/needs/new");
      await page.locator("#f-items-0-category").fill(said.kind);
      await page.locator("#f-items-0-quantity").fill("1");
      await page.locator("#urgency-urgent").check();
      await page.locator("#f-division").selectOption("640104101");
      await page.locator("#tick-delivery-yes").check();
      await page.locator("#tick-home_visit-yes").check();
      await page.locator("#f-mobility-max_travel_metres").fill("5");
      await page.locator("#f-channel").selectOption("home_visit");
      const note = `写了很久 & <b> ${language}`;
      await page.locator("#f-description").fill(note);
      await apart.leave();
      await page.locator(".need-fields button.primary").click();
      const notice = page.locator(".notice.failure");
      await notice.waitFor();
      assert.match(await notice.textContent(), said.away);
      assert.match(await notice.textContent(), said.kept);
      assert.deepEqual(await seriousViolations(page), []);
      await page.screenshot({ path: join(results, `away-form-${language}.png`), fullPage: true });
      // It does not leave by itself, and trying too early loses nothing.
      await page.getByRole("button", { name: said.again }).click();
      await notice.waitFor();
      assert.equal(await page.locator("input[name=description]").inputValue(), note);
      await apart.comeBack();
      await page.getByRole("button", { name: said.again }).click();
      await page.locator(".notice.done").filter({ hasText: said.submitted }).waitFor();
      const need = new URL(page.url()).pathname.replace("/desk/", "");
      const { needs } = await call(apart.pages, "demo-hotline", "GET", "/v1/needs?pageSize=1000");
      assert.ok(needs.some((found) => found.name === need));
      const told = await call(apart.pages, "demo-case-worker", "GET", `/v1/${need}?includePersonal=true`);
      assert.equal(told.need.description, note, "as it was written");
    });
  });

  test(`pages say in words that the service is away, and are there again by themselves (${language})`, async () => {
    const pages = { "demo-case-worker": ["/desk", "/desk/needs", "/desk/supervision"], "demo-partner": ["/portal", "/portal/notifications", "/portal/resources"], "": ["/wishes"] };
    for (const [key, paths] of Object.entries(pages)) {
      await as(key, language, async (page) => {
        await apart.leave();
        for (const path of paths) {
          const answer = await page.goto(path);
          assert.equal(answer.status(), 503, path);
          assert.ok(Number(answer.headers()["retry-after"]) > 0, path);
          const told = await page.locator("main").textContent();
          assert.match(told, said.away, path);
          assert.doesNotMatch(told, /transport|tcp|connect error/i, path);
        }
        assert.deepEqual(await seriousViolations(page), []);
        await page.screenshot({ path: join(results, `away-${key || "visitor"}-${language}.png`) });
        await apart.comeBack();
        // Nobody touches anything: the page asks again.
        await page.locator(".notice.failure").waitFor({ state: "detached", timeout: 20_000 });
        assert.ok((await page.locator("main h1").count()) > 0);
      });
    }
  });
}

test("an open pool keeps its wishes while the service is away, says so, and follows when it is back", async () => {
  const need = await wishFor(apart.pages, "服务断开时还看得到");
  await as("", "zh", async (page) => {
    await page.clock.install();
    await page.goto("/wishes");
    const card = page.locator(".card", { hasText: "服务断开时还看得到" });
    await card.waitFor();
    await apart.leave();
    await page.clock.runFor(31_000);
    await page.locator("#away", { hasText: "先前的内容" }).waitFor();
    assert.equal(await card.count(), 1, "what is shown stays");
    assert.deepEqual(await seriousViolations(page), []);
    await apart.comeBack();
    await call(apart.pages, "demo-hotline", "POST", `/v1/${need}:withdraw`, {});
    await page.clock.runFor(6_000);
    await card.waitFor({ state: "detached", timeout: 15_000 });
    assert.equal(await page.locator("#away").textContent(), "", "nothing is said any more");
  });
});

test("an open portal says that the service is away and hears what happens once it is back", async () => {
  await as("demo-partner", "zh", async (page) => {
    await page.goto("/portal");
    await page.locator("#fitting").waitFor();
    await page.waitForTimeout(500);
    await apart.leave();
    await page.locator("#away", { hasText: "先前的内容" }).waitFor({ timeout: 20_000 });
    assert.ok((await page.locator("main h1").count()) === 1, "the page stays");
    await apart.comeBack();
    await page.waitForFunction(() => document.getElementById("away").textContent === "", null, { timeout: 30_000 });
    const need = await wishFor(apart.pages, "for the portal", { items: [{ category: "emotional-care.companionship", quantity: { value: "2", unit: "visit" } }] });
    const { resources } = await call(apart.pages, "demo-partner", "GET", "/v1/resources?page_size=1000");
    const resource = resources.find((found) => found.title.zh === "结对陪伴").name;
    const offer = { offer: { need, itemOrdinal: 1, resource } };
    const { referral } = await call(apart.pages, "demo-case-worker", "POST", "/v1/referrals", offer);
    await page.locator(`a[href="/portal/${referral.name}"]`).waitFor({ timeout: 20_000 });
  });
});
