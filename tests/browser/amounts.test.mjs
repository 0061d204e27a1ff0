// How much: money that is typed, read and shown in yuan, and what recurs with its total, in what case workers and partners see.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { results } from "./browser.mjs";
import { demo } from "./demo.mjs";
import { follow, visiting } from "./development.mjs";
import { call, wishFor } from "./portal.mjs";
import { seriousViolations } from "./report.mjs";

const partner = "demo-partner";
const ours = { source: "demo", externalId: "org-xq-nuanyang" };

const server = demo();

const visit = (user, test, options) => visiting(server.browser, server.pages, { user, ...options }, test);
const keep = (page, name) => page.screenshot({ path: join(results, `amounts-${name}.png`), fullPage: true });
const notice = (page) => page.locator(".notice").first();
const card = (page, title) => page.locator(".card", { hasText: title });

/** A wish for something, and the page on which a partner claims it. */
async function claimPage(page, title, items) {
  const need = await wishFor(server.pages, title, { items });
  // The pool has no order in time, and more wishes than one page shows.
  await page.goto(`/wishes?category=${items[0].category}`);
  await follow(page, card(page, title).getByRole("link"));
  return need;
}

/** Pledges what the page of a claim is for. */
async function pledge(page) {
  await page.locator("details.pledge").evaluate((details) => { details.open = true; });
  for (const field of ["title", "content", "responsible_party", "service_standard"]) await page.locator(`.pledge [name=${field}]`).fill("x");
  await follow(page, page.locator(".pledge button"));
}

for (const [language, said] of Object.entries({
  zh: { kind: "助学金", counted: /以元计/, other: /以“件”计/, desk: "书桌", wrong: /请填写金额，以元计/, unit: "元" },
  en: { kind: "School grant", counted: /in yuan/, other: /in pieces/, desk: "Study desk", wrong: /say how much in yuan/, unit: "yuan" },
})) {
  test(`money that is needed is typed in yuan, and never taken for said (${language})`, async () => {
    await visit("demo-case-worker", async (page) => {
      await page.goto("/desk/needs/new");
      const amount = page.locator("#f-items-0-quantity");
      assert.equal(await amount.inputValue(), "", "no amount stands there by itself");
      const units = await page.locator("#f-items-0-quantity-unit option").allTextContents();
      assert.ok(units.includes(said.unit) && !units.some((unit) => /minor|最小货币/.test(unit)), units.join());
      // What is counted is named as soon as the kind is known.
      const counted = page.locator("#counted-0");
      await page.locator("#f-items-0-category").fill(said.desk);
      await counted.filter({ hasText: said.other }).waitFor();
      await page.locator("#f-items-0-category").fill(said.kind);
      await counted.filter({ hasText: said.counted }).waitFor();
      for (const [chosen, value] of [["#urgency-urgent", null], ["#tick-remote-yes", null], ["#f-channel", "hotline"], ["#f-division", "640104101"]]) {
        if (value) await page.locator(chosen).selectOption(value);
        else await page.locator(chosen).check();
      }
      await follow(page, page.locator(".need-fields button.primary"));
      assert.match(await page.locator("#f-items-0-quantity-problem").textContent(), said.wrong);
      assert.match(await counted.textContent(), said.counted);
      assert.deepEqual(await seriousViolations(page), []);
      await keep(page, `form-${language}`);
      await amount.fill("3000.5");
      await follow(page, page.locator(".need-fields button.primary"));
      await page.locator(".notice.done").waitFor();
      assert.match(await page.locator(".need-item h3").textContent(), /¥3,000\.50/);
      const { need } = await call(server.pages, "demo-case-worker", "GET", `/v1/needs/${new URL(page.url()).pathname.split("/").at(-1)}`);
      assert.deepEqual(need.items[0].quantity, { value: "300050", unit: "fen" });
    }, { language });
  });
}

