import {attempt, call, copy, dateTime, follow, make, roubles, time, toast} from "../common.js";
import {FAULTS, WAYS} from "./ways.js";

const find = (id) => document.getElementById(id);
let orders = [], current = new URLSearchParams(location.search).get("guid"), filled = false;

function tone(order) {
  if (order.paid) return "good";
  if (order.status === -2) return "bad";
  return order.is_expired ? "bad" : "warn";
}

function state(order) {
  return make("span", {className: `badge ${tone(order)}`}, order.is_expired ? "срок вышел" : order.status_name);
}

function drawOrders() {
  find("orders").replaceChildren(...orders.map((order) => make("li", {}, make("button", {
    type: "button", ariaCurrent: String(order.guid === current), onclick: () => choose(order.guid),
  },
  make("span", {className: "sum"}, roubles(order.amount)), state(order),
  make("span", {className: "id"}, `${time(order.created)} · ${order.method_name} · ${order.merchant_order_id}`)))));
  if (!orders.length) {
    find("orders").append(make("li", {className: "card empty"},
      "Счетов пока нет. Выберите тариф в чате – и счёт появится здесь."));
  }
}

function choose(guid) {
  current = guid;
  find("desk").classList.toggle("chosen", Boolean(guid));
  drawOrders();
  drawOrder();
}

function requisites(order) {
  const names = {
    pan: order.method === "sbp" ? "Телефон" : "Карта", bank: "Банк", fio: "Получатель", qr: "Ссылка СБП",
    address: "Кошелёк", amount_in_currency: "Сумма, USDT", amount_rub: "Сумма, ₽", course: "Курс",
  };
  return Object.entries(order.requisites).map(([name, value]) => [names[name] ?? name, value]);
}

function facts(order) {
  const rows = [
    ["Заказ", order.merchant_order_id], ["Платёж", `${order.id} · ${order.guid}`], ["Плательщик", order.user_id],
    ["Способ", order.method_name], ...requisites(order),
    ["Создан", dateTime(order.created)], ["Реквизиты до", dateTime(order.expired)],
  ];
  if (order.amount_to_pay !== order.amount) rows.unshift(["К оплате", roubles(order.amount_to_pay)]);
  if (order.paid_amount) rows.unshift(["Пришло", roubles(order.paid_amount)]);
  return make("dl", {className: "facts"}, rows.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]));
}

function pay(mode, words) {
  const amount = find("amount")?.value, count = find("number")?.value;
  const details = {count: Number(count) || 5, seconds: Number(count) || 5};
  if (["less", "more"].includes(mode) && amount) details.amount = amount;
  attempt(async () => {
    await call("/control/oneplat/pay", {guid: current, mode, ...details});
    toast(words);
  });
}

function way([mode, words, meaning], extra) {
  return make("button", {type: "button", className: extra, title: meaning, onclick: () => pay(mode, words)}, words);
}

function ways() {
  return make("div", {className: "ways"},
    make("div", {className: "row main"},
      way(["pay", "Оплатить", "статус 1 и один вызов"], "primary"),
      way(["confirm", "Оплатить и подтвердить", "статус 2 и один вызов"], "")),
    WAYS.map(([title, extra, list]) => make("div", {},
      make("h3", {}, title), make("div", {className: "row"}, list.map((one) => way(one, extra))))),
    make("div", {className: "amounts"},
      make("label", {}, "Сумма для «меньше» и «больше»", make("input", {id: "amount", inputMode: "decimal", placeholder: "±50 ₽"})),
      make("label", {}, "N: повторы или секунды", make("input", {id: "number", inputMode: "numeric", value: "5"}))));
}

function delivery(one) {
  const done = one.done ? "good" : one.attempts.length ? "bad" : "warn";
  const words = one.done ? "принят" : one.attempts.length ? "не принят" : "в пути";
  return make("details", {id: `delivery-${one.number}`}, make("summary", {},
    make("span", {}, `${time(one.at)} · ${one.label}`), make("span", {className: `badge ${done}`}, words),
    make("span", {className: "tries"}, one.attempts.map((tried, number) => `${number + 1}) ${tried}`).join("   "))),
  make("pre", {title: "Скопировать", onclick: (event) => copy(event.currentTarget.textContent)}, one.body));
}

function drawOrder() {
  const order = orders.find((one) => one.guid === current);
  const box = find("order");
  if (!order) {
    box.replaceChildren(make("div", {className: "card empty"}, "Выберите счёт слева, чтобы оплатить его."));
    return;
  }
  const open = new Set([...box.querySelectorAll("details[open]")].map((one) => one.id));
  const kept = {amount: find("amount")?.value, number: find("number")?.value};
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
    make("div", {className: "card"}, make("h2", {}, "Вызовы к системе"),
      make("div", {className: "log"}, log.length ? log : make("p", {className: "soft"}, "Вызовов ещё не было."))),
    make("div", {className: "card"}, make("h2", {}, "История"),
      make("ul", {className: "past"}, order.history.map((line) => {
        const [at, ...words] = line.split(" ");
        return make("li", {}, make("time", {}, time(at)), words.join(" "));
      }))));
  if (kept.number !== undefined) { find("amount").value = kept.amount; find("number").value = kept.number; }
}

function drawSetup(news) {
  find("callback").textContent = `Вызовы идут на ${news.callback_url}`;
  const names = Object.fromEntries(FAULTS.map(([words, fault]) => [fault.kind, words]));
  find("planned").replaceChildren(...news.faults.map((fault) => make("span", {className: "badge bad"},
    `${names[fault.kind]} × ${fault.times ?? "∞"}`)));
  if (news.faults.length) {
    find("planned").append(make("button", {type: "button",
      onclick: () => attempt(() => call("/control/faults/clear", {service: "oneplat"}))}, "Отменить"));
  }
  if (filled) return;
  filled = true;
  for (const [name, value] of Object.entries(news.options)) {
    const field = find("option-form").elements[name];
    if (field?.type === "checkbox") field.checked = value;
    else if (field) field.value = value;
  }
}

find("setup").onclick = () => {
  const hidden = (find("options").hidden = !find("options").hidden);
  find("setup").ariaExpanded = String(!hidden);
};
find("option-form").onsubmit = (event) => {
  event.preventDefault();
  const form = event.target.elements;
  const options = {no_requisites: form.no_requisites.checked};
  for (const name of ["variant", "number_style", "merchant_id", "callback_url"]) options[name] = form[name].value.trim();
  for (const name of ["shift", "minimum", "commission_percent"]) options[name] = form[name].value.replace(",", ".");
  for (const name of ["cooldown_seconds", "lifetime_minutes"]) options[name] = Number(form[name].value);
  attempt(async () => { await call("/control/oneplat/options", options); toast("Применено"); });
};
find("faults").append(...FAULTS.map(([words, fault]) => make("button", {type: "button", onclick: () => attempt(() => call(
  "/control/faults", {service: "oneplat", times: Number(find("times").value) || 1, ...fault}))}, words)));
find("desk").classList.toggle("chosen", Boolean(current));
let shown = "";
follow("/control/oneplat/orders", (news, fresh) => {
  if (fresh) filled = false;
  ({orders} = news);
  drawSetup(news);
  const stamp = JSON.stringify(orders);
  if (stamp === shown) return;
  shown = stamp;
  if (!current && orders.length && matchMedia("(min-width: 701px)").matches) current = orders[0].guid;
  drawOrders();
  drawOrder();
});
