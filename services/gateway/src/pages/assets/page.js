// What pages do beyond htmx: they join the trace of the request that made them, and say aloud what changed.
"use strict";
(() => {
  const hex = (bytes) =>
    Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const trace = hex(16);
  document.addEventListener("htmx:config:request", (event) => {
    const request = event.detail?.ctx?.request;
    if (request?.headers) request.headers.traceparent = `00-${trace}-${hex(8)}-01`;
  });
})();
