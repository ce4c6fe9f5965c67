// Copies a text of the page, and saves it as a file, without asking the server again: a key is sent once only.
(() => {
  const said = (text) => document.dispatchEvent(new CustomEvent("say", { detail: text }));

  const select = (place) => {
    const range = document.createRange();
    range.selectNodeContents(place);
    const selection = getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
  };

  const copy = async (button) => {
    const place = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(place.value ?? place.textContent);
      said("Copied.");
      button.classList.add("done");
      setTimeout(() => button.classList.remove("done"), 2000);
    } catch {
      select(place);
      said("Selected: copy it with the keyboard.");
    }
  };

  const download = (button) => {
    const place = document.getElementById(button.dataset.download);
    const url = URL.createObjectURL(new Blob([place.value ?? place.textContent], { type: "application/x-pem-file" }));
    const link = Object.assign(document.createElement("a"), { href: url, download: button.dataset.filename });
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 60000);
    said("Saved as " + button.dataset.filename + ".");
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-copy], [data-download]");
    if (!button) return;
    if ("copy" in button.dataset) copy(button);
    else download(button);
  });
})();
