// Signing in with an account of one's organization: the button, the provider's page, back, and out at both, in Chromium.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { launch, results } from "./browser.mjs";
import { visitor } from "./development.mjs";

const binary = process.env.WISHWELL_TEST_BINARY;
const provider_binary = join(dirname(binary), "wishwell-test-provider");
const patience = 60_000;
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("WISHWELL_")));
const words = {
  zh: { button: "使用单位账号登录", role: "审计员", out: "退出" },
  en: { button: "Sign in with your organization", role: "auditor", out: "Sign out" },
};

let browser, provider, server, folder, pages;

/** A port that was free a moment ago. */
function free_port() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** What a program says first that fits. */
function said(program, pattern) {
  return new Promise((resolve, reject) => {
    let text = "";
    const timer = setTimeout(() => reject(new Error(`nothing of ${pattern}:\n${text}`)), patience);
    const hear = (chunk) => {
      text += chunk;
      const found = pattern.exec(text);
      if (found) {
        clearTimeout(timer);
        resolve(found[1]);
      }
    };
    program.stdout.on("data", hear);
    program.stderr.on("data", hear);
    program.once("exit", (code) => reject(new Error(`it ended with ${code}:\n${text}`)));
  });
}

before(async () => {
  browser = await launch();
  provider = spawn(provider_binary, [JSON.stringify({ "li-mei": { wishwell_role: "auditor" } })]);
  const issuer = await said(provider, /^(http\S+)$/m);
  folder = mkdtempSync(join(tmpdir(), "wishwell-organization-"));
  const at = (name) => join(folder, name);
  pages = `http://127.0.0.1:${await free_port()}`;
  writeFileSync(at("master.key"), "5a".repeat(32));
  writeFileSync(at("client.secret"), "a secret: with signs & spaces");
  const digest = createHash("sha256").update("an-operators-key").digest("hex");
  writeFileSync(
    at("principals.toml"),
    `[[principals]]\ntenant = "main"\nname = "operator"\nrole = "operator"\nkey_sha256 = ["${digest}"]\n` +
      `[[token_issuers]]\nissuer = "${issuer}"\naudiences = ["wishwell"]\nalgorithms = ["ES256"]\ntenant = "main"\njwks_url = "${issuer}/keys"\n`,
  );
  writeFileSync(
    at("sign_in.toml"),
    `public_url = "${pages}"\n[[providers]]\nid = "partners"\nissuer = "${issuer}"\n` +
      `title = { zh = "单位账号", en = "your organization" }\nclient_id = "wishwell-portal"\nclient_secret_file = "client.secret"\n`,
  );
  const flags = ["serve", "--database-url", "sqlite:wishwell.db", "--master-key-file", "master.key", "--principals-file", "principals.toml"];
  flags.push("--listen", "127.0.0.1:0", "--admin-listen", "off", "--http-listen", pages.slice("http://".length));
  flags.push("--http-secure=false", "--sign-in-file", "sign_in.toml");
  server = spawn(binary, flags, { cwd: folder, env: environment });
  await said(server, /(serving)/);
});

after(async () => {
  for (const program of [server, provider]) {
    if (program && program.exitCode === null) {
      program.kill("SIGTERM");
      await new Promise((resolve) => program.once("exit", resolve));
    }
  }
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

for (const language of ["zh", "en"]) {
  test(`an account of one's organization opens the pages one was going to, and is left at both (${language})`, async () => {
    const { page, complaints, close } = await visitor(browser, pages, { language });
    const { button, role, out } = words[language];
    await page.goto("/desk/referrals");
    assert.equal(new URL(page.url()).pathname, "/sign-in", "one signs in first");
    await page.screenshot({ path: join(results, `sign-in-organization.${language}.png`) });
    await page.getByRole("link", { name: button }).click();
    await page.getByRole("heading", { name: "Choose an account" }).waitFor();
    await page.getByRole("link", { name: "li-mei" }).click();
    await page.waitForURL(`${pages}/desk/referrals`);
    assert.match(await page.locator(".who").innerText(), new RegExp(`li-mei · ${role}`));
    await page.getByRole("button", { name: out, exact: true }).click();
    await page.waitForURL(`${pages}/`);
    await page.goto("/desk");
    assert.equal(new URL(page.url()).pathname, "/sign-in", "nobody is signed in any more");
    assert.deepEqual(complaints, []);
    await close();
  });
}