test("a partner sets a budget, claims and delivers in yuan", async () => {
  const budget = { organizationExternal: ours, title: "助学预算", kind: "CAPACITY_KIND_BUDGET", unit: "fen", currency: "CNY", total: "80000000", external: { source: "test", externalId: "budget" } };
  await call(server.pages, "demo-operator", "POST", "/v1/capacityPools", { capacityPool: budget });
  await visit(partner, async (page) => {
    await page.goto("/portal/resources");
    const pool = card(page, "助学预算");
    assert.equal(await pool.locator("input[type=number]").inputValue(), "800000");
    assert.equal(await pool.locator("button.step").count(), 0, "one fen more is no step");
    await pool.locator("input[type=number]").fill("500000.25");
    await keep(page, "budget");
    await follow(page, pool.getByRole("button", { name: "设为" }));
    assert.match(await card(page, "助学预算").locator(".figure").textContent(), /¥500,000\.25/);

    await claimPage(page, "学费还差一点", [{ category: "education.school-aid", quantity: { value: "300000", unit: "fen" }, splittable: true }]);
    assert.match(await page.locator(".pledge").textContent(), /认领多少（元）/);
    const claimed = page.locator(".pledge input[name=quantity]");
    assert.equal(await claimed.inputValue(), "3000");
    await claimed.fill("1200.50");
    await pledge(page);
    assert.match(await notice(page).textContent(), /认领成功/);
    assert.match(await page.locator(".details").textContent(), /¥1,200\.50/);
    const arrived = page.getByLabel("提供了多少（元）");
    assert.equal(await arrived.inputValue(), "1200.50");
    await arrived.fill("1000");
    await follow(page, page.getByRole("button", { name: "已提供" }));
    const { referral } = await call(server.pages, partner, "GET", `/v1/referrals/${new URL(page.url()).pathname.split("/").at(-1)}`);
    assert.deepEqual([referral.units, referral.state], ["100000", "REFERRAL_STATE_DELIVERED"]);
  });
});

for (const [language, said] of Object.entries({
  zh: { left: /现在只差 ¥3,000\.00/, range: /¥0\.01 到 ¥1,200\.50 之间/, arrived: "提供了多少（元）", deliver: "已提供", resources: "认捐过的" },
  en: { left: /No more than ¥3,000\.00 is still needed/, range: /between ¥0\.01 and ¥1,200\.50/, arrived: "How much has arrived (yuan)", deliver: "Delivered", resources: "What was pledged" },
})) {
  test(`too much is refused in yuan, and what was filled in is kept (${language})`, async () => {
    await visit(partner, async (page) => {
      const title = `超出的学费 ${language}`;
      await claimPage(page, title, [{ category: "education.school-aid", quantity: { value: "300000", unit: "fen" }, splittable: true }]);
      // A pledge is folded away where a resource fits, as what was given on once does.
      await page.locator("details").evaluateAll((all) => all.forEach((details) => { details.open = true; }));
      // As on a page that was open for long: what it offers is no bound any more.
      const amount = page.locator(".pledge input[name=quantity]");
      const tooMuch = async (field, value) => {
        await field.evaluate((input) => input.removeAttribute("max"));
        await field.fill(value);
      };
      await tooMuch(amount, "5000");
      await pledge(page);
      assert.match(await notice(page).textContent(), said.left);
      for (const field of ["title", "content", "responsible_party", "service_standard"]) {
        assert.equal(await page.locator(`.pledge [name=${field}]`).inputValue(), "x", field);
      }
      await page.locator(".pledge input[name=quantity]").fill("1200.50");
      await follow(page, page.locator(".pledge button"));
      const arrived = page.getByLabel(said.arrived);
      await tooMuch(arrived, "1300");
      await page.locator("textarea[name=note]").fill("放在门卫");
      await follow(page, page.getByRole("button", { name: said.deliver, exact: true }));
      assert.match(await notice(page).textContent(), said.range);
      assert.equal(await page.locator("textarea[name=note]").inputValue(), "放在门卫");
      await page.getByLabel(said.arrived).fill("1000");
      await follow(page, page.getByRole("button", { name: said.deliver, exact: true }));
      const name = new URL(page.url()).pathname.replace("/portal/", "");
      const { referral } = await call(server.pages, partner, "GET", `/v1/${name}`);
      assert.deepEqual([referral.units, referral.state], ["100000", "REFERRAL_STATE_DELIVERED"]);
      // A pledge is none of the resources, and can be found where pledges are.
      const { resource } = await call(server.pages, partner, "GET", `/v1/${referral.resource}`);
      const total = `#${resource.draws[0].pool.replace("/", "-")}-total`;
      await page.goto("/portal/resources");
      assert.equal(await page.locator(`section ${total}`).count(), 0);
      await page.locator("#pledges > summary", { hasText: said.resources }).click();
      assert.ok(await page.locator(`#pledges ${total}`).isVisible());
      assert.deepEqual(await seriousViolations(page), []);
      await keep(page, `pledges-${language}`);
      // Whoever has more of it to give says so, and has it among the others.
      const more = page.locator("#pledges form", { has: page.locator(total) });
      await more.locator(total).fill("2000");
      await follow(page, more.getByRole("button"));
      assert.equal(await page.locator(`section ${total}`).count(), 1);
    }, { language });
  });
}

