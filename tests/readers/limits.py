"""What parsers do not understand, and why: by parser, format and field. Each must stay true."""

Place = tuple[str, str, str]

FIRST_AUTHOR = "keeps the first of several authors"
LAST_AUTHOR = "keeps the last of several authors"
NO_CATEGORIES = "has no categories in its data"
NO_UPDATED = "knows no date but that of publication"
DECODES_TWICE = "takes a reference that the headline itself holds, such as `&nbsp;`, for markup"
HALF_DECODES = "writes `&` as `&amp;` where the headline holds other references"
STRIPS_TEXT = "removes what looks like an element from text that is not HTML"

LIMITS: dict[Place, str] = {
    ("feedparser", "rss", "title"): HALF_DECODES,
    ("fastfeedparser", "rss", "authors"): FIRST_AUTHOR,
    ("fastfeedparser", "atom", "authors"): FIRST_AUTHOR,
    ("fastfeedparser", "json", "authors"): FIRST_AUTHOR,
    ("atoma", "rss", "updated"): NO_UPDATED,
    ("atoma", "rss", "authors"): "reads `author`, which must be an e-mail address, and not `dc:creator`",
    ("atoma", "json", "authors"): "reads `author` of JSON Feed 1.0 and not `authors`",
    ("reader", "rss", "title"): HALF_DECODES,
    ("reader", "rss", "authors"): LAST_AUTHOR,
    ("reader", "atom", "authors"): LAST_AUTHOR,
    ("reader", "json", "authors"): "joins several authors to one",
    ("reader", "rss", "categories"): NO_CATEGORIES,
    ("reader", "atom", "categories"): NO_CATEGORIES,
    ("reader", "json", "categories"): NO_CATEGORIES,
    ("rss-parser", "rss", "updated"): NO_UPDATED,
    ("rss-parser", "rss", "authors"): FIRST_AUTHOR,
    ("rss-parser", "atom", "updated"): NO_UPDATED,
    ("rss-parser", "atom", "authors"): FIRST_AUTHOR,
    ("rss-parser", "atom", "categories"): "reads categories of RSS only",
    ("@rowanmanning", "rss", "updated"): "does not read `atom:updated` in RSS",
    ("@rowanmanning", "rss", "text"): STRIPS_TEXT,
    ("@rowanmanning", "atom", "title"): DECODES_TWICE,
    ("@rowanmanning", "atom", "text"): STRIPS_TEXT,
}
