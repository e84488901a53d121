// Everything that can happen to a payment, by the status it is in: [mode, words, what it does to the product].
const LIES = ["Обман: верить нельзя", "trick", [
  ["forged", "Не оплачен, а говорит succeeded", "API ответит pending"],
  ["wrong_address", "С чужого адреса", "должно быть отвергнуто: 403"],
  ["foreign", "Платёж другого магазина", "API ответит 404"],
  ["other_payment", "Чужой id при нашем заказе", "id другого платежа, лучше оплаченного"],
  ["forged_refund", "Возврата не было", "API ответит 404"],
]];

export const WAYS = {
  pending: [
    ["Деньги пришли", "", [
      ["pay", "Оплатить", "succeeded и одно уведомление"],
      ["less", "Меньше", "сумма меньше счёта"],
      ["more", "Больше", "сумма больше счёта"],
      ["currency", "В другой валюте", "USD вместо рублей"],
    ]],
    ["Уведомление ведёт себя плохо", "", [
      ["lost", "Потеряно", "деньги есть, система не узнала"],
      ["twice", "Дважды сразу", "два одинаковых одновременно"],
      ["duplicated", "Повторить ×N", "N одинаковых одновременно"],
      ["reordered", "Не по порядку", "succeeded, затем waiting_for_capture"],
      ["slow", "С задержкой", "придёт через N секунд"],
      ["stale", "Устарело", "к его приходу деньги уже возвращены"],
    ]],
    ["Не оплачен", "", [
      ["decline", "Не хватает денег", "canceled: insufficient_funds"],
      ["expire", "Час прошёл", "canceled: expired_on_confirmation"],
      ["hold", "Только холд", "waiting_for_capture"],
    ]],
    LIES,
  ],
  succeeded: [
    ["Вернуть деньги", "", [
      ["refund", "Полностью", "refund.succeeded на остаток"],
      ["refund_part", "Частично", "refund.succeeded на 50 ₽ или на сумму ниже"],
      ["refund_lost", "Полностью, уведомление потеряно", "система не узнала"],
    ]],
    ["Сохранённая карта", "", [
      ["revoke", "Отозвать согласие", "следующее автосписание: permission_revoked"],
    ]],
    LIES,
  ],
  waiting_for_capture: [["Холд", "", [["expire", "Снять холд", "canceled"]]], LIES],
  canceled: [LIES],
};
