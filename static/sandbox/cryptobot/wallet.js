import {attempt, call, copy, dateTime, follow, make, roubles, time, toast} from "../common.js";
import {FAULTS, WAYS} from "./ways.js";

const find = (id) => document.getElementById(id);
let invoices = [], current = Number(new URLSearchParams(location.search).get("invoice")) || null, filled = false;

function price(invoice) {
  return invoice.currency === "RUB" ? roubles(invoice.amount) : `${Number(invoice.amount)} ${invoice.currency}`;
}

function state(invoice) {
  const tone = invoice.paid ? "good" : invoice.open ? "warn" : "bad";
  return make("span", {className: `badge ${tone}`}, invoice.status_name);
}

function drawInvoices() {
  find("orders").replaceChildren(...invoices.map((invoice) => make("li", {}, make("button", {
    type: "button", ariaCurrent: String(invoice.invoice_id === current), onclick: () => choose(invoice.invoice_id),
  },
  make("span", {className: "sum"}, price(invoice)), state(invoice),
  make("span", {className: "id"}, `${time(invoice.created)} · ${invoice.description} · ${invoice.payload}`)))));
  if (!invoices.length) {
    find("orders").append(make("li", {className: "card empty"},
      "Счетов пока нет. Выберите в чате тариф и способ «Криптовалюта» – и счёт появится здесь."));
  }
}

function choose(id) {
  current = id;
  find("desk").classList.toggle("chosen", Boolean(id));
  drawInvoices();
  drawInvoice();
}

function facts(invoice) {
  const rows = [
    ["Заказ", invoice.payload], ["Счёт", `${invoice.invoice_id} · ${invoice.hash}`],
    ["Монеты", invoice.coins.map((coin) => `${coin.amount} ${coin.asset}`).join(", ")],
    ["Создан", dateTime(invoice.created)],
    ["Действует до", invoice.expires ? dateTime(invoice.expires) : "без срока"],
  ];
  if (invoice.paid) rows.unshift(["Пришло", `${invoice.paid_amount} ${invoice.paid_asset}`]);
  return make("dl", {className: "facts"}, rows.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]));
}

function pay(mode, words) {
  const amount = find("amount")?.value.replace(",", "."), count = find("number")?.value;
  const details = {count: Number(count) || 5, seconds: Number(count) || 5, asset: find("asset").value};
  if (["less", "more"].includes(mode) && amount) details.amount = amount;
  attempt(async () => {
    await call("/control/cryptobot/pay", {invoice_id: String(current), mode, ...details});
    toast(words);
  });
}

function way([mode, words, meaning], extra) {
  return make("button", {type: "button", className: extra, title: meaning, onclick: () => pay(mode, words)}, words);
}

function ways(invoice) {
  return make("div", {className: "ways"},
    make("div", {className: "row main"}, way(["pay", "Оплатить", "монеты и один вызов"], "primary")),
    WAYS.map(([title, extra, list]) => make("div", {},
      make("h3", {}, title), make("div", {className: "row"}, list.map((one) => way(one, extra))))),
    make("div", {className: "amounts"},
      make("label", {}, "Монета", make("select", {id: "asset"}, invoice.coins.map(({asset}) => make("option", {}, asset)))),
      make("label", {}, "Другая цена", make("input", {id: "amount", inputMode: "decimal", placeholder: "±50 ₽"})),
      make("label", {}, "N раз или секунд", make("input", {id: "number", inputMode: "numeric", value: "5"}))));
}

function delivery(one) {
  const done = one.done ? "good" : one.attempts.length ? "bad" : "warn";
  const words = one.done ? "принят" : one.attempts.length ? "не принят" : "в пути";
  return make("details", {id: `delivery-${one.number}`}, make("summary", {},
    make("span", {}, `${time(one.at)} · ${one.label}`), make("span", {className: `badge ${done}`}, words),
    make("span", {className: "tries"}, one.attempts.map((tried, number) => `${number + 1}) ${tried}`).join("   "))),
  make("pre", {}, `crypto-pay-api-signature: ${one.signature ?? "нет"}`),
  make("pre", {title: "Скопировать", onclick: (event) => copy(event.currentTarget.textContent)}, one.body || "(пусто)"));
}

function drawInvoice() {
  const invoice = invoices.find((one) => one.invoice_id === current);
  const box = find("order");
  if (!invoice) {
    box.replaceChildren(make("div", {className: "card empty"}, "Выберите счёт слева, чтобы оплатить его."));
    return;
  }
  const open = new Set([...box.querySelectorAll("details[open]")].map((one) => one.id));
  const kept = ["asset", "amount", "number"].map((id) => [id, find(id)?.value]);
  const log = [...invoice.deliveries].reverse().map(delivery);
  log.forEach((one) => { one.open = open.has(one.id); });
  box.replaceChildren(
    make("button", {type: "button", className: "return", onclick: () => choose(null)}, "← Все счета"),
    make("div", {className: "card"},
      make("div", {className: "head"},
        make("div", {}, make("div", {className: "total"}, price(invoice)), state(invoice)),
        make("a", {className: "button", href: invoice.pay_url, target: "_blank", rel: "noopener"}, "Страница оплаты ↗")),
      facts(invoice)),
    make("div", {className: "card"}, make("h2", {}, "Оплатить"), ways(invoice)),
    make("div", {className: "card"}, make("h2", {}, "Вызовы к системе"),
      make("div", {className: "log"}, log.length ? log : make("p", {className: "soft"}, "Вызовов ещё не было."))),
    make("div", {className: "card"}, make("h2", {}, "История"),
      make("ul", {className: "past"}, invoice.history.map((line) => {
        const [at, ...words] = line.split(" ");
        return make("li", {}, make("time", {}, time(at)), words.join(" "));
      }))));
  for (const [id, value] of kept) if (value !== undefined) find(id).value = value;
}

function drawSetup(news) {
  find("callback").textContent = `Вызовы идут на ${news.callback_url}`;
  find("planned").replaceChildren(...news.faults.map((fault) => {
    const words = FAULTS.find(([, one]) => one.kind === fault.kind && (one.status ?? fault.status) === fault.status);
    return make("span", {className: "badge bad"}, `${words?.[0] ?? fault.kind} × ${fault.times ?? "∞"}`);
  }));
  if (news.faults.length) {
    find("planned").append(make("button", {type: "button",
      onclick: () => attempt(() => call("/control/faults/clear", {service: "cryptobot"}))}, "Отменить"));
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
  const options = {suspended: form.suspended.checked, callback_url: form.callback_url.value.trim()};
  for (const name of ["minimum", "maximum"]) options[name] = form[name].value.replace(",", ".");
  attempt(async () => { await call("/control/cryptobot/options", options); toast("Применено"); });
};
find("faults").append(...FAULTS.map(([words, fault]) => make("button", {type: "button", onclick: () => attempt(() => call(
  "/control/faults", {service: "cryptobot", times: Number(find("times").value) || 1, ...fault}))}, words)));
find("desk").classList.toggle("chosen", Boolean(current));
let shown = "";
follow("/control/cryptobot/invoices", (news, fresh) => {
  if (fresh) filled = false;
  ({invoices} = news);
  drawSetup(news);
  const stamp = JSON.stringify(invoices);
  if (stamp === shown) return;
  shown = stamp;
  if (!current && invoices.length && matchMedia("(min-width: 701px)").matches) current = invoices[0].invoice_id;
  drawInvoices();
  drawInvoice();
});
