// What pages do besides where scripts run. All of it can be done without this file.
"use strict";

// An address is shown in letters and copied percent-encoded, whole, by hand as by the button.
document.addEventListener("copy", (event) => {
  const selected = getSelection().toString().trim();
  const shown = [...document.querySelectorAll("[data-address]")].find(({ textContent }) => textContent === selected);
  if (!shown) return;
  event.clipboardData.setData("text/plain", shown.dataset.address);
  event.preventDefault();
});

for (const row of document.querySelectorAll(".copy")) {
  const shown = row.querySelector("[data-address]");
  const copy = row.querySelector("[data-copied]");
  const share = row.querySelector("[data-share]");
  const { address } = shown.dataset;
  copy.hidden = false;
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(address);
    } catch {
      // Browsers give pages of http no clipboard; the listener above copies for them.
      getSelection().selectAllChildren(shown);
      if (!document.execCommand("copy")) return;
    }
    row.querySelector("[role=status]").textContent = copy.dataset.copied;
  });
  // Readers on phones are among the programs that take what is shared.
  const shared = { title: share.dataset.share, url: address };
  share.hidden = !navigator.canShare?.(shared) || !matchMedia("(pointer: coarse)").matches;
  share.addEventListener("click", () => navigator.share(shared).catch(() => {}));
}

const panel = document.querySelector("details.subscribe");
if (panel) {
  // With its scheme inside, the address tells readers to use https.
  const open = panel.querySelector("[href^='feed:']");
  if (open) open.href = `feed:${panel.querySelector("[data-address]").dataset.address}`;

  // Browsers that do not open what contains the target of a link.
  const follow = () => {
    if (location.hash === "#subscribe") panel.open = true;
  };
  addEventListener("hashchange", follow);
  follow();

  // Who opened the panel before knows what a feed is.
  try {
    const how = panel.querySelector(".how");
    if (how && localStorage.getItem("subscribed")) how.open = false;
    panel.addEventListener("toggle", () => localStorage.setItem("subscribed", "1"), { once: true });
  } catch {
    // Storage is off: the explanation stays open.
  }
}
