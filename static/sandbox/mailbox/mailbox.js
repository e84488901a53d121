import {attempt, call, dateTime, follow, make} from "../common.js";

const find = (id) => document.getElementById(id);
const ANSWERS = [
  ["ok", "Принимает"], ["421", "421 занят"], ["451", "451 позже"], ["535", "535 вход не удался"], ["550", "550 нет адреса"],
  ["553", "553 чужой отправитель"], ["554", "554 похоже на спам"], ["after", "Принимает, но ответ теряется"], ["reset", "Обрыв"],
];
const VIEWS = [["wide", "Как на экране"], ["narrow", "Как на телефоне"], ["text", "Текст"], ["headers", "Заголовки"], ["source", "Исходник"]];
const BACK = [["hard", "Нет такого адреса"], ["soft", "Ящик полон"], ["delayed", "Задержка"], ["complaint", "Жалоба на спам"]];
const LIMITS = [[0, "Без предела"], [2, "2 письма"], [20, "20 писем"], [500, "500, как у Яндекса"]];
const CODES = {after: "after", reset: "reset"};
let news = {letters: [], faults: [], daily_limit: 0}, open = 0, view = "wide";

function choice(pressed, words, act) {
  return make("button", {type: "button", ariaPressed: String(pressed), onclick: act}, words);
}

function drawLetter(letter) {
  if (!letter) {
    find("letter").replaceChildren(make("p", {className: "empty"}, "Писем пока нет: их получает тот, кто заблокировал бота и оставил адрес."));
    return;
  }
  const text = {text: letter.text, headers: letter.source.split("\r\n\r\n")[0], source: letter.source}[view];
  const framed = view === "wide" || view === "narrow";
  const body = framed
    ? make("iframe", {src: `/mail/${letter.id}/`, title: "Письмо", className: view === "narrow" ? "narrow" : ""})
    : make("pre", {className: "mono"}, text);
  find("letter").replaceChildren(
    make("h2", {}, letter.subject),
    make("p", {className: "soft"}, `${dateTime(letter.at, {year: "numeric"})} · от ${letter.sender} · кому ${letter.to}`),
    make("div", {className: "row widths", role: "group"}, VIEWS.map(([name, words]) => choice(name === view, words, () => { view = name; draw(); }))),
    body,
    make("h3", {}, "Вернуть письмо"),
    make("p", {className: "soft"}, "Отчёт ляжет в ящик магазина; система прочтёт его по IMAP в течение двух минут."),
    make("div", {className: "row", role: "group", ariaLabel: "Вернуть письмо"}, BACK.map(([kind, words]) => choice(
      letter.returned.includes(kind), words, () => attempt(() => call("/control/mailbox/back", {id: letter.id, kind}))))));
}

function draw() {
  const letters = [...news.letters].reverse();
  const chosen = letters.find((one) => one.id === open) ?? letters[0];
  const fault = news.faults[0];
  const mode = fault ? CODES[fault.kind] ?? String(fault.status) : "ok";
  find("answers").replaceChildren(...ANSWERS.map(([code, words]) => choice(
    code === mode, words, () => attempt(() => call("/control/mailbox/answer", {code})))));
  find("limits").replaceChildren(...LIMITS.map(([number, words]) => choice(
    number === news.daily_limit, words, () => attempt(() => call("/control/mailbox/limit", {a_day: number})))));
  find("list").replaceChildren(...letters.map((letter) => make("button", {
    type: "button", ariaPressed: String(letter === chosen), onclick: () => { open = letter.id; draw(); },
  }, make("b", {}, letter.subject), make("small", {}, `${letter.to} · ${dateTime(letter.at)}`))));
  drawLetter(chosen);
}

find("clear").onclick = () => attempt(() => call("/control/mailbox/clear", {}));
let shown = "";
follow("/control/mailbox/letters", (answer) => {
  news = answer;
  const stamp = JSON.stringify([news.letters.map((one) => [one.id, one.returned]), news.faults, news.daily_limit]);
  if (stamp !== shown) draw();
  shown = stamp;
}, 10);
