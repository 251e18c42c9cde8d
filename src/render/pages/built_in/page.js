// What pages do besides when scripts run. Without this file each of them works as well.
"use strict";

// An address is shown in letters and copied percent-encoded, by the button and by hand.
document.addEventListener("copy", (event) => {
  const selection = getSelection();
  const shown = [...document.querySelectorAll("[data-address]")].find((element) =>
    selection.toString().trim() === element.textContent);
  if (!shown) return;
  event.clipboardData.setData("text/plain", shown.dataset.address);
  event.preventDefault();
});

for (const button of document.querySelectorAll("[data-copied]")) {
  const parts = button.parentElement;
  const shown = parts.querySelector("[data-address]");
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(shown.dataset.address);
    } catch {
      // Browsers give the clipboard only to pages of https: then the listener above copies.
      getSelection().selectAllChildren(shown);
      if (!document.execCommand("copy")) return;
    }
    parts.querySelector("[role=status]").textContent = button.dataset.copied;
  });
}
