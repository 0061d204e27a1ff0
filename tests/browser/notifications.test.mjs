// What a partner is told of new wishes and of offers made to it, in a real browser: subscribed to, read, claimed from, answered, and sent to a
// tool of its own.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import { join } from "node:path";
import { beforeEach, test } from "node:test";
import { desk, results } from "./browser.mjs";
import { demo } from "./demo.mjs";
import { follow, visiting } from "./development.mjs";
import { call, companionshipFor, offerTo, overhang, wishFor } from "./portal.mjs";
import { seriousViolations } from "./report.mjs";

/** The smallest telephone that pages are made for. */
const smallest = { width: 320, height: 640 };
const partner = "demo-partner";
const address = "/portal/notifications";
const companionship = { items: [{ category: "emotional-care.companionship", quantity: { value: "2", unit: "visit" } }] };

const server = demo();

beforeEach(async () => {
  const { subscriptions } = await call(server.pages, partner, "GET", "/v1/subscriptions");
  for (const { name } of subscriptions ?? []) await call(server.pages, partner, "DELETE", `/v1/${name}`);
});

/** A partner's visit. */
const visit = (test, options) => visiting(server.browser, server.pages, { user: partner, ...options }, test);

const notice = (page) => page.locator(".notice").first();
const card = (page, title) => page.locator(".card", { hasText: title });
const subscribe = (more) =>
  call(server.pages, partner, "POST", "/v1/subscriptions", { subscription: { dailyBudget: 5, ...more } });

/** Loads the page anew until a card is there that says so. */
async function once(page, title, says = "") {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    await page.goto(address);
    const found = card(page, title).first();
    if ((await found.count()) === 1 && (await found.textContent()).includes(says)) return found;
    await page.waitForTimeout(200);
  }
  throw new Error(`no notification of ${title} that says ${says}: ${await page.locator("main").textContent()}`);
}

/** An offer to the partner, of what is no wish. @returns the referral's name */
const offered = async () =>
  offerTo(server.pages, await companionshipFor(server.pages, "no wish", { wish: undefined }), "结对陪伴");

/** Says no to an offer. */
const decline = (name) =>
  call(server.pages, partner, "POST", `/v1/${name}:decline`, { reason: "STEP_REASON_NO_SUITABLE_TIME" });

/** Loads the page anew until an offer is told. */
async function onceOffered(page, name) {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    await page.goto(address);
    const found = page.locator(".card", { has: page.locator(`a[href="/portal/${name}"]`) });
    if ((await found.count()) === 1) return found;
    await page.waitForTimeout(200);
  }
  throw new Error(`${name} is not told: ${await page.locator("main").textContent()}`);
}

