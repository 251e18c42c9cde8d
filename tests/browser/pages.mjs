// Every page in a real browser.
//
//   node pages.mjs TASPA SAMPLES [SCREENSHOTS]
//
// TASPA is the built program, SAMPLES a folder of articles; pictures of the pages go to the folder
// SCREENSHOTS. Fails when a page writes to the console, breaks its content security policy, loads
// anything from elsewhere, scrolls sideways on a phone, runs what an article brought, has a dead
// link, is refused by the HTML checker, or has a barrier that axe knows.

import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { chromium } from "playwright-core";
import { freePort, start } from "./daemon.mjs";
import { furnish } from "./newsroom.mjs";

const require = createRequire(import.meta.url);
const run = promisify(execFile);

const SCREENS = {
  phone: { width: 390, height: 844 },
  desktop: { width: 1280, height: 900 },
};
const SCHEMES = ["light", "dark"];

/** One page of each kind, in each language and for each kind of content. */
const PAGES = {
  catalogue: "/",
  "catalogue-kk": "/?lang=kk",
  "catalogue-en": "/?lang=en",
  sections: "/sections",
  tags: "/tags",
  "authors-kk": "/authors?lang=kk",
  "tags-letter": "/tags?letter=м",
  "tags-found": "/tags?q=мажылис",
  "tags-found-kk": "/tags?q=қала&lang=kk",
  "feed-all": "/all",
  "feed-declared": "/parliament",
  "feed-kk": "/qazaqsha",
  "feed-en": "/world/english",
  "feed-empty": "/quiet",
  "feed-tag": "/tags/мажилис",
  "feed-select": "/select?any=section:спорт,мажилис",
  "feed-from-browser": "/parliament.rss",
  "article-hostile": "/articles/hostile",
};

/** Addresses of nothing, whose pages have another status. */
const MISSING = {
  "missing-tag": "/tags/мажылис",
  "missing-tag-kk": "/tags/мажылис?lang=kk",
  "missing-article": "/articles/none?lang=en",
};

const failures = [];

function expect(condition, message) {
  if (!condition) failures.push(message);
}

async function main([program, samples, screenshots]) {
  const folder = await mkdtemp(join(tmpdir(), "taspa-browser-"));
  const port = await freePort();
  const { base, config } = await furnish(folder, resolve(samples), port);
  const daemon = await start(resolve(program), config, base);
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
  try {
    const pages = { ...PAGES, ...MISSING, ...(await articles(base)) };
    for (const scheme of SCHEMES) {
      for (const [screen, viewport] of Object.entries(SCREENS)) {
        const context = await browser.newContext({ viewport, colorScheme: scheme });
        for (const [name, path] of Object.entries(pages)) {
          await visit(context, base, { name, path, screen, scheme, screenshots });
        }
        await context.close();
      }
    }
    await checkMarkup(base, pages, folder);
    const links = await checkLinks(base, Object.values(pages));
    await checkRaw(browser, base);
    console.log(`${Object.keys(pages).length} pages on ${Object.keys(SCREENS).length} screens in ${SCHEMES.length} schemes, ${links} links`);
  } finally {
    await browser.close();
    const status = await daemon.stop();
    expect(status === 0, `taspa ended with ${status}`);
    await rm(folder, { recursive: true });
  }
  for (const failure of new Set(failures)) console.error(`✗ ${failure}`);
  process.exitCode = failures.length > 0 ? 1 : 0;
}

/** An article in each language, found as a reader would: through the feeds. */
async function articles(base) {
  const found = {};
  for (const [name, feed] of Object.entries({ ru: "parliament", kk: "qazaqsha", en: "world/english" })) {
    const { items } = await (await fetch(`${base}/${feed}.json`)).json();
    const item = items.find((item) => item.url.startsWith(base) && !item.url.endsWith("/hostile"));
    if (item === undefined) throw new Error(`no article in ${feed}`);
    found[`article-${name}`] = item.url.slice(base.length);
  }
  return found;
}

