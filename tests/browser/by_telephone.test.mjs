// A need's page at the desk, for a case worker whose partners say everything by telephone: most organizations have nobody who signs in.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as later } from "node:timers/promises";
import { results } from "./browser.mjs";
import { demo } from "./demo.mjs";
import { follow, visiting } from "./development.mjs";
import { call, companionshipFor, offerTo } from "./portal.mjs";
import { seriousViolations } from "./report.mjs";

const server = demo();

const keep = (page, name) => page.screenshot({ path: join(results, `by-telephone-${name}.png`), fullPage: true });
const referral = async (name) => (await call(server.pages, "demo-case-worker", "GET", `/v1/${name}`)).referral;

for (const [language, said] of Object.entries({
  zh: { told: "对方来电告知", decline: "对方婉拒", accept: "对方接受", start: "对方已开始", deliver: "对方说已提供", cancel: "对方取消承诺", fail: "对方说没有（全部）办成", arrived: "提供了多少（次上门）", confirm: /确认已收到/, before: /问过：已婉拒：不在服务范围（\d{4}-/, story: ["婉拒了", "接受了", "开始服务", "说帮助已提供"] },
  en: { told: "Told by telephone", decline: "They decline", accept: "They accept", start: "They have begun", deliver: "They say that it has arrived", cancel: "They call it off", fail: "They say that it did not all come about", arrived: "How much has arrived (visits)", confirm: /Confirm that it arrived/, before: /Asked before: Declined: outside the area served \(\d{4}-/, story: [" declined", " accepted", " began", "said that the help has arrived"] },
})) {
  test(`what a partner says by telephone is recorded at the desk, from the answer to the delivery (${language})`, async () => {
    const need = await companionshipFor(server.pages, `by telephone ${language}`);
    const first = await offerTo(server.pages, need, "结对陪伴");
    await visiting(server.browser, server.pages, { user: "demo-case-worker", language }, async (page) => {
      const steps = page.locator("details.told");
      /** Unfolds the steps of the one referral that has some, and takes one. */
      const tell = async (button, fill = async () => {}) => {
        await steps.locator("summary", { hasText: said.told }).click();
        await fill();
        await follow(page, steps.getByRole("button", { name: new RegExp(`^${button}[：:]`) }));
        await page.locator(".notice.done").waitFor();
      };
      await page.goto(`/desk/${need}`);
      assert.deepEqual(await steps.locator("button").allTextContents(), [said.accept, said.decline]);
      await keep(page, `offered-${language}`);
      assert.deepEqual(await seriousViolations(page), []);
      await page.goto(`/desk/${need}`);
      await tell(said.decline, () => steps.locator("select[name=reason]").selectOption({ index: 2 }));
      const declined = await referral(first);
      assert.deepEqual([declined.state, declined.lastReason], ["REFERRAL_STATE_DECLINED", "STEP_REASON_OUTSIDE_AREA"]);
      assert.equal(await steps.count(), 0, "what has ended has no step");
      const asked = page.locator(`input[name=resource][value="${declined.resource}"]`);
      const others = page.locator(".candidate").filter({ hasNot: asked });
      assert.match(await page.locator(".candidate").filter({ has: asked }).textContent(), said.before);
      assert.doesNotMatch((await others.allTextContents()).join(), said.before);
      assert.equal(await page.locator(".need-item button.primary").count(), 1, "somebody is left to be asked");

      // Somebody else is chosen: nobody is asked by itself for what does not arrive.
      await page.locator("details.choose summary").first().click();
      await follow(page, others.first().getByRole("button"));
      await tell(said.accept);
      assert.deepEqual(await steps.locator("button").allTextContents(), [said.start, said.deliver, said.cancel, said.fail]);
      await tell(said.start);
      await tell(said.deliver, () => steps.getByLabel(said.arrived).fill("1"));
      assert.equal(await steps.count(), 0, "the beneficiary's side is next");
      assert.equal(await page.getByRole("button", { name: said.confirm }).count(), 1);
      const story = await page.locator(".timeline").textContent();
      for (const step of said.story) assert.ok(story.includes(step), `${step} in ${story}`);
      await keep(page, `delivered-${language}`);
      const { referrals } = await call(server.pages, "demo-case-worker", "GET", `/v1/referrals?filter.need=${encodeURIComponent(need)}`);
      const delivered = referrals.find((one) => one.name !== first);
      assert.deepEqual([delivered.state, delivered.units], ["REFERRAL_STATE_DELIVERED", "1"]);
    });
  });
}

for (const [language, said] of Object.entries({
  zh: { told: "对方来电告知", cancel: "对方取消承诺", had: "此前已提供多少，没有就不填（次上门）", gone: "取消了承诺：此前已提供 1 次上门", rest: "自动另请他人" },
  en: { told: "Told by telephone", cancel: "They call it off", had: "How much had arrived; leave it empty if nothing (visits)", gone: "called off what it had promised: 1 of the 2 visits promised had arrived", rest: "somebody else is asked" },
})) {
  test(`what a partner calls off by telephone is its own step, and somebody else is asked (${language})`, async () => {
    const need = await companionshipFor(server.pages, `called off by telephone ${language}`);
    const ask = (path, body) => call(server.pages, "demo-case-worker", "POST", path, body);
    const first = (await ask(`/v1/${need}:autoRefer`, { itemOrdinal: 1 })).referral.name;
    await ask(`/v1/${first}:accept`, { quantity: "2" });
    await visiting(server.browser, server.pages, { user: "demo-case-worker", language }, async (page) => {
      await page.goto(`/desk/${need}`);
      const steps = page.locator("details.told");
      await steps.locator("summary", { hasText: said.told }).click();
      const form = steps.locator("form").filter({ has: page.getByRole("button", { name: new RegExp(`^${said.cancel}[：:]`) }) });
      assert.ok((await form.textContent()).includes(said.rest), "what becomes of the rest");
      await form.locator("select[name=reason]").selectOption({ value: "6" });
      await form.getByLabel(said.had).fill("1");
      await follow(page, form.getByRole("button"));
      await page.locator(".notice.done").waitFor();
      const ended = await referral(first);
      assert.deepEqual([ended.state, ended.lastSide, ended.arrivedUnits], ["REFERRAL_STATE_CANCELLED", "STEP_SIDE_PROVIDER", "1"]);
      assert.ok((await page.locator(".timeline").textContent()).includes(said.gone));
      assert.deepEqual(await seriousViolations(page), []);
      const next = async () => {
        const { referrals } = await call(server.pages, "demo-case-worker", "GET", `/v1/referrals?filter.need=${encodeURIComponent(need)}`);
        return referrals.find((one) => one.previous === first);
      };
      const until = Date.now() + 15_000;
      while (!(await next())) {
        assert.ok(Date.now() < until, "nobody else was asked");
        await later(200);
      }
    });
  });
}

for (const [language, said] of Object.entries({
  zh: { headline: "有异议，待处理", item: /对方说已提供，有异议，待处理.*有异议 2 次上门/, served: /已满足|都有着落了/, bar: /已提供 0 次上门.*有异议 2 次上门/ },
  en: { headline: "Disputed, to be settled", item: /Said to have arrived, and disputed: to be settled.*disputed: 2 visits/, served: /^Served$|All of it is taken care of/, bar: /0 visits arrived.*2 visits disputed/ },
})) {
  test(`help that is disputed is not shown as help that has arrived (${language})`, async () => {
    const need = await companionshipFor(server.pages, `disputed ${language}`);
    const name = await offerTo(server.pages, need, "结对陪伴");
    const step = (step, body = {}) => call(server.pages, "demo-case-worker", "POST", `/v1/${name}:${step}`, body);
    for (const taken of ["accept", "deliver"]) await step(taken);
    await visiting(server.browser, server.pages, { user: "demo-case-worker", language }, async (page) => {
      const headline = page.locator(".headline .state");
      const item = page.locator(".need-item");
      await page.goto(`/desk/${need}`);
      assert.match((await headline.textContent()) + (await item.textContent()), said.served);
      await step("dispute", { reason: "STEP_REASON_NOT_DELIVERED" });
      await page.goto(`/desk/${need}`);
      assert.deepEqual(await headline.allTextContents(), [said.headline]);
      assert.match(await item.textContent(), said.item);
      assert.doesNotMatch(await item.textContent(), said.served);
      assert.match(await item.locator("svg").getAttribute("aria-label"), said.bar);
      assert.equal(await item.locator(".bar-served").getAttribute("width"), "0");
      await keep(page, `disputed-${language}`);
      assert.deepEqual(await seriousViolations(page), []);
      // Nor is it among what is served in the list and in supervision: it has a state and a figure of its own.
      const listed = () => page.locator(`tr:has(a[href='/desk/${need}'])`);
      const newest = async (state) => {
        await page.goto(`/desk/needs?category=emotional-care.companionship&state=${state}`);
        while ((await listed().count()) === 0 && (await page.locator(".more a").count()) > 0) await follow(page, page.locator(".more a"));
        return listed();
      };
      assert.equal(await (await newest("served")).count(), 0);
      for (const state of ["disputed", ""]) assert.match(await (await newest(state)).textContent(), new RegExp(said.headline));
      await page.goto("/desk/supervision?category=emotional-care.companionship");
      const figure = page.locator("#places-table a[href*='state=disputed']");
      assert.ok((await figure.allTextContents()).some((count) => Number(count) > 0));
      await step("confirm");
      await page.goto(`/desk/${need}`);
      assert.match((await headline.textContent()) + (await item.textContent()), said.served);
      assert.equal(await item.locator(".bar-served").getAttribute("width"), "200");
    });
  });
}

test("an operator, who may not speak for a partner, is offered no step of one", async () => {
  const need = await companionshipFor(server.pages, "not for operators");
  await offerTo(server.pages, need, "结对陪伴");
  await visiting(server.browser, server.pages, { user: "demo-operator" }, async (page) => {
    await page.goto(`/desk/${need}`);
    assert.equal(await page.locator(".referral").count(), 1);
    assert.equal(await page.locator("details.told").count(), 0);
  });
});

for (const [language, said] of Object.entries({
  zh: { awaited: "都已转介，2 次上门等待答复", settled: "都有着落了" },
  en: { awaited: "All of it is referred; waiting for an answer: 2 visits", settled: "All of it is taken care of" },
})) {
  test(`help is taken care of once it is promised, not while it is offered (${language})`, async () => {
    const need = await companionshipFor(server.pages, `promised ${language}`);
    const name = await offerTo(server.pages, need, "结对陪伴");
    await visiting(server.browser, server.pages, { user: "demo-case-worker", language }, async (page) => {
      const told = async () => {
        await page.goto(`/desk/${need}`);
        return page.locator(".need-item").textContent();
      };
      const offered = await told();
      assert.ok(offered.includes(said.awaited), offered);
      assert.ok(!offered.includes(said.settled), offered);
      await call(server.pages, "demo-case-worker", "POST", `/v1/${name}:accept`, {});
      const promised = await told();
      assert.ok(promised.includes(said.settled), promised);
      assert.ok(!promised.includes(said.awaited), promised);
    });
  });
}
