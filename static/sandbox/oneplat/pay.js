import {attempt, call} from "../common.js";

const button = document.getElementById("pay");
if (button) {
  button.onclick = () => attempt(async () => {
    button.disabled = true;
    await call("/control/oneplat/pay", {guid: button.dataset.guid, mode: "pay"});
    location.reload();
  });
}
