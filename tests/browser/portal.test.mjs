// The wishing pool and a partner's day in a real browser, against a server of the demo: wishes seen, claimed and delivered, offers
// declined, capacity kept fresh, two partners after one wish, in both languages, on a telephone, with and without script.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as later } from "node:timers/promises";
import { desk, results } from "./browser.mjs";
import { demo } from "./demo.mjs";
import { follow, visiting, visitor } from "./development.mjs";
import { call, companionshipFor, offerTo, overhang, wishFor } from "./portal.mjs";
import { seriousViolations } from "./report.mjs";

/** The smallest telephone that pages are made for. */
const smallest = { width: 320, height: 640 };
const partner = "demo-partner";
const volunteer = "demo-volunteer";

const server = demo();

/** Somebody's visit. */
const visit = (user, test, options) => visiting(server.browser, server.pages, { user, ...options }, test);

const keep = (page, name) => page.screenshot({ path: join(results, `portal-${name}.png`), fullPage: true });
const notice = (page) => page.locator(".notice").first();
const card = (page, title) => page.locator(".card", { hasText: title });

/** An offer to the partner's resource whose title is given. @returns the referral's name */
async function offer(title, more = {}) {
  return offerTo(server.pages, await companionshipFor(server.pages, `for ${title}`, more), title);
}

/** Fills in the pledge of the claim's page and sends it. */
async function pledge(page) {
  await page.locator("details.pledge").evaluate((details) => { details.open = true; });
  for (const [field, text] of [["title", "护眼灯"], ["content", "两盏新台灯"], ["responsible_party", "王师傅"], ["service_standard", "三天内送到"]]) {
    await page.locator(`.pledge [name=${field}]`).fill(text);
  }
  await follow(page, page.locator(".pledge button"));
}

test("anybody reads the pool, narrows it down and finds the map, without script", async () => {
  await visit(null, async (page) => {
    await page.goto("/wishes");
    const all = await page.locator(".wishes .card").count();
    assert.ok(all >= 8, `${all} wishes`);
    assert.equal(await page.locator("a[href*='/claim']").count(), 0, "visitors claim nothing");
    await follow(page, page.getByRole("link", { name: /教育助学/ }));
    const some = await page.locator(".wishes .card").count();
    assert.ok(some > 0 && some < all, `${some} of ${all}`);
    await page.getByRole("link", { name: "全部类别" }).click();
    await follow(page, page.locator(".map a[href*='division=']").first());
    assert.match(page.url(), /division=\d{4,9}/);
    assert.ok((await page.locator(".wishes .card").count()) > 0);
    const text = await page.content();
    for (const personal of ["needs/", "beneficiaries/", "示例甲", "虚构地址"]) assert.equal(text.includes(personal), false, personal);
  }, { javaScriptEnabled: false });
});

test("a partner sees on the map where it is itself, and nobody else does", async () => {
  await visit(partner, async (page) => {
    await page.goto("/wishes");
    assert.ok((await page.locator(".map .context").count()) >= 1, "its own places");
    assert.match(await page.locator(".pool-map .key").textContent(), /我们的服务点/);
    const shown = await page.locator(".map .context").first().evaluate((ring) => [getComputedStyle(ring).stroke, ring.getBoundingClientRect().width]);
    assert.ok(shown[0] !== "none" && shown[1] >= 6, `it can be seen: ${shown}`);
  });
  await visit(null, async (page) => {
    await page.goto("/wishes");
    assert.equal(await page.locator(".map .context").count(), 0);
  });
});

test("a filter with nothing in it says so and leads back", async () => {
  await visit(null, async (page) => {
    await page.goto("/wishes?category=education.desk&division=640205");
    assert.match(await page.locator(".empty").textContent(), /没有符合条件/);
    await follow(page, page.locator(".empty a"));
    assert.ok((await page.locator(".wishes .card").count()) > 0);
  });
});

test("a wish that is taken back goes from an open page within a minute", async () => {
  const need = await wishFor(server.pages, "这个心愿会被收回");
  await visit(null, async (page) => {
    await page.clock.install();
    await page.goto("/wishes");
    await card(page, "这个心愿会被收回").waitFor();
    await call(server.pages, "demo-hotline", "POST", `/v1/${need}:withdraw`, {});
    await page.clock.runFor(59_000);
    await card(page, "这个心愿会被收回").waitFor({ state: "detached", timeout: 10_000 });
    assert.ok((await page.locator(".wishes .card").count()) > 5, "the others stay");
  });
});

