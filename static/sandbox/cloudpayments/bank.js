import {attempt, call, copy, dateTime, follow, make, roubles, time, toast} from "../common.js";
import {FAULTS, WAYS} from "./ways.js";

const SERVICE = "cloudpayments";
const TONES = {Completed: "good", Cancelled: "bad", Declined: "bad"};
const find = (id) => document.getElementById(id);
let orders = [], current = new URLSearchParams(location.search).get("id"), filled = false;

function state(order) {
  return make("span", {className: `badge ${TONES[order.status] ?? "warn"}`}, order.status_name);
}

function drawOrders() {
  find("orders").replaceChildren(...orders.map((order) => make("li", {}, make("button", {
    type: "button", ariaCurrent: String(order.id === current), onclick: () => choose(order.id),
  },
  make("span", {className: "sum"}, roubles(order.amount)), state(order),
  make("span", {className: "id"}, `${time(order.created)} · ${order.description} · ${order.invoice_id}`)))));
  if (!orders.length) {
    find("orders").append(make("li", {className: "card empty"},
      "Счетов пока нет. Выберите в чате тариф и карту CloudPayments – и счёт появится здесь."));
  }
}

function choose(id) {
  current = id;
  find("desk").classList.toggle("chosen", Boolean(id));
  drawOrders();
  drawOrder();
}

function operation(one) {
  const words = one.parent ? `возврат платежа ${one.parent}` : `${one.status}${one.reason ? ` · ${one.reason} ${one.reason_code}` : ""}`;
  return [`Операция ${one.id}`, `${Number(one.amount)} ${one.currency} · ${words}`];
}

function facts(order) {
  const rows = [
    ["Заказ", order.invoice_id], ["Ссылка", `${order.number} · ${order.id}`], ["Плательщик", order.account_id],
    ["Создана", dateTime(order.created)], ...order.operations.map(operation),
  ];
  if (Number(order.refunded)) rows.unshift(["Возвращено", roubles(order.refunded)]);
  return make("dl", {className: "facts"}, rows.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]));
}

function pay(mode, words) {
  const amount = find("amount")?.value.replace(",", "."), count = find("number")?.value;
  const details = {count: Number(count) || 5, seconds: Number(count) || 5};
  if (["less", "more", "refund", "refund_lost"].includes(mode) && amount) details.amount = amount;
  attempt(async () => {
    await call(`/control/${SERVICE}/pay`, {id: current, mode, ...details});
    toast(words);
  });
}

function way([mode, words, meaning], extra) {
  return make("button", {type: "button", className: extra, title: meaning, onclick: () => pay(mode, words)}, words);
}

function ways() {
  return make("div", {className: "ways"},
    make("div", {className: "row main"}, way(["pay", "Оплатить", "Check и Pay"], "primary")),
    WAYS.map(([title, extra, list]) => make("div", {},
      make("h3", {}, title), make("div", {className: "row"}, list.map((one) => way(one, extra))))),
    make("div", {className: "amounts"},
      make("label", {}, "Сумма для «меньше», «больше», «вернуть»", make("input", {id: "amount", inputMode: "decimal", placeholder: "±50 ₽ или всё"})),
      make("label", {}, "N: повторы или секунды", make("input", {id: "number", inputMode: "numeric", value: "5"}))));
}

function delivery(one) {
  const done = one.done ? "good" : one.attempts.length ? "bad" : "warn";
  const words = one.done ? "принят" : one.attempts.length ? "не принят" : "в пути";
  const headers = Object.entries(one.headers).map(([name, value]) => `${name}: ${value}`).join("\n");
  return make("details", {id: `delivery-${one.number}`}, make("summary", {},
    make("span", {}, `${time(one.at)} · ${one.label}`), make("span", {className: `badge ${done}`}, words),
    make("span", {className: "tries"}, one.attempts.map((tried, number) => `${number + 1}) ${tried}`).join("   "))),
  make("pre", {}, headers),
  make("pre", {title: "Скопировать", onclick: (event) => copy(event.currentTarget.textContent)}, one.body));
}

function drawOrder() {
  const order = orders.find((one) => one.id === current);
  const box = find("order");
  if (!order) {
    box.replaceChildren(make("div", {className: "card empty"}, "Выберите счёт слева, чтобы оплатить его."));
    return;
  }
  const open = new Set([...box.querySelectorAll("details[open]")].map((one) => one.id));
  const kept = ["amount", "number"].map((id) => [id, find(id)?.value]);
  const log = [...order.deliveries].reverse().map(delivery);
  log.forEach((one) => { one.open = open.has(one.id); });
  box.replaceChildren(
    make("button", {type: "button", className: "return", onclick: () => choose(null)}, "← Все счета"),
    make("div", {className: "card"},
      make("div", {className: "head"},
        make("div", {}, make("div", {className: "total"}, roubles(order.amount)), state(order)),
        make("a", {className: "button", href: order.pay_url, target: "_blank", rel: "noopener"}, "Страница оплаты ↗")),
      facts(order)),
    make("div", {className: "card"}, make("h2", {}, "Оплатить"), ways()),
    make("div", {className: "card"}, make("h2", {}, "Уведомления системе"),
      make("div", {className: "log"}, log.length ? log : make("p", {className: "soft"}, "Уведомлений ещё не было."))),
    make("div", {className: "card"}, make("h2", {}, "История"),
      make("ul", {className: "past"}, order.history.map((line) => {
        const [at, ...words] = line.split(" ");
        return make("li", {}, make("time", {}, time(at)), words.join(" "));
      }))));
  for (const [id, value] of kept) if (value !== undefined) find(id).value = value;
}

function drawSetup(news) {
  find("callback").textContent = `Уведомления идут на ${news.callback_url}/…`;
  find("planned").replaceChildren(...news.faults.map((fault) => {
    const words = FAULTS.find(([, one]) => one.kind === fault.kind && (one.status ?? fault.status) === fault.status);
    return make("span", {className: "badge bad"}, `${words?.[0] ?? fault.kind} × ${fault.times ?? "∞"}`);
  }));
  if (news.faults.length) {
    find("planned").append(make("button", {type: "button",
      onclick: () => attempt(() => call("/control/faults/clear", {service: SERVICE}))}, "Отменить"));
  }
  if (filled) return;
  filled = true;
  const form = find("option-form").elements;
  form.check.checked = news.options.check;
  form.format.value = news.options.format;
  form.callback_url.value = news.options.callback_url;
}

find("setup").onclick = () => {
  const hidden = (find("options").hidden = !find("options").hidden);
  find("setup").ariaExpanded = String(!hidden);
};
find("option-form").onsubmit = (event) => {
  event.preventDefault();
  const form = event.target.elements;
  const options = {check: form.check.checked, format: form.format.value, callback_url: form.callback_url.value.trim()};
  attempt(async () => { await call(`/control/${SERVICE}/options`, options); toast("Применено"); });
};
find("faults").append(...FAULTS.map(([words, fault]) => make("button", {type: "button", onclick: () => attempt(() => call(
  "/control/faults", {service: SERVICE, times: Number(find("times").value) || 1, ...fault}))}, words)));
find("desk").classList.toggle("chosen", Boolean(current));
let shown = "";
follow(`/control/${SERVICE}/orders`, (news, fresh) => {
  if (fresh) filled = false;
  ({orders} = news);
  drawSetup(news);
  const stamp = JSON.stringify(orders);
  if (stamp === shown) return;
  shown = stamp;
  if (!current && orders.length && matchMedia("(min-width: 701px)").matches) current = orders[0].id;
  drawOrders();
  drawOrder();
});
