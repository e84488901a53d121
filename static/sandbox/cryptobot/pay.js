import {attempt, call} from "../common.js";

const coins = document.getElementById("coins");
for (const button of coins?.querySelectorAll("button") ?? []) {
  button.onclick = () => attempt(async () => {
    button.disabled = true;
    await call("/control/cryptobot/pay", {invoice_id: coins.dataset.invoice, mode: "pay", asset: button.dataset.asset});
    location.reload();
  });
}