async function visit(context, base, { name, path, screen, scheme, screenshots }) {
  const page = await context.newPage();
  const where = `${name} (${screen}, ${scheme})`;
  page.on("console", (message) => expect(tolerated(message, name), `${where}: console: ${message.text()}`));
  page.on("pageerror", (error) => expect(false, `${where}: ${error}`));
  page.on("dialog", (dialog) => dialog.dismiss().then(() => expect(false, `${where}: a dialog opened`)));
  // Pictures of articles come from the invented site, which does not exist.
  await page.route((url) => url.origin !== base, (route) => {
    expect(route.request().resourceType() === "image" || route.request().resourceType() === "media",
      `${where}: asks ${route.request().url()}`);
    return route.abort("blockedbyclient");
  });
  const answer = await page.goto(base + path, { waitUntil: "load" });
  expect(answer.status() === (name in MISSING ? 404 : 200), `${where}: status ${answer.status()}`);
  expect(answer.headers()["content-type"]?.startsWith("text/html"), `${where}: ${answer.headers()["content-type"]}`);
  expect(answer.headers()["content-security-policy"]?.includes("default-src 'none'"), `${where}: no strict policy`);
  const seen = await page.evaluate(() => ({
    pwned: window.pwned,
    scripts: document.scripts.length,
    wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    styled: getComputedStyle(document.body).fontFamily,
    headings: document.querySelectorAll("h1").length,
    language: document.documentElement.lang,
    handlers: [...document.querySelectorAll("*")].filter((element) =>
      element.getAttributeNames().some((name) => name.startsWith("on") || name === "style")).length,
    javascript: [...document.links].filter((link) => link.protocol === "javascript:").length,
  }));
  expect(seen.pwned === undefined, `${where}: ran ${seen.pwned}`);
  expect(seen.scripts === 0, `${where}: ${seen.scripts} scripts`);
  expect(seen.handlers === 0, `${where}: ${seen.handlers} elements with handlers or styles`);
  expect(seen.javascript === 0, `${where}: ${seen.javascript} javascript links`);
  expect(seen.wide <= 0, `${where}: ${seen.wide} pixels too wide`);
  expect(seen.headings === 1, `${where}: ${seen.headings} first headings`);
  expect(["ru", "kk", "en"].includes(seen.language), `${where}: language ${seen.language}`);
  await checkBarriers(page, where);
  if (screenshots) {
    await mkdir(screenshots, { recursive: true });
    await page.screenshot({ path: join(screenshots, `${name}-${screen}-${scheme}.png`), fullPage: screen === "phone" && scheme === "light" });
  }
  await page.close();
}

/** What the browser says of the pictures that this test keeps it from fetching, and of pages that are errors. */
function tolerated(message, name) {
  const expected = ["ERR_BLOCKED_BY_CLIENT", ...(name in MISSING ? ["404"] : [])];
  return message.type() === "error" && expected.some((part) => message.text().includes(part));
}

/** Barriers for people with disabilities, contrast among them. */
async function checkBarriers(page, where) {
  await page.evaluate(await readFile(require.resolve("axe-core/axe.min.js"), "utf8"));
  const { violations } = await page.evaluate(() => window.axe.run({ resultTypes: ["violations"] }));
  for (const { id, help, nodes } of violations) {
    expect(false, `${where}: axe ${id}: ${help}: ${nodes.slice(0, 2).map((node) => node.html.slice(0, 160)).join(" | ")}`);
  }
}

/** The HTML of every page, by the checker of the HTML specification's community. */
async function checkMarkup(base, pages, folder) {
  const files = [];
  for (const [name, path] of Object.entries(pages)) {
    const answer = await fetch(base + path, { headers: { "Sec-Fetch-Dest": "document" } });
    const file = join(folder, `${name}.html`);
    await writeFile(file, await answer.text());
    files.push(file);
  }
  const jar = require("vnu-jar");
  const { stderr } = await run("java", ["-jar", jar, "--format", "json", "--exit-zero-always", ...files], { maxBuffer: 1 << 26 });
  for (const { type, url, lastLine, message } of JSON.parse(stderr).messages) {
    expect(type === "info", `${url.split("/").pop()}:${lastLine}: ${message}`);
  }
}

/** Follows every link of every page that leads to this server; gives how many there are. */
async function checkLinks(base, paths) {
  const links = new Set();
  for (const path of paths) {
    const html = await (await fetch(base + path, { headers: { "Sec-Fetch-Dest": "document" } })).text();
    for (const [, raw] of html.matchAll(/(?:href|src)="([^"]*)"/g)) {
      const url = new URL(unescaped(raw), base + path);
      url.hash = "";
      if (url.origin === base) links.add(url.href);
    }
  }
  for (const link of links) {
    const answer = await fetch(link, { redirect: "manual" });
    expect(answer.status === 200 || answer.status === 302, `${decodeURI(link)}: status ${answer.status}`);
  }
  return links.size;
}

function unescaped(text) {
  const entities = { "&amp;": "&", "&quot;": "\"", "&lt;": "<", "&gt;": ">", "&#x2f;": "/", "&#x27;": "'" };
  return text.replace(/&(?:amp|quot|lt|gt|#x2f|#x27);/g, (entity) => entities[entity]);
}

/** A feed opened in a browser is a page; with `raw` it is the feed. */
async function checkRaw(browser, base) {
  const page = await browser.newPage();
  const shown = await page.goto(`${base}/parliament.rss`);
  expect(shown.headers()["cache-control"] === "no-store", "a feed's page in a browser may be stored");
  expect(shown.headers().etag === undefined, "a feed's page in a browser has a tag");
  const raw = await page.goto(`${base}/parliament.rss?raw`);
  expect(raw.headers()["content-type"].startsWith("application/rss+xml"), `raw: ${raw.headers()["content-type"]}`);
  await page.close();
}

await main(process.argv.slice(2));
