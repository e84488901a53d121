import {bank, dateTime, faults, number, roubles, sum} from "../core/bank.js";
import {WAYS} from "./ways.js";

const TONES = {succeeded: "good", canceled: "bad"};

function facts(payment) {
  const rows = [
    ["Заказ", payment.order_id], ["Платёж", payment.id], ["Описание", payment.description],
    ["Способ", payment.method_name], ["Чек", payment.receipt ? "есть" : "нет"],
    ["Создан", dateTime(payment.created)], ["Оплатить до", dateTime(payment.expires)],
  ];
  if (payment.currency !== "RUB") rows.unshift(["Валюта", payment.currency]);
  if (Number(payment.refunded)) rows.unshift(["Возвращено", roubles(payment.refunded)]);
  if (payment.reason) rows.unshift(["Причина", `${payment.reason} (${payment.party})`]);
  return rows;
}

bank({
  slug: "yookassa", list: "payments", key: "id", param: "id", news: "notices",
  none: "Платежей пока нет. Выберите тариф в чате и способ ЮKassa – и платёж появится здесь.",
  choose: "Выберите платёж слева.", all: "← Все платежи",
  facts, faults: faults(["Неверный ключ, 401", 401], ["Слишком часто, 429", 429]),
  ways: (payment) => WAYS[payment.status],
  state: (payment) => [TONES[payment.status] ?? "warn", payment.status_name],
  line: (payment) => [payment.method_name, payment.order_id],
  amounts: () => [sum("Сумма: меньше, больше, возврат", "50 ₽"), number("number", "N: повторы или секунды", "5")],
  head: (one) => `X-Forwarded-For: ${one.address}`,
});