/** A tool of the partner's own, which takes whatever it is sent. */
async function tool() {
  const taken = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => { body += chunk; });
    request.on("end", () => {
      taken.push({ headers: request.headers, body });
      response.writeHead(204).end();
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { taken, url: `http://127.0.0.1:${server.address().port}/wishes`, close: () => server.close() };
}

function isSigned({ headers, body }, secret) {
  const key = Buffer.from(secret.replace("whsec_", ""), "base64");
  const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
  const expected = `v1,${createHmac("sha256", key).update(signed).digest("base64")}`;
  return headers["webhook-signature"].split(" ").includes(expected);
}

test("without script a partner subscribes, is told of a new wish, claims it and marks it as read", async () => {
  await visit(async (page) => {
    await page.goto("/portal");
    await page.locator(".top nav").getByRole("link", { name: "通知" }).click();
    await page.locator("label.choice", { hasText: "陪伴探望" }).first().click();
    await page.getByLabel("每天最多几条").fill("3");
    await follow(page, page.getByRole("button", { name: "订阅", exact: true }));
    assert.match(await notice(page).textContent(), /已订阅/);
    assert.match(await page.locator("#told").textContent(), /今天已告知 0 条，每天最多 3 条/);
    await wishFor(server.pages, "有人陪着下下棋", companionship);
    const told = await once(page, "有人陪着下下棋");
    assert.match(await told.textContent(), /未读.*可用：结对陪伴.*刚刚告知/s);
    assert.match(await page.locator("#told").textContent(), /今天已告知 1 条/);
    await follow(page, told.getByRole("link", { name: "认领：有人陪着下下棋" }));
    await follow(page, page.getByRole("button", { name: "认领", exact: true }));
    assert.match(await notice(page).textContent(), /认领成功/);
    await page.goto(`${address}?unread=yes`);
    assert.match(await page.locator("#told .card").first().textContent(), /已不在许愿池里/, "it is taken care of");
    await follow(page, page.getByRole("button", { name: /标为已读/ }));
    assert.match(await notice(page).textContent(), /已标为已读/);
    assert.match(await page.locator("#told").textContent(), /没有未读的通知/);
  }, { javaScriptEnabled: false });
});

test("an offer is told at once to whoever subscribed to offers alone, leads to its answer, and says afterwards what that was", async () => {
  await visit(async (page) => {
    await page.goto(address);
    assert.equal(await page.getByLabel(/也告知发给我们的转介请求/).isChecked(), true, "unless somebody does not want it");
    await page.getByLabel("每天最多几条").fill("0");
    await follow(page, page.getByRole("button", { name: "订阅", exact: true }));
    assert.match(await notice(page).textContent(), /已订阅/);
    assert.match(await page.locator("article.panel").textContent(), /发给我们的转介请求.*有转介请求时立即告知/s);
    assert.match(await page.locator("#told").textContent(), /只告知转介请求/);
    const name = await offered();
    const told = await onceOffered(page, name);
    assert.match(await told.textContent(), /转介请求：结对陪伴.*待答复.*前答复.*未读.*告知/s);
    assert.deepEqual(await seriousViolations(page), []);
    await follow(page, told.getByRole("link", { name: "查看并答复：结对陪伴" }));
    await page.waitForURL(`**/portal/${name}`);
    await decline(name);
    const answered = await onceOffered(page, name);
    assert.match(await answered.textContent(), /已婉拒.*查看转介/s);
    await follow(page, page.getByRole("button", { name: /标为已读/ }));
    assert.match(await notice(page).textContent(), /已标为已读/);
  });
});

test("an offer appears on an open page by itself, and takes nothing of the day's budget", async () => {
  await subscribe({ offers: true, dailyBudget: 1 });
  await visit(async (page) => {
    await page.clock.install();
    await page.goto(address);
    const name = await offered();
    await page.waitForTimeout(4_000);
    await page.clock.runFor(21_000);
    await page.locator(`#told a[href="/portal/${name}"]`).waitFor({ timeout: 10_000 });
    assert.match(await page.locator("#told").textContent(), /今天已告知 0 条，每天最多 1 条/);
    await decline(name);
  });
});

test("a wish of another kind is not told, and what is new appears on an open page by itself", async () => {
  await subscribe({ categories: ["emotional-care.companionship"] });
  await visit(async (page) => {
    await page.clock.install();
    await page.goto(address);
    await wishFor(server.pages, "这盏台灯不该告知");
    await wishFor(server.pages, "想有人一起散步", companionship);
    await page.waitForTimeout(4_000);
    await page.clock.runFor(21_000);
    await card(page, "想有人一起散步").waitFor({ timeout: 10_000 });
    assert.equal(await card(page, "这盏台灯不该告知").count(), 0);
  });
});

test("a webhook is refused naming field and rule, and what was typed stays", async () => {
  await subscribe();
  await visit(async (page) => {
    for (const [url, rule] of [
      ["http://tools.example.org/", "须以 https:// 开头"],
      ["https://10.0.0.1/", "须是公网地址"],
      ["https://tools.example.org:22/", "端口须为 443"],
      ["https://somebody:secret@tools.example.org/", "不能带用户名或密码"],
    ]) {
      await page.goto(address);
      await page.locator("summary", { hasText: "Webhook" }).first().click();
      await page.getByLabel("Webhook 地址", { exact: true }).fill(url);
      await follow(page, page.getByRole("button", { name: "启用" }));
      const told = await notice(page).textContent();
      assert.ok(told.includes("Webhook 地址") && told.includes(rule), told);
      const field = page.locator("[aria-invalid=true]");
      assert.equal(await field.inputValue(), url);
      assert.ok(await field.isVisible());
      const described = (await field.getAttribute("aria-describedby")).split(" ")[0];
      assert.ok((await page.locator(`#${described}`).textContent()).includes(rule));
    }
    assert.deepEqual(await seriousViolations(page), []);
  });
  const { subscriptions } = await call(server.pages, partner, "GET", "/v1/subscriptions");
  assert.equal(subscriptions[0].webhookUrl ?? "", "");
});

test("a webhook is tried, told of a wish, shows how that went, and its secret is seen once", async () => {
  const own = await tool();
  await subscribe();
  try {
    await visit(async (page) => {
      await page.goto(address);
      await page.locator("summary", { hasText: "Webhook" }).first().click();
      await page.getByLabel("Webhook 地址", { exact: true }).fill(own.url);
      const answer = page.waitForResponse((response) => response.url().endsWith("/webhook"));
      await page.getByRole("button", { name: "启用" }).click();
      assert.equal((await answer).headers()["cache-control"], "no-store");
      const secret = await page.locator(".secret").textContent();
      assert.match(secret, /^whsec_[A-Za-z0-9+/]{43}=$/);
      await page.screenshot({ path: join(results, "portal-webhook-secret-zh-desk.png"), fullPage: true });
      await follow(page, page.getByRole("button", { name: "发一条测试消息" }));
      assert.match(await notice(page).textContent(), /对方答复 204/);
      assert.equal((await page.content()).includes(secret), false);
      assert.equal(JSON.parse(own.taken[0].body).type, "wishwell.subscription.test.v1");
      assert.ok(isSigned(own.taken[0], secret));
      await wishFor(server.pages, "想有人来读报", companionship);
      await once(page, "想有人来读报", "已送达系统");
      assert.match(await page.locator(".details", { hasText: "最近一次" }).textContent(), /已送达系统.*对方答复 204/s);
      assert.ok(own.taken.length === 2 && isSigned(own.taken[1], secret));
      await follow(page, page.getByRole("button", { name: "移除 Webhook" }));
      assert.match(await notice(page).textContent(), /已移除/);
      assert.equal(await page.locator(".details", { hasText: "最近一次" }).count(), 0);
    });
  } finally {
    own.close();
  }
});

test("a subscription is changed, paused, resumed and ended, and a wrong budget is said beside its field", async () => {
  await subscribe();
  await visit(async (page) => {
    await page.goto(address);
    await page.locator("summary", { hasText: "修改类别和额度" }).click();
    const form = page.locator("form[action$='/scope']");
    await form.evaluate((form) => { form.noValidate = true; });
    await form.getByLabel("每天最多几条").fill("0");
    await form.locator("label.choice", { hasText: "陪伴探望" }).first().click();
    await follow(page, form.getByRole("button", { name: "保存" }));
    assert.match(await notice(page).textContent(), /每天最多几条：须是 1 到 1000 的整数/);
    assert.equal(await form.getByLabel("陪伴探望").first().isChecked(), true, "what was chosen stays");
    await form.getByLabel("每天最多几条").fill("7");
    assert.equal(await form.getByLabel(/转介请求/).isChecked(), false);
    await form.getByLabel(/转介请求/).check();
    await follow(page, form.getByRole("button", { name: "保存" }));
    assert.match(await notice(page).textContent(), /已保存/);
    assert.match(await page.locator("article.panel").textContent(), /陪伴探望.*每天最多 7 条.*有转介请求时立即告知/s);
    await follow(page, page.getByRole("button", { name: "暂停告知" }));
    assert.match(await page.locator("#told").textContent(), /订阅都已暂停/);
    await follow(page, page.getByRole("button", { name: "恢复告知" }));
    assert.match(await notice(page).textContent(), /已恢复/);
    await page.locator("summary", { hasText: "取消订阅" }).click();
    await follow(page, page.getByRole("button", { name: "取消这个订阅" }));
    assert.match(await notice(page).textContent(), /订阅已取消/);
    assert.equal(await page.locator("article.panel").count(), 0);
  });
});

test("a stale page does not overtake another's change", async () => {
  await subscribe();
  await visit(async (page) => {
    await page.goto(address);
    const { subscriptions } = await call(server.pages, partner, "GET", "/v1/subscriptions");
    const change = { subscription: { dailyBudget: 9 }, updateMask: "dailyBudget" };
    await call(server.pages, partner, "PATCH", `/v1/${subscriptions[0].name}`, change);
    await follow(page, page.getByRole("button", { name: "暂停告知" }));
    assert.match(await notice(page).textContent(), /更新过这条记录/);
    assert.match(await page.locator("article.panel").textContent(), /告知中.*每天最多 9 条/s);
  });
});

for (const language of ["zh", "en"]) {
  for (const [screen, viewport] of Object.entries({ desk, phone: smallest })) {
    test(`notifications read well in ${language} at a ${screen}`, async () => {
      const own = await tool();
      await visit(async (page) => {
        if (language === "en") await page.getByRole("button", { name: "English" }).click();
        const look = async (name) => {
          await page.screenshot({ path: join(results, `portal-${name}-${language}-${screen}.png`), fullPage: true });
          assert.ok((await overhang(page)) <= 0, `${name} scrolls sideways`);
          assert.deepEqual(await seriousViolations(page), [], name);
          if (language !== "en") return;
          const chrome = await page.locator("main h1, main h2, main button, main label:not(.choice), main summary, main .note").allTextContents();
          assert.deepEqual(chrome.filter((text) => /[一-鿿]/.test(text)), [], name);
        };
        await page.goto(address);
        await look("subscribe");
        await subscribe({ webhookUrl: own.url, dailyBudget: 2, offers: true });
        const [first, second] = [`陪老人聊聊天 ${language} ${screen}`, `陪孩子写作业 ${language} ${screen}`];
        await wishFor(server.pages, first, companionship);
        await once(page, first);
        await wishFor(server.pages, second, companionship);
        await once(page, second);
        const name = await offered();
        await onceOffered(page, name);
        await look("notifications");
        await decline(name);
      }, { viewport, colorScheme: screen === "phone" ? "dark" : "light" });
      own.close();
    });
  }
}
