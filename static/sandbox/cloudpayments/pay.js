import {attempt, call} from "../common.js";

const buttons = [...document.querySelectorAll("[data-mode]")];

// The shop is asked first, so the outcome takes a moment.
async function settled(id, before) {
  for (let tries = 0; tries < 20; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 250));
    const {order} = await call(`/control/cloudpayments/orders/${id}`);
    const latest = order.operations.at(-1);
    if (order.operations.length > before && latest.status !== "AwaitingAuthentication") return;
  }
}

for (const button of buttons) {
  button.onclick = () => attempt(async () => {
    for (const one of buttons) one.disabled = true;
    const {id, mode} = button.dataset;
    const {order} = await call(`/control/cloudpayments/orders/${id}`);
    await call("/control/cloudpayments/pay", {id, mode});
    await settled(id, order.operations.length);
    location.reload();
  });
}
