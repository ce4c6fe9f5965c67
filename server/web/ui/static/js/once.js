// A form is sent once, however often its button is pressed.
(() => {
  const free = (form) => form.removeAttribute("aria-busy");

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.getAttribute("aria-busy") === "true") event.preventDefault();
    else {
      form.setAttribute("aria-busy", "true");
      setTimeout(free, 5000, form); // what came was a file, and the page is still here
    }
  });
  // Back from the page that it led to, it may be sent again.
  addEventListener("pageshow", () => document.querySelectorAll('form[aria-busy="true"]').forEach(free));
})();
