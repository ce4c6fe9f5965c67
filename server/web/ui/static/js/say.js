// Tells screen readers what happened, politely: document.dispatchEvent(new CustomEvent("say", {detail: "…"})).
(() => {
  document.addEventListener("say", (event) => {
    const place = document.getElementById("said");
    if (!place) return;
    place.textContent = "";
    setTimeout(() => { place.textContent = event.detail; }, 50);
  });
})();
