import {attempt, call, clockTime, follow, make, time} from "../common.js";

const find = (id) => document.getElementById(id);
const ANSWERS = [
  ["ok", "Принимает"], ["slow", "Думает 5 секунд"], ["401", "401 чужой токен"], ["429", "429 слишком часто"], ["500", "500"],
  ["after", "Приняла, ответ потерян"], ["reset", "Обрыв"],
];
let news = {chats: [], faults: [], bots: {}, options: {}}, open = "", drafts = {};

const current = () => news.chats.find((one) => one.id === open);

function linked(text) {
  return text.split(/(https?:\/\/[^\s<>"]+)/u).map((part, index) => index % 2
    ? make("a", {href: part, target: "_blank", rel: "noopener"}, part) : part);
}

function fate(chat, line) {
  const one = chat.deliveries.find((delivery) => delivery.number === line.delivery);
  if (!one) return "";
  if (one.done) return make("small", {}, `${time(line.at)} · система приняла`);
  const tries = one.attempts.length ? `не принято: ${one.attempts.at(-1)}` : "отправляем…";
  return make("small", {className: one.attempts.length ? "bad" : ""}, `${time(line.at)} · ${tries}`);
}

function drawList() {
  find("chats").replaceChildren(...news.chats.map((chat) => make("li", {}, make("button", {
    type: "button", ariaPressed: String(chat.id === open), onclick: () => choose(chat.id),
  }, make("b", {}, chat.name), make("span", {className: `badge ${chat.bot}`}, chat.bot === "client" ? "клиент" : "партнёр"),
  make("span", {className: "last"}, chat.lines.at(-1)?.text ?? "ещё ничего не написано")))));
}

function drawTalk() {
  const chat = current();
  find("talkbox").classList.toggle("open", Boolean(chat));
  for (const id of ["head", "composer"]) find(id).hidden = !chat;
  find("nobody").hidden = Boolean(chat);
  if (!chat) { find("lines").replaceChildren(); return; }
  find("title").textContent = chat.name;
  find("about").textContent = `${news.bots[chat.bot]} · ${chat.id}`;
  find("again").disabled = !chat.deliveries.length;
  find("lines").replaceChildren(...chat.lines.map((line) => make("li", {className: line.side}, linked(line.text),
    line.side === "person" ? fate(chat, line) : make("small", {}, `${clockTime(line.at)} · ${line.number}`))));
  find("lines").scrollTop = find("lines").scrollHeight;
}

function drawSettings() {
  const fault = news.faults[0];
  const mode = fault ? (fault.kind === "status" ? String(fault.status) : fault.kind) : "ok";
  find("answers").replaceChildren(...ANSWERS.map(([code, words]) => make("button", {
    type: "button", ariaPressed: String(code === mode), onclick: () => attempt(() => call("/control/protalk/answer", {code})),
  }, words)));
  find("callback").textContent = news.callback_url;
  for (const id of ["place", "format"]) find(id).value = news.options[id];
}

function choose(id) {
  drafts[open] = find("text").value;
  open = id;
  find("text").value = drafts[id] ?? "";
  drawList();
  drawTalk();
  if (id && matchMedia("(min-width: 761px)").matches) find("text").focus();
}

async function send() {
  const text = find("text").value.trim(), chat = open;
  if (!text || !chat) return;
  find("text").value = "";
  if (!await attempt(() => call("/control/protalk/say", {chat, text}))) find("text").value = text;
}

for (const button of document.querySelectorAll("[data-open]")) {
  button.onclick = async () => {
    const answer = await attempt(() => call("/control/protalk/open", {bot: button.dataset.open}));
    if (answer) { news.chats.unshift(answer.chat); choose(answer.chat.id); }
  };
}
for (const id of ["place", "format"]) {
  find(id).onchange = () => attempt(() => call("/control/protalk/options", {[id]: find(id).value}));
}
find("back").onclick = () => choose("");
find("again").onclick = () => attempt(() => call("/control/protalk/again", {chat: open}));
find("contacts").onclick = () => {
  find("lead").querySelector("[name=name]").value = current()?.name ?? "";
  find("lead").returnValue = "";
  find("lead").showModal();
};
find("lead").onclose = () => {
  if (find("lead").returnValue !== "ok") return;
  const fields = Object.fromEntries(new FormData(find("lead").querySelector("form")));
  attempt(() => call("/control/protalk/lead", {chat: open, ...fields}));
};
find("composer").onsubmit = (event) => { event.preventDefault(); send(); };
find("text").onkeydown = (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); send(); }
};
follow("/control/protalk/chats", (answer, fresh) => {
  news = answer;
  if (fresh && !current()) open = "";
  drawList();
  drawTalk();
  drawSettings();
});
