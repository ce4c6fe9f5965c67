// After a form came back: puts the reader where it is told what is wrong.
(() => {
  const focus = (root) => root.querySelector?.("[data-focus]")?.focus();
  focus(document);
  document.addEventListener("htmx:after:swap", (event) => focus(event.target));

  // Escape closes a question, and puts the focus where it was asked.
  document.addEventListener("keydown", (event) => {
    const open = event.key === "Escape" && event.target.closest?.("details.confirm[open]");
    if (!open) return;
    open.open = false;
    open.querySelector("summary").focus();
  });
})();
