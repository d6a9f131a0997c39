// What a page under Puppeteer may load. Used by fidelity/ and peer/.

/** Answers a request of a page with `known`, which Puppeteer's `respond` takes. Without that, lets through what needs no
 * network, and refuses all else. */
export function answer(request, known) {
  let handled;
  if (known) handled = request.respond(known);
  else if (/^(data|blob|about):/.test(request.url())) handled = request.continue();
  else handled = request.abort();
  handled.catch(() => {});
}
