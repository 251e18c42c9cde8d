// What the parsers of npm read in a feed.
//
//   node parsers.mjs PARSER FILE
//
// Prints a JSON list with an object an entry: id, title, link, published, updated, authors,
// categories, text. What a parser does not know is null.

import { readFile } from "node:fs/promises";

const PARSERS = { "rss-parser": rssParser, feedsmith, "@rowanmanning/feed-parser": feedParser };

const [parser, file] = process.argv.slice(2);
const document = await readFile(file, "utf8");
console.log(JSON.stringify(await PARSERS[parser](document)));

async function rssParser(document) {
  const { default: Parser } = await import("rss-parser");
  const { items } = await new Parser().parseString(document);
  return items.map((item) => ({
    id: item.guid ?? item.id ?? null,
    title: item.title ?? null,
    link: item.link ?? null,
    published: item.isoDate ?? null,
    updated: null,
    authors: item.creator ?? item.author ? [item.creator ?? item.author] : [],
    categories: (item.categories ?? []).map((category) => category._ ?? category.$?.term ?? category),
    text: item["content:encoded"] ?? item.content ?? item.summary ?? null,
  }));
}

async function feedsmith(document) {
  const { parseFeed } = await import("feedsmith");
  const { format, feed } = parseFeed(document);
  return { rss: smithRss, atom: smithAtom, json: smithJson }[format](feed);
}

function smithRss({ items }) {
  return items.map((item) => ({
    id: item.guid?.value ?? null,
    title: text(item.title),
    link: item.link ?? null,
    published: item.pubDate ?? null,
    updated: item.atom?.updated ?? null,
    authors: item.dc?.creators ?? [],
    categories: (item.categories ?? []).map((category) => category.name),
    text: item.content?.encoded ?? text(item.description),
  }));
}

function smithAtom({ entries }) {
  return entries.map((entry) => ({
    id: entry.id ?? null,
    title: text(entry.title),
    link: (entry.links ?? []).find((link) => link.rel === "alternate" || !link.rel)?.href ?? null,
    published: entry.published ?? null,
    updated: entry.updated ?? null,
    authors: (entry.authors ?? []).map((author) => author.name),
    categories: (entry.categories ?? []).map((category) => category.label ?? category.term),
    text: text(entry.content) ?? text(entry.summary),
  }));
}

function smithJson({ items }) {
  return items.map((item) => ({
    id: item.id ?? null,
    title: item.title ?? null,
    link: item.url ?? null,
    published: item.date_published ?? null,
    updated: item.date_modified ?? null,
    authors: (item.authors ?? []).map((author) => author.name),
    categories: item.tags ?? [],
    text: item.content_html ?? item.content_text ?? null,
  }));
}

/** The value of a text construct, whichever way this version of the parser gives it. */
function text(construct) {
  return construct?.value ?? construct ?? null;
}

async function feedParser(document) {
  const { parseFeed } = await import("@rowanmanning/feed-parser");
  return parseFeed(document).items.map((item) => ({
    id: item.id,
    title: item.title,
    link: item.url,
    published: item.published,
    updated: item.updated,
    authors: item.authors.map((author) => author.name),
    categories: item.categories.map((category) => category.label ?? category.term),
    text: item.content ?? item.description,
  }));
}
