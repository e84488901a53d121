"use strict";

// Tells the page around the frame how high the cards are. A height is no secret, and the policy of this page lets
// only the owner's sites frame it: so any parent may hear it.
(() => {
  let told = 0;
  const tell = () => {
    const height = Math.ceil(document.body.getBoundingClientRect().height);
    if (height === told || window.parent === window) return;
    told = height;
    window.parent.postMessage({ provodnik: "height", height }, "*");
  };
  new ResizeObserver(tell).observe(document.body);
  addEventListener("load", tell);
})();
