// A gateway before a service of its own, which a test can take away and bring back; what it stores stays.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const binary = process.env.WISHWELL_TEST_BINARY;
const patience = 60_000;
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("WISHWELL_")));

/** A port that is free now. */
function free() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Starts a command and waits until it says what is looked for. @returns the process, and what was found */
function saying(folder, args, looked) {
  const child = spawn(binary, args, { cwd: folder, env: environment, stdio: ["ignore", "pipe", "pipe"] });
  return new Promise((resolve, reject) => {
    let said = "";
    const give = (told) => reject(new Error(`${told}:\n${said}`));
    const timer = setTimeout(() => give("it says nothing of it"), patience);
    const hear = (chunk) => {
      said += chunk;
      const found = looked.exec(said);
      if (found) {
        clearTimeout(timer);
        resolve([child, found]);
      }
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.once("exit", (code) => give(`it ended with ${code}`));
  });
}

function ended(child) {
  if (!child || child.exitCode !== null) return Promise.resolve();
  child.removeAllListeners("exit");
  const end = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  return end;
}

/** Starts both. @returns where the pages are, `leave` and `comeBack` for the service, `restart` for the gateway, and `stop` for all */
export async function startApart() {
  const folder = mkdtempSync(join(tmpdir(), "wishwell-away-"));
  const [port, pagesPort] = [await free(), await free()];
  writeFileSync(join(folder, "visitor.key"), "demo-visitor");
  const serving = ["--listen", `127.0.0.1:${port}`, "--admin-listen", "off", "--http-listen", "off"];
  const gateway = ["gateway", "--http-listen", `127.0.0.1:${pagesPort}`, "--http-secure=false", "--upstream", `http://127.0.0.1:${port}`, "--visitor-key-file", "visitor.key"];
  let service;
  const comeBack = async () => { [service] = await saying(folder, serving, /demo keys/); };
  const leave = () => ended(service);
  let pages;
  const stop = async () => {
    await Promise.all([ended(service), ended(pages)]);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await comeBack();
    [pages] = await saying(folder, gateway, /"serving"/);
  } catch (error) {
    await stop();
    throw error;
  }
  return { pages: `http://127.0.0.1:${pagesPort}`, leave, comeBack, stop };
}
