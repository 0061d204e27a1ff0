// The day's work from end to end, by pages alone and in both languages: a need is submitted and published, its wish seen, claimed, begun,
// delivered and confirmed, and counted as served; two partners race for one wish; a wish that is withdrawn goes from an open page.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { desk, phone, results } from "./browser.mjs";
import { demo } from "./demo.mjs";
import { follow, start, visiting, visitor } from "./development.mjs";
import { overhang, wishFor } from "./portal.mjs";
import { seriousViolations } from "./report.mjs";

const server = demo();

const words = {
  zh: { kind: "护眼台灯", title: "两盏灯，写作业用", pledged: "护眼灯两盏", claimed: /认领成功/, started: /已开始/, delivered: /等待对方确认/, confirmed: /已确认收到帮助/, served: /已满足/, lost: /先认领了/, by: "本人", told: ["登记了需求", "发布到许愿池"] },
  en: { kind: "Study lamp", title: "Two lamps to do homework by", pledged: "Two study lamps", claimed: /claimed/i, started: /under way|started|begun/i, delivered: /confirm/i, confirmed: /the help has arrived/, served: /served/i, lost: /claimed it before you/, by: "herself", told: ["The need was submitted", "Published as a wish"] },
};

const card = (page, title) => page.locator(".card", { hasText: title });
const notice = (page) => page.locator(".notice").first();

/** Submits and publishes a need by the form. @returns the path of its story */
async function publish(page, said, title) {
  await page.goto("/desk/needs/new");
  await page.locator("#f-items-0-category").fill(said.kind);
  await page.locator("#f-items-0-quantity").fill("2");
  await page.locator("#urgency-urgent").check();
  await page.locator("#f-division").selectOption("640104101");
  await page.locator("#tick-delivery-yes").check();
  await page.locator("#f-channel").selectOption("home_visit");
  await page.locator("#tick-wish-yes").check();
  await page.locator("#f-wish-title").fill(title);
  await page.locator("#f-wish-consent_given_by").fill(said.by);
  await page.locator("#f-wish-consent_time").fill("2026-11-01");
  await page.locator(".need-fields button.primary").click();
  await page.locator(".notice.done").waitFor();
  return new URL(page.url()).pathname;
}

/** Fills in the pledge of the claim's page and sends it. */
async function pledge(page, what) {
  await page.locator("details.pledge").evaluate((details) => { details.open = true; });
  for (const field of ["title", "content", "responsible_party", "service_standard"]) await page.locator(`.pledge [name=${field}]`).fill(what);
  await follow(page, page.locator(".pledge button"));
}

/** What supervision counts as served of the kind. */
async function served(page) {
  await page.goto("/desk/supervision?category=education.study-lamp");
  const links = page.locator("#places-table a.tally[href*='state=served']");
  return (await links.allTextContents()).reduce((sum, count) => sum + Number(count), 0);
}

