import {bank, dateTime, faults, make, number, roubles, sum} from "../core/bank.js";
import {WAYS} from "./ways.js";

function facts(invoice) {
  const rows = [
    ["Заказ", invoice.payload], ["Счёт", `${invoice.invoice_id} · ${invoice.hash}`],
    ["Монеты", invoice.coins.map((coin) => `${coin.amount} ${coin.asset}`).join(", ")],
    ["Создан", dateTime(invoice.created)],
    ["Действует до", invoice.expires ? dateTime(invoice.expires) : "без срока"],
  ];
  if (invoice.paid) rows.unshift(["Пришло", `${invoice.paid_amount} ${invoice.paid_asset}`]);
  return rows;
}

function amounts(invoice) {
  const coins = make("select", {id: "asset"}, invoice.coins.map(({asset}) => make("option", {}, asset)));
  return [make("label", {}, "Монета", coins), sum("Другая цена", "±50 ₽"), number("number", "N раз или секунд", "5")];
}

bank({
  slug: "cryptobot", list: "invoices", key: "invoice_id", param: "invoice", news: "calls",
  none: "Счетов пока нет. Выберите в чате тариф и способ «Криптовалюта» – и счёт появится здесь.",
  choose: "Выберите счёт слева, чтобы оплатить его.", all: "← Все счета",
  facts, amounts, faults: faults(["Отказ 429", 429]), ways: () => WAYS,
  price: (invoice) => (invoice.currency === "RUB" ? roubles(invoice.amount) : `${Number(invoice.amount)} ${invoice.currency}`),
  state: (invoice) => [invoice.paid ? "good" : invoice.open ? "warn" : "bad", invoice.status_name],
  line: (invoice) => [invoice.description, invoice.payload],
  first: [["pay", "Оплатить", "монеты и один вызов"]],
  head: (one) => `crypto-pay-api-signature: ${one.signature ?? "нет"}`,
});
