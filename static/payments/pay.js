// Keeps the page in step with the payment, and copies what a thumb would mistype. Everything works without it.
"use strict";

const box = document.getElementById("state");
const offline = document.getElementById("offline");
let known = box.dataset.known;

async function look() {
  if (document.hidden) return;
  try {
    const answer = await fetch(box.dataset.state, { headers: { "X-Known-State": known } });
    offline.hidden = true;
    if (answer.status === 404) location.reload();
    if (answer.status !== 200) return;
    known = answer.headers.get("X-State");
    const wasOpen = box.querySelector("details")?.open;
    box.innerHTML = await answer.text();
    const others = box.querySelector("details");
    if (others && wasOpen) others.open = true;
  } catch {
    offline.hidden = false;
  }
}

box.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  const label = button.textContent;
  button.textContent = box.dataset.copied;
  setTimeout(() => (button.textContent = label), 1500);
});

// A second press must not open a second invoice.
box.addEventListener("submit", (event) => {
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
});

look();
setInterval(look, Number(box.dataset.seconds) * 1000);
document.addEventListener("visibilitychange", look);