for (const [language, said] of Object.entries(words)) {
  const screen = language === "zh" ? desk : phone;
  const options = { language, viewport: screen };
  const keep = async (page, name) => {
    assert.equal(await page.locator("html").getAttribute("lang"), language === "zh" ? "zh-CN" : "en");
    assert.ok((await overhang(page)) <= 0, `${name} scrolls sideways`);
    assert.deepEqual(await seriousViolations(page), [], name);
    await page.screenshot({ path: join(results, `day-${name}-${language}.png`), fullPage: true });
  };

  test(`a wish is published, seen, claimed, begun, delivered, confirmed and counted as served (${language})`, async () => {
    await visiting(server.browser, server.pages, { user: "demo-case-worker", ...options }, async (worker) => {
      const before = await served(worker);
      const story = await publish(worker, said, said.title);
      await keep(worker, "1-published");
      await visiting(server.browser, server.pages, { user: "demo-partner", ...options }, async (partner) => {
        await partner.goto("/wishes");
        await card(partner, said.title).waitFor();
        await keep(partner, "2-seen");
        await follow(partner, card(partner, said.title).getByRole("link"));
        await pledge(partner, said.pledged);
        assert.match(await notice(partner).textContent(), said.claimed);
        await keep(partner, "3-claimed");
        await partner.locator("form[action$='/start'] button").click();
        await partner.waitForURL("**done=start*");
        assert.match(await notice(partner).textContent(), said.started);
        await partner.locator("form[action$='/deliver'] button").click();
        await partner.waitForURL("**done=deliver*");
        assert.match(await notice(partner).textContent(), said.delivered);
        await keep(partner, "4-delivered");
        // Nobody else is shown what is taken care of.
        await partner.goto("/wishes");
        assert.equal(await card(partner, said.title).count(), 0);
      });
      await worker.goto(story);
      await worker.locator("form[action$='/confirm'] button").first().click();
      await worker.waitForURL("**said=confirmed*");
      assert.match(await notice(worker).textContent(), said.confirmed);
      const told = await worker.locator(".timeline").textContent();
      for (const step of said.told) assert.ok(told.includes(step), `${step} in ${told}`);
      assert.match(await worker.locator(".state.need_state_served").first().textContent(), said.served);
      await keep(worker, "5-confirmed");
      assert.equal(await served(worker), before + 1, "supervision counts it as served");
      await keep(worker, "6-counted");
    });
  });

  test(`two partners race for one wish: one has it, the other is told so and shown others (${language})`, async () => {
    const title = `${said.title} · 1`;
    await wishFor(server.pages, title);
    await visiting(server.browser, server.pages, { user: "demo-partner", ...options }, async (first) => {
      await visiting(server.browser, server.pages, { user: "demo-volunteer", ...options }, async (second) => {
        for (const page of [first, second]) {
          await page.goto("/wishes");
          await follow(page, card(page, title).getByRole("link"));
        }
        await Promise.all([pledge(first, said.pledged), pledge(second, said.pledged)]);
        const told = await Promise.all([first, second].map((page) => notice(page).textContent()));
        assert.equal(told.filter((text) => said.lost.test(text)).length, 1, told.join(" / "));
        await keep(said.lost.test(told[0]) ? first : second, "race-lost");
      });
    });
  });

  test(`a wish that a case worker withdraws goes from an open page (${language})`, async () => {
    const title = `${said.title} · 2`;
    await visiting(server.browser, server.pages, { user: "demo-case-worker", ...options }, async (worker) => {
      const story = await publish(worker, said, title);
      const { page, close } = await visitor(server.browser, server.pages, options);
      await page.clock.install();
      await page.goto("/wishes");
      await card(page, title).waitFor();
      await worker.goto(story);
      await worker.locator(".ending summary").click();
      const form = worker.locator(".ending form");
      await form.locator("input:not([type=hidden]), textarea").first().fill("x");
      await form.locator("button").first().click();
      await worker.waitForURL("**said=withdrawn*");
      await page.clock.runFor(59_000);
      await card(page, title).waitFor({ state: "detached", timeout: 10_000 });
      assert.ok((await page.locator(".wishes .card").count()) > 5, "the others stay");
      await close();
    });
  });
}

test("a newcomer who opens the first page claims a wish of the demo within a minute, by clicks alone", async () => {
  const began = Date.now();
  const fresh = await start();
  try {
    await visiting(server.browser, fresh.pages, {}, async (page) => {
      await page.goto("/");
      await follow(page, page.locator("main a[href='/wishes']"));
      assert.ok((await page.locator(".wishes .card").count()) > 5, "wishes are there");
      await page.locator(".top a[href^='/sign-in']").click();
      await page.locator("button[value=demo-partner]").click();
      await page.waitForURL((url) => url.pathname !== "/sign-in");
      await page.goto("/portal");
      await page.locator("#fitting a[href*='/claim']").first().click();
      await page.locator("form button.primary").first().click();
      await page.waitForURL("**done=claim*");
      assert.match(await notice(page).textContent(), words.zh.claimed);
    });
  } finally {
    await fresh.stop();
  }
  assert.ok(Date.now() - began < 60_000, `${Date.now() - began} ms, the start of the program and its demo included`);
});