for (const [language, said] of Object.entries({
  zh: { label: "持续几周", once: "每周 2 次上门，连续 3 周，共 6 次上门", total: /一共提供了多少（次上门）/, atTheEnd: /约定共 6 次上门：全部结束时登记一次.*少于约定的部分，别人又可以认领.*认捐只给这一次/, deliver: "已提供", arrived: "提供 1 次上门（请求 6 次上门）" },
  en: { label: "For how many weeks", once: "2 visits each week for 3 weeks, 6 in all", total: /How much has arrived in all \(visits\)/, atTheEnd: /6 visits in all are promised: record it once.*What is missing others may claim.*A pledge is given once/, deliver: "Delivered", arrived: "1 of the 6 visits asked for" },
})) {
  test(`what recurs is told with its total, while it is typed and to whom it is offered (${language})`, async () => {
    await visit("demo-case-worker", async (page) => {
      await page.goto("/desk/needs/new");
      await page.locator("#f-items-0-category").fill("emotional-care.companionship");
      await page.locator("#f-items-0-quantity").fill("2");
      await page.locator("#f-items-0-quantity-unit").selectOption("visit");
      await page.locator("#every-0").selectOption("week");
      await page.locator("#f-items-0-recurrence-occurrences").fill("3");
      await page.locator("#counted-0").filter({ hasText: said.once }).waitFor();
      await follow(page, page.locator("button[value=look]"));
      assert.ok((await page.locator(".item").textContent()).includes(said.label));
      await keep(page, `recurs-${language}`);
    }, { language });
    const title = `每周两次 ${language}`;
    let need;
    await visit(partner, async (page) => {
      need = await claimPage(page, title, [{ category: "emotional-care.companionship", quantity: { value: "2", unit: "visit" }, recurrence: { every: "RECURRENCE_PERIOD_WEEK", occurrences: 3 } }]);
      await pledge(page);
      assert.ok((await page.locator(".details").textContent()).includes(said.once));
      // The first visit is not the end of it: what is sent is what somebody typed.
      const arrived = page.getByLabel(said.total);
      assert.equal(await arrived.inputValue(), "");
      assert.match(await page.locator(".step-forms").textContent(), said.atTheEnd);
      const deliver = page.getByRole("button", { name: said.deliver, exact: true });
      await deliver.click();
      assert.equal(await arrived.evaluate((field) => field.validity.valueMissing), true);
      await keep(page, `deliver-series-${language}`);
      await arrived.fill("1");
      await follow(page, deliver);
      assert.ok((await page.locator("#referral-state").textContent()).includes(said.arrived));
      await page.goto("/portal/referrals?state=delivered");
      assert.ok((await page.locator(".cards").textContent()).includes(said.arrived));
    }, { language });
    await visit("demo-case-worker", async (page) => {
      await page.goto(`/desk/${need}`);
      assert.ok((await page.locator(".referral p:has(.state)").first().textContent()).includes(said.arrived));
      assert.ok((await page.locator(".referral button.primary").textContent()).includes(said.arrived));
      assert.ok((await page.locator(".timeline").textContent()).includes(said.arrived));
      await keep(page, `story-series-${language}`);
      assert.deepEqual(await seriousViolations(page), []);
    }, { language });
  });
}

