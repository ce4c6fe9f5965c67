// Keeps "in 3 days" true while a page is open, by the server's clock. Says what moments.py says.
(() => {
  const units = [["year", 31536000], ["month", 2592000], ["day", 86400], ["hour", 3600], ["minute", 60]];
  const told = document.querySelector('meta[name="clock"]');
  const ahead = told ? Date.parse(told.content) - Date.now() : 0;

  const relative = (seconds) => {
    for (const [unit, length] of units) {
      const count = Math.floor(Math.abs(seconds) / length);
      if (count) {
        const words = count + " " + unit + (count === 1 ? "" : "s");
        return seconds > 0 ? "in " + words : words + " ago";
      }
    }
    return "now";
  };

  const refresh = () => {
    const now = Date.now() + ahead;
    for (const time of document.querySelectorAll("time[data-relative]")) {
      const place = time.querySelector(".relative");
      const text = relative((Date.parse(time.dateTime) - now) / 1000);
      if (place && place.textContent !== text) place.textContent = text;
    }
  };

  setInterval(refresh, 15000);
  document.addEventListener("visibilitychange", () => document.hidden || refresh());
})();