test("the pool's page is small", async () => {
  await visit(null, async (page) => {
    const bodies = [];
    page.on("response", (response) => bodies.push(response.body()));
    await page.goto("/wishes", { waitUntil: "networkidle" });
    const bytes = (await Promise.all(bodies)).reduce((sum, body) => sum + body.length, 0);
    assert.ok(bytes > 10_000 && bytes < 100_000, `${bytes} bytes before compression`);
  });
});

test("a wish is seen, claimed with a resource that fits, begun and delivered with a note for the case worker", async () => {
  const need = await wishFor(server.pages, "有人来陪老人说说话", {
    items: [{ category: "emotional-care.companionship", quantity: { value: "2", unit: "visit" } }],
  });
  await visit(partner, async (page) => {
    await follow(page, card(page, "有人来陪老人说说话").first().getByRole("link"));
    assert.match(await page.locator("fieldset").textContent(), /结对陪伴.*可提供/);
    assert.match(await page.locator("main").textContent(), /没有同意的，要通过社工联系/);
    await keep(page, "claim-zh-desk");
    assert.deepEqual(await seriousViolations(page), []);
    await follow(page, page.getByRole("button", { name: "认领", exact: true }));
    assert.match(await notice(page).textContent(), /认领成功/);
    await keep(page, "claimed-zh-desk");
    await follow(page, page.getByRole("button", { name: "开始", exact: true }));
    assert.match(await notice(page).textContent(), /已开始/);
    assert.equal(await page.locator(".steps [aria-current=step]").count(), 1);
    await page.getByLabel(/给社工的话/).fill("老人想再约下周");
    await keep(page, "deliver-zh-desk");
    await follow(page, page.getByRole("button", { name: "已提供" }));
    assert.match(await notice(page).textContent(), /等待对方确认/);
    assert.equal((await page.content()).includes("老人想再约下周"), false, "it is for the case worker");
    assert.deepEqual(await seriousViolations(page), []);
    await page.goto("/portal/referrals?state=delivered");
    assert.ok((await card(page, "结对陪伴").count()) >= 1);
  });
  await visit("demo-case-worker", async (page) => {
    await page.goto("/desk/referrals?state=delivered");
    const row = page.locator("tbody tr", { has: page.locator(`a[href="/desk/${need}"]`) });
    assert.match(await row.textContent(), /有留言/, "that there is a note is seen without opening the need");
    await page.goto(`/desk/${need}`);
    assert.equal(await page.locator(".timeline .said").count(), 0);
    assert.match(await page.locator(".timeline .noted").textContent(), /^留了言/);
    await follow(page, page.locator(".timeline .noted a"));
    assert.equal(await page.locator(".timeline .said").textContent(), "老人想再约下周");
    assert.equal(await page.locator(".timeline .noted").count(), 0);
    await keep(page, "delivery-note-zh-desk");
    assert.deepEqual(await seriousViolations(page), []);
  });
});

test("without script a wish is pledged as well", async () => {
  await wishFor(server.pages, "没有脚本也能认捐");
  await visit(partner, async (page) => {
    await page.goto("/wishes");
    await follow(page, card(page, "没有脚本也能认捐").getByRole("link"));
    const pledge = page.locator(".pledge");
    if (!(await pledge.locator("form").isVisible())) await pledge.locator("summary").click();
    assert.match(await pledge.textContent(), /认捐只给这一次/);
    for (const field of ["title", "content", "responsible_party", "service_standard"]) await pledge.locator(`[name=${field}]`).fill("灯");
    await follow(page, pledge.getByRole("button"));
    assert.match(await notice(page).textContent(), /认领成功/);
    await page.locator("summary", { hasText: "取消承诺" }).click();
    await page.locator("select[name=reason]").first().selectOption("STEP_REASON_NO_CAPACITY");
    await follow(page, page.getByRole("button", { name: "取消承诺", exact: true }));
    assert.match(await page.locator("#referral-state").textContent(), /没有送到的部分不再提供给别人/);
  }, { javaScriptEnabled: false });
});

