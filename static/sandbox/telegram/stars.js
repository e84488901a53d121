import {attempt, call} from "../common.js";

const people = document.getElementById("people");
const refusal = document.getElementById("refusal");

for (const button of people.querySelectorAll("button")) {
  button.onclick = () => attempt(async () => {
    button.disabled = true;
    const said = await call("/control/telegram/stars/pay", {
      invoice: people.dataset.invoice, chat_id: Number(button.dataset.chat),
    });
    if (said.paid) return location.reload();
    refusal.textContent = said.error;
    refusal.hidden = false;
    button.disabled = false;
  });
}
for (const [name, path] of [["refund", "refund"], ["renew", "renew"]]) {
  for (const button of document.querySelectorAll(`[data-${name}]`)) {
    button.onclick = () => attempt(async () => {
      button.disabled = true;
      await call(`/control/telegram/stars/${path}`, {charge: button.dataset[name]});
      location.reload();
    });
  }
}
