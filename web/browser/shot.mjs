/**
 * Pictures of the console's pages, with what a browser has to complain about.
 *
 *   node browser/shot.mjs http://localhost:8020 pictures LOGIN PASSWORD /customers /insight [--dark] [--en] [--width=1280]
 *
 * Ends with 1 when there was a console error, a failed request or a serious finding of axe-core.
 */
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

import { chromium } from "playwright-core";

const flags = new Map(
  process.argv.filter((word) => word.startsWith("--")).map((word) => /** @type {[string, string]} */ (word.slice(2).split("="))),
);
const [base, folder, login, password, ...paths] = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: quiet });
const language = flags.has("en") ? "en" : "zh";
const context = await browser.newContext({
  viewport: { width: Number(flags.get("width") ?? 1280), height: Number(flags.get("height") ?? 800) },
  locale: language === "en" ? "en-GB" : "zh-CN",
  colorScheme: flags.has("dark") ? "dark" : "light",
  reducedMotion: "reduce",
  bypassCSP: true, // only so that axe can be put into the page
});
const page = await context.newPage();
let problems = 0;
const complain = (/** @type {string} */ text) => {
  problems += 1;
  console.log(`  ${text}`);
};
page.on("console", (message) => message.type() === "error" && !message.text().includes("401") && complain(`console: ${message.text()}`));
page.on("pageerror", (error) => complain(`threw: ${error.stack}`));
page.on("response", (answer) => answer.status() >= 400 && answer.status() !== 401 && complain(`${answer.status()} ${answer.url()}`));

async function take(/** @type {string} */ path) {
  console.log(path);
  await page.goto(base + path);
  await page.waitForLoadState("networkidle");
  await page.waitForTimeout(400);
  const name = [path.replace(/[^\w]+/g, "-").replace(/^-|-$/g, "") || "start", language, ...flags.keys()].filter((part) => part !== "en").join("-");
  await page.screenshot({ path: join(folder, `${name}.png`) });
  await page.evaluate(axe);
  const found = await page.evaluate(() => /** @type {any} */ (globalThis).axe.run());
  for (const one of found.violations.filter((/** @type {any} */ one) => ["serious", "critical"].includes(one.impact))) {
    complain(`axe ${one.impact} ${one.id}: ${one.nodes.map((/** @type {any} */ node) => `${node.html.slice(0, 160)} ${node.any?.[0]?.message ?? ""}`).join("\n      ")}`);
  }
}

await take("/sign-in");
if (login && password) {
  await page.locator("#login").fill(login);
  await page.locator("#password").fill(password);
  await page.locator("button[type=submit]").click();
  await page.waitForURL((url) => url.pathname !== "/sign-in");
}
for (const path of paths) await take(path);
await browser.close();
process.exit(problems ? 1 : 0);
