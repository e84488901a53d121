import {bank, dateTime, faults, number, roubles, sum} from "../core/bank.js";
import {WAYS} from "./ways.js";

const TONES = {Completed: "good", Cancelled: "bad", Declined: "bad"};

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
  return rows;
}

bank({
  slug: "cloudpayments", list: "orders", key: "id", param: "id", news: "notices", suffix: "/…",
  none: "Счетов пока нет. Выберите в чате тариф и карту CloudPayments – и счёт появится здесь.",
  choose: "Выберите счёт слева, чтобы оплатить его.", all: "← Все счета",
  facts, faults: faults(["Слишком часто, 429", 429]), ways: () => WAYS,
  state: (order) => [TONES[order.status] ?? "warn", order.status_name],
  line: (order) => [order.description, order.invoice_id],
  first: [["pay", "Оплатить", "Check и Pay"]],
  amounts: () => [
    sum("Сумма для «меньше», «больше», «вернуть»", "±50 ₽ или всё"), number("number", "N: повторы или секунды", "5"),
  ],
  head: (one) => Object.entries(one.headers).map(([name, value]) => `${name}: ${value}`).join("\n"),
});