test("an offer is declined with a reason", async () => {
  const name = await offer("结对陪伴");
  await visit(partner, async (page) => {
    await page.goto("/portal");
    await follow(page, page.locator(`a[href="/portal/${name}"]`));
    assert.match(await page.locator(".due").textContent(), /还剩/);
    await keep(page, "offer-zh-desk");
    await page.locator("summary", { hasText: "婉拒" }).click();
    await page.locator("select[name=reason]").selectOption("STEP_REASON_NO_SUITABLE_TIME");
    await follow(page, page.getByRole("button", { name: "婉拒", exact: true }));
    assert.match(await notice(page).textContent(), /已婉拒/);
    assert.match(await page.locator("#referral-state").textContent(), /时间不合适/);
  });
  const { referral } = await call(server.pages, partner, "GET", `/v1/${name}`);
  assert.deepEqual([referral.state, referral.lastReason], ["REFERRAL_STATE_DECLINED", "STEP_REASON_NO_SUITABLE_TIME"]);
});

test("a stale page does not overtake another's step, and a form sent twice has one effect", async () => {
  const name = await offer("结对陪伴");
  await visit(partner, async (page) => {
    await page.goto(`/portal/${name}`);
    const other = await page.context().newPage();
    await other.goto(`/portal/${name}`);
    await follow(other, other.getByRole("button", { name: "接受" }));
    assert.match(await notice(other).textContent(), /已接受/);
    await follow(page, page.getByRole("button", { name: "接受" }));
    assert.match(await notice(page).textContent(), /更新过这条记录|不能做了/);
    assert.match(await page.locator("#referral-state").textContent(), /已接受/, "it shows how things stand");
    const form = await page.locator("form[action$='/start']").evaluate((form) => Object.fromEntries(new FormData(form)));
    const send = () => page.request.post(`/portal/${name}/start`, { form, maxRedirects: 0, headers: { origin: server.pages } });
    assert.deepEqual([(await send()).status(), (await send()).status()], [303, 303]);
  });
});

test("contact data are shown on request alone and kept nowhere", async () => {
  const name = await offer("结对陪伴", { householdExternal: undefined, beneficiaryExternal: undefined, beneficiary: await beneficiary() });
  await call(server.pages, partner, "POST", `/v1/${name}:accept`, {});
  await visit(partner, async (page) => {
    await page.goto(`/portal/${name}`);
    assert.equal((await page.content()).includes("13900000000"), false);
    const answer = page.waitForResponse((response) => response.url().endsWith("/contact"));
    await page.getByRole("button", { name: "查看联系方式" }).click();
    assert.equal((await answer).headers()["cache-control"], "no-store");
    assert.match(await page.locator("[aria-labelledby=contact-title]").textContent(), /测试甲.*13900000000.*已记录/);
  });
});

/** A beneficiary who shares contact data with whoever has promised help. */
async function beneficiary() {
  const person = {
    personal: { name: "测试甲", phone: "13900000000" },
    consents: ["MATCHING", "CONTACT_SHARING", "WISH_PUBLICATION"].map((purpose) => (
      { purpose: `CONSENT_PURPOSE_${purpose}`, giveTime: "2026-01-01T00:00:00Z", givenBy: "herself" }
    )),
  };
  return (await call(server.pages, "demo-hotline", "POST", "/v1/beneficiaries", { beneficiary: person })).beneficiary.name;
}

test("two partners race for one wish: one has it, the other is told so and offered the next", async () => {
  await wishFor(server.pages, "两盏台灯，先到先得");
  await visit(partner, async (first) => {
    await visit(volunteer, async (second) => {
      for (const page of [first, second]) {
        await page.goto("/wishes");
        await follow(page, card(page, "两盏台灯，先到先得").getByRole("link"));
      }
      await Promise.all([pledge(first), pledge(second)]);
      const [one, two] = await Promise.all([first, second].map((page) => notice(page).textContent()));
      assert.equal([one, two].filter((text) => /认领成功/.test(text)).length, 1, `${one} / ${two}`);
      assert.equal([one, two].filter((text) => /先认领了/.test(text)).length, 1, `${one} / ${two}`);
      const loser = /认领成功/.test(one) ? second : first;
      await keep(loser, "race-lost-zh-desk");
      assert.ok((await loser.getByRole("link", { name: "看看全部心愿" }).count()) === 1);
      assert.deepEqual(await seriousViolations(loser), []);
    });
  });
});

