import {attempt, call, copy, dateTime, follow, make, roubles, time, toast} from "../common.js";
import {FAULTS, WAYS} from "./ways.js";

const find = (id) => document.getElementById(id);
const TONES = {succeeded: "good", canceled: "bad"};
const NUMBERS = ["minimum", "maximum"], TEXTS = ["address", "callback_url"];
let payments = [], current = new URLSearchParams(location.search).get("id"), filled = false, shown = "";

const state = (payment) => make("span", {className: `badge ${TONES[payment.status] ?? "warn"}`}, payment.status_name);

function drawList() {
  find("orders").replaceChildren(...payments.map((payment) => make("li", {}, make("button", {
    type: "button", ariaCurrent: String(payment.id === current), onclick: () => choose(payment.id),
  },
  make("span", {className: "sum"}, roubles(payment.amount)), state(payment),
  make("span", {className: "id"}, `${time(payment.created)} · ${payment.method_name} · ${payment.order_id}`)))));
  if (!payments.length) {
    find("orders").append(make("li", {className: "card empty"},
      "Платежей пока нет. Выберите тариф в чате и способ ЮKassa – и платёж появится здесь."));
  }
}

function choose(id) {
  current = id;
  find("desk").classList.toggle("chosen", Boolean(id));
  drawList();
  drawPayment();
}

function facts(payment) {
  const rows = [
    ["Заказ", payment.order_id], ["Платёж", payment.id], ["Описание", payment.description],
    ["Способ", payment.method_name], ["Чек", payment.receipt ? "есть" : "нет"],
    ["Создан", dateTime(payment.created)], ["Оплатить до", dateTime(payment.expires)],
  ];
  if (payment.currency !== "RUB") rows.unshift(["Валюта", payment.currency]);
  if (Number(payment.refunded)) rows.unshift(["Возвращено", roubles(payment.refunded)]);
  if (payment.reason) rows.unshift(["Причина", `${payment.reason} (${payment.party})`]);
  return make("dl", {className: "facts"}, rows.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]));
}

function act(mode, words) {
  const amount = find("amount").value.replace(",", "."), number = Number(find("number").value) || 5;
  attempt(async () => {
    await call("/control/yookassa/pay", {id: current, mode, amount, count: number, seconds: number});
    toast(words);
  });
}

function ways(payment) {
  return make("div", {className: "ways"},
    WAYS[payment.status].map(([title, extra, list]) => make("div", {}, make("h3", {}, title),
      make("div", {className: "row"}, list.map(([mode, words, meaning]) => make("button", {
        type: "button", className: mode === "pay" ? "primary" : extra, title: meaning, onclick: () => act(mode, words),
      }, words))))),
    make("div", {className: "amounts"},
      make("label", {}, "Сумма: меньше, больше, возврат", make("input", {id: "amount", inputMode: "decimal", placeholder: "50 ₽"})),
      make("label", {}, "N: повторы или секунды", make("input", {id: "number", inputMode: "numeric", value: "5"}))));
}

function delivery(one) {
  const [tone, words] = one.done ? ["good", "принято"] : one.attempts.length ? ["bad", "не принято"] : ["warn", "в пути"];
  return make("details", {id: `delivery-${one.number}`}, make("summary", {},
    make("span", {}, `${time(one.at)} · ${one.label}`), make("span", {className: `badge ${tone}`}, words),
    make("span", {className: "tries"}, `с ${one.address}  `, one.attempts.map((tried, number) => `${number + 1}) ${tried}`).join("   "))),
  make("pre", {title: "Скопировать", onclick: (event) => copy(event.currentTarget.textContent)}, one.body));
}

function drawPayment() {
  const payment = payments.find((one) => one.id === current), box = find("order");
  if (!payment) {
    box.replaceChildren(make("div", {className: "card empty"}, "Выберите платёж слева."));
    return;
  }
  const open = new Set([...box.querySelectorAll("details[open]")].map((one) => one.id));
  const kept = {amount: find("amount")?.value, number: find("number")?.value};
  const log = [...payment.deliveries].reverse().map(delivery);
  log.forEach((one) => { one.open = open.has(one.id); });
  box.replaceChildren(
    make("button", {type: "button", className: "return", onclick: () => choose(null)}, "← Все платежи"),
    make("div", {className: "card"},
      make("div", {className: "head"},
        make("div", {}, make("div", {className: "total"}, roubles(payment.amount)), state(payment)),
        make("a", {className: "button", href: payment.pay_url, target: "_blank", rel: "noopener"}, "Страница оплаты ↗")),
      facts(payment)),
    make("div", {className: "card"}, make("h2", {}, "Что случится"), ways(payment)),
    make("div", {className: "card"}, make("h2", {}, "Уведомления"),
      make("div", {className: "log"}, log.length ? log : make("p", {className: "soft"}, "Уведомлений ещё не было."))),
    make("div", {className: "card"}, make("h2", {}, "История"),
      make("ul", {className: "past"}, payment.history.map((line) => {
        const [at, ...words] = line.split(" ");
        return make("li", {}, make("time", {}, time(at)), words.join(" "));
      }))));
  if (kept.number !== undefined) { find("amount").value = kept.amount; find("number").value = kept.number; }
}

function drawSetup(news) {
  find("callback").textContent = `Уведомления идут на ${news.callback_url}`;
  const names = Object.fromEntries(FAULTS.map(([words, fault]) => [`${fault.kind}${fault.status ?? 500}`, words]));
  find("planned").replaceChildren(...news.faults.map((fault) => make("span", {className: "badge bad"},
    `${names[`${fault.kind}${fault.status}`] ?? fault.kind} × ${fault.times ?? "∞"}`)));
  if (news.faults.length) {
    find("planned").append(make("button", {type: "button",
      onclick: () => attempt(() => call("/control/faults/clear", {service: "yookassa"}))}, "Отменить"));
  }
  if (filled) return;
  filled = true;
  const form = find("option-form").elements;
  for (const name of [...NUMBERS, ...TEXTS, "lifetime_minutes"]) form[name].value = news.options[name];
  form.receipt_required.checked = news.options.receipt_required;
}

find("setup").onclick = () => {
  const hidden = (find("options").hidden = !find("options").hidden);
  find("setup").ariaExpanded = String(!hidden);
};
find("option-form").onsubmit = (event) => {
  event.preventDefault();
  const form = event.target.elements;
  const options = {receipt_required: form.receipt_required.checked, lifetime_minutes: Number(form.lifetime_minutes.value)};
  for (const name of TEXTS) options[name] = form[name].value.trim();
  for (const name of NUMBERS) options[name] = form[name].value.replace(",", ".");
  attempt(async () => { await call("/control/yookassa/options", options); toast("Применено"); });
};
find("faults").append(...FAULTS.map(([words, fault]) => make("button", {type: "button", onclick: () => attempt(() => call(
  "/control/faults", {service: "yookassa", times: Number(find("times").value) || 1, ...fault}))}, words)));
find("desk").classList.toggle("chosen", Boolean(current));
follow("/control/yookassa/payments", (news, fresh) => {
  if (fresh) filled = false;
  ({payments} = news);
  drawSetup(news);
  const stamp = JSON.stringify(payments);
  if (stamp === shown) return;
  shown = stamp;
  if (!current && payments.length && matchMedia("(min-width: 701px)").matches) current = payments[0].id;
  drawList();
  drawPayment();
});
