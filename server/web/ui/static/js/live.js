// Keeps parts of a page as the server has them: <div data-live-url="EVENTS" data-live-fragment="HTML">.
// Each event has the fragment fetched again; what somebody is writing in there is not taken away.
(() => {
  const CALM = 300, HIDDEN = 60000, LONGEST = 30000;
  const said = (text) => document.dispatchEvent(new CustomEvent("say", { detail: text }));

  const busy = (part) => part.querySelector("details.confirm[open], .htmx-request, [aria-busy='true']")
    || part.contains(document.activeElement) && document.activeElement.matches("input, textarea, select");

  const refocus = (part, id) => id && part.querySelector("#" + CSS.escape(id))?.focus({ preventScroll: true });

  class Live {
    constructor(part) {
      this.part = part;
      this.pause = 1000;
      this.waiting = 0;
      // What waited for somebody to finish is fetched when they have.
      part.addEventListener("focusout", () => this.late && this.soon());
      part.addEventListener("toggle", () => this.late && this.soon(), true);
      this.open();
    }

    open() {
      this.close();
      const source = this.source = new EventSource(this.part.dataset.liveUrl);
      source.onopen = () => {
        this.note("on");
        // Whatever happened while there was no connection.
        if (this.broken) this.soon();
        this.broken = false;
        this.pause = 1000;
      };
      for (const name of ["message", "changed", ...(this.part.dataset.liveEvents ?? "").split(" ").filter(Boolean)]) {
        source.addEventListener(name, () => this.soon());
      }
      source.addEventListener("end", () => this.end());
      source.addEventListener("error", () => this.failed());
    }

    // The server has nothing more to tell: what there is now stays.
    end() {
      this.over = true;
      this.close();
      this.soon();
    }

    close() {
      this.source?.close();
      this.source = null;
      clearTimeout(this.again);
    }

    failed() {
      this.broken = true;
      this.note("off");
      // A browser tries again by itself unless the server refused; then later and later.
      if (this.source?.readyState !== EventSource.CLOSED) return;
      this.close();
      this.soon(); // is nobody signed in any more?
      this.again = setTimeout(() => this.open(), this.pause);
      this.pause = Math.min(this.pause * 2, LONGEST);
    }

    note(state) { this.part.dataset.live = state; }

    soon() {
      clearTimeout(this.waiting);
      this.waiting = setTimeout(() => this.fetch(), CALM);
    }

    async fetch() {
      this.late = Boolean(busy(this.part));
      if (this.late || !this.part.isConnected) return;
      let answer;
      try {
        answer = await fetch(this.part.dataset.liveFragment, { headers: { "HX-Request": "true" } });
      } catch {
        return; // The connection is gone; it tells when it is back.
      }
      if (answer.status === 401) location.reload();
      if (answer.ok) this.show(await answer.text());
    }

    show(html) {
      if (html === this.html) return;
      if (busy(this.part)) { this.late = true; return; }
      this.html = html;
      const focused = this.part.contains(document.activeElement) ? document.activeElement.id : "";
      this.part.innerHTML = html;
      globalThis.htmx?.process(this.part);
      refocus(this.part, focused);
      said(this.part.dataset.liveSays ?? "The page was updated.");
    }
  }

  const all = [...document.querySelectorAll("[data-live-url]")].map((part) => new Live(part));
  const stop = () => all.forEach((each) => each.close());
  const start = () => all.forEach((each) => { if (!each.source && !each.over) { each.broken = true; each.open(); } });

  let rest = 0;
  document.addEventListener("visibilitychange", () => {
    clearTimeout(rest);
    if (document.hidden) rest = setTimeout(stop, HIDDEN);
    else start();
  });
  addEventListener("pagehide", stop);
  addEventListener("pageshow", (event) => event.persisted && start());
})();