for (const [language, said] of Object.entries({
  zh: { field: /此前已提供多少，没有就不填（次上门）/, whole: /全部提供的，请改登“已提供”/, done: /已取消。这项心愿又可以由别人认领/, arrived: "此前已提供 3 次上门（约定 6 次上门）", lacking: /还缺 3 次上门.*已提供 3 次上门/ },
  en: { field: /How much had arrived; leave it empty if nothing \(visits\)/, whole: /If all of it has arrived, choose “delivered” instead/, done: /Called off\. Others may claim/, arrived: "3 of the 6 visits promised had arrived", lacking: /Still lacking: 3 visits.*arrived: 3 visits/ },
})) {
  test(`of a series that is called off what had arrived is kept (${language})`, async () => {
    let need;
    await visit(partner, async (page) => {
      need = await claimPage(page, `只来了几次 ${language}`, [{ category: "emotional-care.companionship", quantity: { value: "2", unit: "visit" }, recurrence: { every: "RECURRENCE_PERIOD_WEEK", occurrences: 3 } }]);
      await pledge(page);
      const form = page.locator("form[action$='/cancel']");
      await page.locator("details", { has: form }).locator("summary").click();
      const arrived = form.getByLabel(said.field);
      assert.equal(await arrived.inputValue(), "", "nothing is said by itself");
      assert.match(await form.textContent(), said.whole);
      await arrived.fill("6");
      assert.equal(await arrived.evaluate((field) => field.validity.rangeOverflow), true, "all of it is a delivery");
      await arrived.fill("3");
      await form.locator("select").selectOption("STEP_REASON_NO_CAPACITY");
      await keep(page, `called-off-${language}`);
      assert.deepEqual(await seriousViolations(page), []);
      await follow(page, form.getByRole("button"));
      assert.match(await notice(page).textContent(), said.done);
      assert.ok((await page.locator("#referral-state").textContent()).includes(said.arrived));
    }, { language });
    await visit("demo-case-worker", async (page) => {
      await page.goto(`/desk/${need}`);
      assert.ok((await page.locator(".referral p:has(.state)").first().textContent()).includes(said.arrived));
      assert.ok((await page.locator(".timeline").textContent()).includes(said.arrived));
      assert.match(await page.locator(".need-item").textContent(), said.lacking);
      await keep(page, `story-called-off-${language}`);
    }, { language });
  });
}

test("of money that is called off a case worker says in yuan what had arrived", async () => {
  let need;
  await visit(partner, async (page) => {
    need = await claimPage(page, "学费只付了一半", [{ category: "education.school-aid", quantity: { value: "300000", unit: "fen" } }]);
    await pledge(page);
  });
  await visit("demo-case-worker", async (page) => {
    await page.goto(`/desk/${need}`);
    const form = page.locator(".referral > .steps form[action$='/cancel']");
    await form.getByLabel("此前已提供多少，没有就不填（元）").fill("1000.50");
    await form.locator("select").selectOption({ index: 1 });
    assert.deepEqual(await seriousViolations(page), []);
    await follow(page, form.getByRole("button"));
    assert.match(await page.locator(".referral p:has(.state)").first().textContent(), /已取消.*此前已提供 ¥1,000\.50（约定 ¥3,000\.00）/);
    const { need: left } = await call(server.pages, "demo-case-worker", "GET", `/v1/${need}`);
    assert.equal(left.items[0].servedUnits, "100050");
  });
});

for (const [language, said] of Object.entries({
  zh: { field: /没收到的里面，没有用掉（没送出、没上门）或已退回提供方的有多少.*（次上门）/, shown: "没有用掉或已退回 2 次上门", refused: /不能多于没收到的数量/ },
  en: { field: /How much of what did not arrive was not used.*\(visits\)/, shown: "not used, or given back: 2 visits", refused: /must be 0 to 2, which is what had not arrived/ },
})) {
  test(`where a dispute is settled the desk says what is there still (${language})`, async () => {
    let need, referral;
    await visit(partner, async (page) => {
      need = await claimPage(page, `没有都来 ${language}`, [{ category: "emotional-care.companionship", quantity: { value: "1", unit: "visit" }, recurrence: { every: "RECURRENCE_PERIOD_WEEK", occurrences: 3 } }]);
      await pledge(page);
      referral = `referrals/${new URL(page.url()).pathname.split("/").at(-1)}`;
    }, { language });
    for (const [step, body] of [["deliver", {}], ["dispute", { reason: "STEP_REASON_NOT_DELIVERED" }]]) await call(server.pages, "demo-case-worker", "POST", `/v1/${referral}:${step}`, body);
    await visit("demo-case-worker", async (page) => {
      const form = page.locator(".referral > .steps form[action$='/fail']");
      const settle = async (arrived, returned) => {
        await page.goto(`/desk/${need}`);
        const field = form.getByLabel(said.field);
        assert.equal(await field.inputValue(), "", "nothing is said by itself");
        await form.locator("[name=quantity]").fill(arrived);
        await field.fill(returned);
        await form.locator("select").selectOption({ index: 1 });
        assert.deepEqual(await seriousViolations(page), []);
        await keep(page, `settling-${language}`);
        await follow(page, form.getByRole("button"));
      };
      await settle("1", "3");
      assert.match(await page.locator("main").textContent(), said.refused);
      await settle("1", "2");
      assert.ok((await page.locator(".referral p:has(.state)").first().textContent()).includes(said.shown));
      assert.ok((await page.locator(".timeline").textContent()).includes(said.shown));
      const { referral: settled } = await call(server.pages, "demo-case-worker", "GET", `/v1/${referral}`);
      assert.deepEqual([settled.state, settled.arrivedUnits, settled.returnedUnits], ["REFERRAL_STATE_FAILED", "1", "2"]);
    }, { language });
    await visit(partner, async (page) => {
      await page.goto(`/portal/${referral}`);
      assert.ok((await page.locator("#referral-state").textContent()).includes(said.shown));
      assert.deepEqual(await seriousViolations(page), []);
    }, { language });
  });
}

