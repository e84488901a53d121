import {attempt, call} from "../common.js";

document.querySelectorAll("[data-mode]").forEach((button) => {
  button.onclick = () => attempt(async () => {
    button.disabled = true;
    await call("/control/yookassa/pay", {id: button.dataset.id, mode: button.dataset.mode});
    location.reload();
  });
});
