import {attempt, call, dateTime, follow, make, time} from "../common.js";

const find = (id) => document.getElementById(id);
const OUTAGES = [
  ["none", "Работает"], ["refuse", "Отказ 503"], ["reset", "Обрыв соединения"], ["hang", "Молчит"],
  ["garbage", "Мусор"], ["after", "Создаёт, но ответ теряется"],
];
const KINDS = {status: "refuse", reset: "reset", hang: "hang", garbage: "garbage", after: "after"};
const STATES = {ACTIVE: ["good", "действует"], EXPIRED: ["bad", "срок вышел"], DISABLED: ["warn", "выключен"], LIMITED: ["warn", "лимит трафика"]};
let news = {users: [], faults: [], versions: {}}, opened = new Set();

function choice(pressed, words, act) {
  return make("button", {type: "button", ariaPressed: String(pressed), onclick: () => attempt(act)}, words);
}

function left(user) {
  const days = (new Date(user.expire_at) - new Date(news.now)) / 86400000;
  if (days <= -1) return `закончился ${Math.floor(-days)} дн. назад`;
  if (days <= 0) return "закончился меньше дня назад";
  return days < 1 ? "меньше дня" : `ещё ${Math.floor(days)} дн.`;
}

function act(user, action, question) {
  return () => {
    if (question && !confirm(question)) return;
    attempt(() => call("/control/remnawave/act", {username: user.username, action}));
  };
}

function card(user) {
  const [tone, words] = STATES[user.status] ?? ["", user.status];
  const off = user.status === "DISABLED";
  const details = make("details", {id: `user-${user.id}`, open: opened.has(`user-${user.id}`)},
    make("summary", {}, "Что с ним делали"),
    make("ul", {}, [...user.history].reverse().map((line) => {
      const [at, ...rest] = line.split(" ");
      return make("li", {}, `${time(at)} – ${rest.join(" ")}`);
    })));
  return make("div", {className: "user"},
    make("div", {}, make("b", {}, user.username),
      make("div", {className: "soft small"}, `№ ${user.id}${user.telegram_id ? ` · Telegram ${user.telegram_id}` : ""}`)),
    make("span", {}, make("span", {className: `badge ${tone}`}, words)),
    make("div", {className: "until"}, dateTime(user.expire_at, {year: "numeric"}), make("div", {className: "soft small"}, left(user))),
    make("div", {className: "actions"},
      make("a", {className: "button", href: user.subscription_url, target: "_blank", rel: "noopener"}, "Ссылка клиента ↗"),
      make("button", {type: "button", onclick: act(user, off ? "enable" : "disable")}, off ? "Включить" : "Выключить"),
      make("button", {type: "button", onclick: act(user, "revoke")}, "Новая ссылка"),
      make("button", {type: "button", className: "bad", onclick: act(user, "delete", `Удалить ${user.username}?`)}, "Удалить")),
    details);
}

function draw() {
  const mode = news.faults.length ? KINDS[news.faults[0].kind] ?? "" : "none";
  find("versions").replaceChildren(...Object.entries(news.versions).map(([major, full]) => choice(
    major === news.version, `${major}.x (${full})`, () => call("/control/remnawave/version", {version: major}))));
  find("outages").replaceChildren(...OUTAGES.map(([name, words]) => choice(
    name === mode, words, () => call("/control/remnawave/outage", {mode: name}))));
  const words = find("search").value.trim().toLowerCase();
  const fitting = news.users.filter((user) => `${user.username} ${user.telegram_id ?? ""}`.toLowerCase().includes(words));
  opened = new Set([...document.querySelectorAll("#users details[open]")].map((one) => one.id));
  find("users").replaceChildren(...fitting.map(card));
  if (!fitting.length) {
    find("users").append(make("p", {className: "empty"}, words ? "Никого не нашлось." : "Пока никого: доступ появится после первой оплаты."));
  }
}

find("search").oninput = draw;
let shown = "";
follow("/control/remnawave/users", (answer) => {
  news = answer;
  const stamp = JSON.stringify([news.users, news.faults, news.version]);
  if (stamp !== shown) draw();
  shown = stamp;
}, 10);
