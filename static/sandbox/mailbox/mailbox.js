import {attempt, call, dateTime, follow, make} from "../common.js";

const find = (id) => document.getElementById(id);
const ANSWERS = [
  ["ok", "Принимает"], ["421", "421 занят"], ["451", "451 позже"], ["535", "535 вход не удался"], ["550", "550 нет адреса"],
  ["553", "553 чужой отправитель"], ["554", "554 похоже на спам"], ["after", "Принимает, но ответ теряется"], ["reset", "Обрыв"],
];
const VIEWS = [["wide", "Как на экране"], ["narrow", "Как на телефоне"], ["text", "Текст"], ["source", "Исходник"]];
const CODES = {after: "after", reset: "reset"};
let news = {letters: [], faults: []}, open = 0, view = "wide";

function choice(pressed, words, act) {
  return make("button", {type: "button", ariaPressed: String(pressed), onclick: act}, words);
}

function drawLetter(letter) {
  if (!letter) {
    find("letter").replaceChildren(make("p", {className: "empty"}, "Писем пока нет: их получает тот, кто заблокировал бота и оставил адрес."));
    return;
  }
  const framed = view === "wide" || view === "narrow";
  const body = framed
    ? make("iframe", {src: `/mail/${letter.id}/`, title: "Письмо", className: view === "narrow" ? "narrow" : ""})
    : make("pre", {className: "mono"}, view === "text" ? letter.text : letter.source);
  find("letter").replaceChildren(
    make("h2", {}, letter.subject),
    make("p", {className: "soft"}, `${dateTime(letter.at, {year: "numeric"})} · от ${letter.sender} · кому ${letter.to}`),
    make("div", {className: "row widths", role: "group"}, VIEWS.map(([name, words]) => choice(name === view, words, () => { view = name; draw(); }))),
    body);
}

function draw() {
  const letters = [...news.letters].reverse();
  const chosen = letters.find((one) => one.id === open) ?? letters[0];
  const fault = news.faults[0];
  const mode = fault ? CODES[fault.kind] ?? String(fault.status) : "ok";
  find("answers").replaceChildren(...ANSWERS.map(([code, words]) => choice(
    code === mode, words, () => attempt(() => call("/control/mailbox/answer", {code})))));
  find("list").replaceChildren(...letters.map((letter) => make("button", {
    type: "button", ariaPressed: String(letter === chosen), onclick: () => { open = letter.id; draw(); },
  }, make("b", {}, letter.subject), make("small", {}, `${letter.to} · ${dateTime(letter.at)}`))));
  drawLetter(chosen);
}

find("clear").onclick = () => attempt(() => call("/control/mailbox/clear", {}));
let shown = "";
follow("/control/mailbox/letters", (answer) => {
  news = answer;
  const stamp = JSON.stringify([news.letters.map((one) => one.id), news.faults]);
  if (stamp !== shown) draw();
  shown = stamp;
}, 10);
