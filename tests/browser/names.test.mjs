// What is heard of the controls of a page: no two that do different things are called the same, and each is called what it shows.

import assert from "node:assert/strict";
import { test } from "node:test";
import { demo } from "./demo.mjs";
import { follow, visiting } from "./development.mjs";
import { call, companionshipFor, offerTo } from "./portal.mjs";
import { seriousViolations } from "./report.mjs";

const server = demo();
/** A need whose two items are the same, each offered to the same resource; and what was made of it. */
let need;
let referral;

/** Makes them, once: the program is there when the first test begins. */
let making;
const made = () => (making ??= make());

async function make() {
  const url = server.pages;
  const visits = (value) => ({ category: "emotional-care.companionship", quantity: { value, unit: "visit" } });
  need = await companionshipFor(url, "", { items: [visits("2"), visits("1"), visits("1")], wish: undefined });
  referral = await offerTo(url, need, "结对陪伴");
  const { referral: first } = await call(url, "demo-case-worker", "GET", `/v1/${referral}`);
  const offer = { need, itemOrdinal: 2, resource: first.resource };
  await call(url, "demo-case-worker", "POST", "/v1/referrals", { offer });
  for (const dailyBudget of [5, 7]) {
    await call(url, "demo-partner", "POST", "/v1/subscriptions", { subscription: { dailyBudget, offers: true } });
  }
  // Wishes that nothing but their place in a list tells apart, and as many offers.
  for (let nth = 0; nth < 2; nth += 1) {
    await companionshipFor(url, "想有人陪着说说话");
    await offerTo(url, await companionshipFor(url, "", { wish: undefined }), "结对陪伴");
  }
}

/** In the page: controls with what they are called, what they show, and what they do. */
function controls() {
  document.querySelectorAll("details").forEach((details) => { details.open = true; });
  const shown = (element) => element.textContent.replace(/\s+/g, " ").trim();
  const sent = (button) => {
    const fields = [...new FormData(button.form)].filter(([name]) => !/request_id|etag/.test(name));
    return `${button.formAction} ${JSON.stringify(fields)} ${button.name}=${button.value}`;
  };
  const found = [];
  const add = (element, kind, does) => {
    // What nobody reaches is called nothing.
    if (element.closest("[aria-hidden=true]")) return;
    found.push({ kind, name: element.getAttribute("aria-label") ?? shown(element), shown: shown(element), does });
  };
  document.querySelectorAll("button").forEach((button) => add(button, "button", button.form ? sent(button) : ""));
  document.querySelectorAll("a.button").forEach((link) => add(link, "link", link.href));
  document.querySelectorAll("summary").forEach((summary, nth) => add(summary, "summary", `unfolds ${nth}`));
  return found;
}

/** Those of a page that are called the same and do different things, and those that are not called what they show. */
async function wrong(page) {
  const does = new Map();
  const wrong = [];
  const found = await page.evaluate(controls);
  for (const { kind, name, shown, does: what } of found) {
    if (name === "") wrong.push(`a ${kind} without a name: ${what}`);
    const known = does.get(`${kind} ${name}`);
    if (known !== undefined && known !== what) wrong.push(`${kind} "${name}": ${known} / ${what}`);
    does.set(`${kind} ${name}`, what);
    // One less and one more are shown by their signs.
    if (!/^[−+]$/.test(shown) && !name.startsWith(shown)) wrong.push(`${kind} "${name}" shows "${shown}"`);
  }
  return { wrong, count: found.length };
}

for (const language of ["zh", "en"]) {
  test(`on no page two controls that do different things are called the same (${language})`, async () => {
    await made();
    const pages = {
      "demo-partner": async (page) => {
        for (let attempt = 0; attempt < 100; attempt += 1) {
          await page.goto("/portal/notifications");
          if ((await page.locator("#told .card").count()) >= 4) break;
          await page.waitForTimeout(200);
        }
        assert.ok((await page.locator("#told .card").count()) >= 4, "two wishes and two offers are told");
        await page.goto("/wishes");
        const claim = await page.locator("a[href*='/claim']").first().getAttribute("href");
        return ["/wishes", "/portal", "/portal/referrals", `/portal/${referral}`, "/portal/notifications", "/portal/resources", claim];
      },
      "demo-case-worker": async () => ["/desk", "/desk/needs", `/desk/${need}`, `/desk/${need}/edit`, "/desk/referrals", "/desk/supervision"],
      "demo-operator": async () => [`/desk/${need}`, "/desk/rounds", "/desk/supervision/capacity"],
    };
    for (const [user, addresses] of Object.entries(pages)) {
      await visiting(server.browser, server.pages, { user, language }, async (page) => {
        for (const address of await addresses(page)) {
          await page.goto(address);
          const found = await wrong(page);
          assert.deepEqual(found.wrong, [], address);
          assert.ok(found.count >= 2, `${address} has ${found.count} controls`);
          assert.deepEqual(await seriousViolations(page), [], address);
        }
      });
    }
  });

  test(`the things of a new need are told apart, and so is who could help with each (${language})`, async () => {
    await visiting(server.browser, server.pages, { user: "demo-case-worker", language }, async (page) => {
      await page.goto("/desk/needs/new");
      for (let nth = 0; nth < 2; nth += 1) await follow(page, page.locator("button[value=add]"));
      for (let nth = 0; nth < 3; nth += 1) await page.locator(`#f-items-${nth}-category`).fill("education.desk");
      await follow(page, page.locator("button[value=look]"));
      assert.equal(await page.locator("#found section.matches").count(), 3);
      assert.deepEqual((await wrong(page)).wrong, []);
    });
  });
}

test("a case worker hears which of several candidates a button is for, and which of several referrals", async () => {
  await made();
  await visiting(server.browser, server.pages, { user: "demo-case-worker" }, async (page) => {
    await page.goto(`/desk/${need}`);
    const titles = await page.locator(".candidate-head strong").allTextContents();
    assert.ok(titles.length > 1, titles.join());
    await page.locator("details.choose").evaluateAll((all) => all.forEach((details) => { details.open = true; }));
    const refer = page.getByRole("button", { name: /^转介给这一家：/ });
    assert.equal(await refer.count(), titles.length);
    for (const [nth, title] of titles.entries()) {
      assert.ok((await refer.nth(nth).getAttribute("aria-label")).includes(title), title);
    }
    const back = page.getByRole("button", { name: /^收回转介：.*结对陪伴/ });
    assert.equal(await back.count(), 2);
    assert.equal(await page.getByRole("button", { name: /^收回转介：.*结对陪伴（2）$/ }).count(), 1);
  });
});