for (const [language, said] of Object.entries({
  zh: { field: /此前已提供多少，没有就不填（次上门）/, close: "关闭", arrived: "此前已提供 2 次上门（约定 3 次上门）" },
  en: { field: /how much had arrived; leave it empty if nothing \(visits\)/, close: "Close", arrived: "2 of the 3 visits promised had arrived" },
})) {
  test(`where a need is closed the desk says how much had arrived of what ends with it (${language})`, async () => {
    let need, referral;
    await visit(partner, async (page) => {
      need = await claimPage(page, `搬走了 ${language}`, [{ category: "emotional-care.companionship", quantity: { value: "1", unit: "visit" }, recurrence: { every: "RECURRENCE_PERIOD_WEEK", occurrences: 3 } }]);
      await pledge(page);
      referral = `referrals/${new URL(page.url()).pathname.split("/").at(-1)}`;
    }, { language });
    await visit("demo-case-worker", async (page) => {
      await page.goto(`/desk/${need}`);
      await page.locator(".ending summary").click();
      const arrived = page.locator(".ending").getByLabel(said.field);
      assert.equal(await arrived.inputValue(), "", "nothing is said by itself");
      await arrived.fill("3");
      assert.equal(await arrived.evaluate((field) => field.validity.rangeOverflow), true, "all of it is a delivery");
      await arrived.fill("2");
      await keep(page, `ending-${language}`);
      assert.deepEqual(await seriousViolations(page), []);
      await follow(page, page.locator(".ending").getByRole("button", { name: said.close, exact: true }));
      assert.ok((await page.locator(".referral p:has(.state)").first().textContent()).includes(said.arrived));
      const { referral: ended } = await call(server.pages, "demo-case-worker", "GET", `/v1/${referral}`);
      assert.deepEqual([ended.state, ended.lastReason, ended.arrivedUnits], ["REFERRAL_STATE_CANCELLED", "STEP_REASON_NEED_CLOSED", "2"]);
    }, { language });
  });
}

/** A resource of the partner that gives so many sessions a week, as long as there are some. */
async function sessions(title, total) {
  const pool = { organizationExternal: ours, title, kind: "CAPACITY_KIND_STOCK", unit: "session", total: String(total), external: { source: "test", externalId: title } };
  const { capacityPool } = await call(server.pages, "demo-operator", "POST", "/v1/capacityPools", { capacityPool: pool });
  const resource = {
    organizationExternal: ours, external: { source: "test", externalId: title }, title: { zh: title, en: title }, content: title, categories: ["emotional-care.companionship"],
    unit: "session", modes: ["DELIVERY_MODE_HOME_VISIT"], division: "640104101", areas: [{ division: "640104" }], draws: [{ pool: capacityPool.name, quantityPerUnit: "1" }],
    lifecycle: "RESOURCE_LIFECYCLE_ACTIVE", responsibleParty: "x", serviceStandard: "x",
  };
  await call(server.pages, "demo-operator", "POST", "/v1/resources", { resource });
}

test("a partner is told of what recurs all that a resource can give, and for how many of the weeks", async () => {
  await sessions("每周都有人来", 1_000);
  await sessions("只够五周", 10);
  await visit(partner, async (page) => {
    const item = { category: "emotional-care.companionship", quantity: { value: "2", unit: "session" }, recurrence: { every: "RECURRENCE_PERIOD_WEEK", occurrences: 8 }, splittable: true };
    await claimPage(page, "每周两次，八周", [item]);
    const choices = await page.locator("label.choice").allTextContents();
    const [all, some] = ["每周都有人来", "只够五周"].map((title) => choices.find((choice) => choice.includes(title)) ?? choices.join(" / "));
    assert.match(all, /可提供 每周 2 次，连续 8 周，共 16 次$/);
    assert.match(some, /可提供 每周 2 次，连续 5 周，共 10 次（8 周中的 5）$/);
    assert.ok(choices.indexOf(all) < choices.indexOf(some), "who can give more stands first");
    await keep(page, "claim-recurs");
  });
});
