// What pages do beyond htmx: they join the trace of the request that made them, say so while the service does not answer, and ask before what
// somebody filled in is lost.
(() => {
  "use strict";
  const hex = (bytes) =>
    Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const trace = hex(16);
  document.addEventListener("htmx:config:request", (event) => {
    const request = event.detail?.ctx?.request;
    if (request?.headers) request.headers.traceparent = `00-${trace}-${hex(8)}-01`;
  });

  // The switch of languages opens a page anew. A form that comes back with what was filled in says so itself.
  let filled = document.querySelector("main form[data-filled]") !== null;
  document.addEventListener("input", (event) => {
    if (event.target.closest("main form[method=post]")) filled = true;
  });
  document.addEventListener("submit", (event) => {
    const ask = event.target.dataset.filled;
    if (ask && filled && !confirm(ask)) event.preventDefault();
  });

  // Parts of the page that had no answer. What they show stays; each asks again until it has one. What listens comes back by itself
  // once it was heard; until then it is a part like the others.
  const waiting = new Set();
  const listening = new WeakSet();
  const again = 5000;
  const say = () => {
    for (const part of waiting) if (!part.isConnected) waiting.delete(part);
    const place = document.getElementById("away");
    const text = waiting.size > 0 ? place?.dataset.text : "";
    if (place && place.textContent !== text) place.textContent = text;
  };
  const answered = (part, is) => {
    if (!(part instanceof Element)) return;
    if (is) {
      waiting.delete(part);
    } else {
      waiting.add(part);
      const address = part.getAttribute("hx-get") ?? part.getAttribute("hx-sse:connect");
      if (address && !listening.has(part)) setTimeout(() => waiting.has(part) && part.isConnected && htmx.ajax("GET", address, { source: part }), again);
    }
    say();
  };
  document.addEventListener("htmx:after:request", (event) => {
    const { sourceElement, response } = event.detail.ctx;
    answered(sourceElement, response.status < 500 && response.status !== 429);
  });
  document.addEventListener("htmx:error", (event) => {
    const ctx = event.detail.ctx;
    if (ctx && !ctx.response) answered(ctx.sourceElement, false);
  });
  document.addEventListener("htmx:sse:error", (event) => answered(event.target, false));
  document.addEventListener("htmx:sse:after:connection", (event) => {
    listening.add(event.target);
    answered(event.target, true);
  });
  document.addEventListener("htmx:sse:close", (event) => listening.delete(event.target));
})();