test("capacity is changed, confirmed and paused in one click each", async () => {
  await visit(partner, async (page) => {
    await page.goto("/portal/resources");
    const total = async () => Number(await card(page, "在管个案名额").locator("input[type=number]").inputValue());
    const earlier = await total();
    await follow(page, page.getByRole("button", { name: /加一：在管个案名额/ }));
    assert.match(await notice(page).textContent(), /容量已更新/);
    assert.equal(await total(), earlier + 1);
    await follow(page, page.getByRole("button", { name: /减一：在管个案名额/ }));
    assert.equal(await total(), earlier);
    await follow(page, page.getByRole("button", { name: /确认仍然有效：在管个案名额/ }));
    assert.match(await notice(page).textContent(), /已确认/);
    assert.match(await card(page, "在管个案名额").locator(".fresh").textContent(), /刚刚确认/);
    await card(page, "在管个案名额").locator("input[type=number]").fill("1");
    await follow(page, card(page, "在管个案名额").getByRole("button", { name: "设为" }));
    assert.match(await notice(page).textContent(), /总量最少可填 3\d 例.*请暂停相应的资源/);
    await follow(page, page.getByRole("button", { name: "暂停：困境儿童监护支持" }));
    assert.match(await notice(page).textContent(), /已暂停/);
    await follow(page, page.getByRole("button", { name: "恢复：困境儿童监护支持" }));
    assert.match(await notice(page).textContent(), /已恢复/);
  });
});

test("an offer appears on every open page by itself", async () => {
  await visit(partner, async (page) => {
    const other = await page.context().newPage();
    // Over a slow connection the parts of a page come one after the other.
    let scripts = 0;
    await other.route("**/assets/*.js", async (route) => {
      await later(400 * scripts++);
      await route.continue();
    });
    // Nothing is waited for: what happens before a page listens is told to it as well.
    await Promise.all([page, other].map((page) => page.goto("/portal")));
    const name = await offer("结对陪伴");
    for (const open of [page, other]) {
      await open.bringToFront();
      await open.locator(`a[href="/portal/${name}"]`).waitFor({ timeout: 10_000 });
    }
  });
});

test("a page whose first attempt to listen fails listens soon", async () => {
  for (const fails of [(route) => route.abort(), (route) => route.fulfill({ status: 503 })]) {
    await visit(partner, async (page) => {
      // Where nothing listens, so that it is the next page's attempt.
      await page.goto("/wishes");
      await page.route("**/portal/live*", fails, { times: 1 });
      await page.goto("/portal");
      await page.locator("#away").filter({ hasText: /./ }).waitFor();
      const name = await offer("结对陪伴");
      await page.locator(`a[href="/portal/${name}"]`).waitFor({ timeout: 20_000 });
      await page.locator("#away").filter({ hasNotText: /./ }).waitFor({ state: "attached" });
    }, { trouble: true });
  }
});

test("events go on where a listener left off, and end with the session", async () => {
  await visit(partner, async (page) => {
    const heard = await page.evaluate(async () => {
      const read = async (headers, enough) => {
        const leave = new AbortController();
        const answer = await fetch("/portal/live", { headers, signal: leave.signal });
        const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
        let text = "";
        while (!enough(text)) text += (await reader.read()).value;
        leave.abort();
        return { kind: answer.headers.get("content-type"), text };
      };
      return {
        now: await read({}, (text) => /id: \d+-[\w-]+\n\n/.test(text)),
        before: await read({ "last-event-id": "1" }, (text) => /event: referral/.test(text)),
        gone: await read({ "last-event-id": "1-of-another-log" }, (text) => /id: /.test(text)),
      };
    });
    assert.match(heard.now.kind, /text\/event-stream/);
    assert.doesNotMatch(heard.now.text, /event: /, "from now on");
    assert.match(heard.before.text, /event: referral\ndata: \d+\n\n/);
    for (const kind of ["referral", "capacity", "resource", "wish"]) {
      assert.match(heard.gone.text, new RegExp(`event: ${kind}\n`), "of another log, anything may have changed");
    }
    await page.context().clearCookies();
    const answer = await page.request.get("/portal/live", { maxRedirects: 0 });
    assert.equal(answer.status(), 303);
  });
});

