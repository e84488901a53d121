import {bank, dateTime, faults, number, roubles, sum} from "../core/bank.js";
import {WAYS} from "./ways.js";

function state(order) {
  const lapsed = order.status === -2 || order.is_expired;
  return [order.paid ? "good" : lapsed ? "bad" : "warn", order.is_expired ? "срок вышел" : order.status_name];
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
  return rows;
}

bank({
  slug: "oneplat", list: "orders", key: "guid", param: "guid", news: "calls",
  none: "Счетов пока нет. Выберите тариф в чате – и счёт появится здесь.",
  choose: "Выберите счёт слева, чтобы оплатить его.", all: "← Все счета",
  state, facts, faults: faults(), ways: () => WAYS,
  line: (order) => [order.method_name, order.merchant_order_id],
  first: [["pay", "Оплатить", "статус 1 и один вызов"], ["confirm", "Оплатить и подтвердить", "статус 2 и один вызов"]],
  amounts: () => [sum("Сумма для «меньше» и «больше»", "±50 ₽"), number("number", "N: повторы или секунды", "5")],
});
