// Puts cards of verified companies into any page:
//   <div data-provodnik-partner="P-261122-0001"></div>
//   <div data-provodnik-catalogue="region=50&specialisation=roofing"></div>
//   <script src="https://…/partners/embed.js" async></script>
(() => {
  "use strict";

  const script = document.currentScript;
  if (!script || window.provodnikCards) return;
  window.provodnikCards = true;

  const home = new URL(script.src).origin;
  const PLACES = "[data-provodnik-partner], [data-provodnik-catalogue]";
  const CODE = /^P-\d{6}-\d{4,5}$/;
  const TITLE = "Provodnik";
  const TALLEST = 6000; // pixels
  const frames = new Set();

  const address = (place) => {
    const { provodnikPartner: given, provodnikCatalogue: filter, provodnikTheme, provodnikLang } = place.dataset;
    let url;
    if (given !== undefined) {
      const code = given.trim().toUpperCase();
      if (!CODE.test(code)) return null;
      url = new URL(`/partners/${code}/card/`, home);
    } else {
      url = new URL("/partners/embed/", home);
      url.search = new URLSearchParams(filter.trim().replace(/^\?/, "")).toString();
    }
    if (provodnikTheme) url.searchParams.set("theme", provodnikTheme);
    if (provodnikLang) url.searchParams.set("lang", provodnikLang);
    return url.href;
  };

  const fill = (place) => {
    if (place.dataset.provodnikReady) return;
    place.dataset.provodnikReady = "yes";
    const source = address(place);
    if (!source) {
      console.warn("Provodnik: no such code", place.dataset.provodnikPartner);
      return;
    }
    const frame = document.createElement("iframe");
    frame.src = source;
    frame.title = place.dataset.provodnikTitle || TITLE;
    frame.loading = "lazy";
    Object.assign(frame.style, { width: "100%", height: "180px", border: "0", display: "block", colorScheme: "normal" });
    place.replaceChildren(frame);
    frames.add(frame);
  };

  const fillAll = () => document.querySelectorAll(PLACES).forEach(fill);

  addEventListener("message", (event) => {
    if (event.origin !== home || !event.data || event.data.provodnik !== "height") return;
    const height = Number(event.data.height);
    if (!(height > 0)) return;
    for (const frame of frames) {
      if (frame.contentWindow === event.source) frame.style.height = `${Math.min(height, TALLEST)}px`;
    }
  });

  // A site builder may put its blocks in after the page has loaded.
  const begin = () => {
    fillAll();
    new MutationObserver(fillAll).observe(document.body, { childList: true, subtree: true });
  };
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", begin);
  else begin();
})();