test("whoever is no partner has no portal", async () => {
  const visited = await visitor(server.browser, server.pages);
  await visited.page.goto("/portal");
  assert.match(visited.page.url(), /sign-in\?next=%2Fportal|sign-in\?next=\/portal/);
  await follow(visited.page, visited.page.locator('button[value="demo-auditor"]'));
  assert.match(await visited.page.locator("main").textContent(), /没有这项权限/);
  await visited.close();
});

test("a word that is longer than a line pushes no page apart", async () => {
  const word = "W".repeat(128);
  const need = await wishFor(server.pages, word);
  const name = await offer("结对陪伴");
  for (const [screen, viewport] of Object.entries({ desk, phone: { width: 360, height: 740 } })) {
    await visit(partner, async (page) => {
      await page.goto("/wishes");
      assert.ok((await overhang(page)) <= 0, `the pool at a ${screen}`);
      const head = await card(page, word).locator("h3").evaluate((title) => [title.scrollWidth - title.clientWidth, title.getBoundingClientRect().right, title.closest(".card").getBoundingClientRect().right]);
      assert.ok(head[0] <= 0 && head[1] <= head[2], `the title stays in its card: ${head}`);
      await keep(page, `long-word-${screen}`);
      await follow(page, card(page, word).getByRole("link"));
      assert.ok((await overhang(page)) <= 0, `the claim at a ${screen}`);
      await page.goto(`/portal/${name}`);
      assert.ok((await overhang(page)) <= 0, `a referral at a ${screen}`);
    }, { viewport });
    await visit("demo-case-worker", async (page) => {
      for (const path of [`/desk/${need}`, "/desk", "/desk/needs"]) {
        await page.goto(path);
        assert.ok((await overhang(page)) <= 0, `${path} at a ${screen}`);
      }
    }, { viewport });
  }
  await call(server.pages, "demo-hotline", "POST", `/v1/${need}:withdraw`, {});
});

for (const language of ["zh", "en"]) {
  for (const [screen, viewport] of Object.entries({ desk, phone: smallest })) {
    test(`every page reads well in ${language} at a ${screen}`, async () => {
      const name = await offer("结对陪伴");
      await wishFor(server.pages, `一盏台灯 ${language} ${screen}`);
      await visit(partner, async (page) => {
        const claim = async () => {
          await page.goto("/wishes");
          return card(page, `一盏台灯 ${language} ${screen}`).getByRole("link").getAttribute("href");
        };
        const pages = { pool: "/wishes", today: "/portal", referrals: "/portal/referrals", referral: `/portal/${name}`, notifications: "/portal/notifications", resources: "/portal/resources", claim: await claim() };
        if (language === "en") await page.getByRole("button", { name: "English" }).click();
        for (const [title, address] of Object.entries(pages)) {
          await page.goto(address);
          assert.equal(await page.locator("html").getAttribute("lang"), language === "zh" ? "zh-CN" : "en");
          await keep(page, `${title}-${language}-${screen}`);
          assert.ok((await overhang(page)) <= 0, `${title} scrolls sideways`);
          assert.deepEqual(await seriousViolations(page), [], title);
          if (language === "en") {
            const chrome = await page.locator("main h1, main h2, main button, main label:not(.choice), main summary, main .note").allTextContents();
            const mixed = chrome.filter((text) => /[一-鿿]/.test(text) && !/（示例）|一盏台灯|for: |^Total: /.test(text));
            assert.deepEqual(mixed, [], title);
          }
        }
      }, { viewport, colorScheme: screen === "phone" ? "dark" : "light" });
    });
  }
}

test("the keyboard alone reaches the content and a wish's claim", async () => {
  await visit(partner, async (page) => {
    await page.goto("/portal");
    await page.keyboard.press("Tab");
    assert.match(await page.evaluate(() => document.activeElement.textContent), /跳到正文/);
    await page.keyboard.press("Enter");
    for (let presses = 0; presses < 60; presses += 1) {
      await page.keyboard.press("Tab");
      if (await page.evaluate(() => /\/claim/.test(document.activeElement.getAttribute("href") ?? ""))) break;
    }
    await page.keyboard.press("Enter");
    await page.waitForURL("**/claim?item=*");
  });
});
