// The chat page: keeps what the sandbox tells, draws the chosen person's talk with the bot.
import {attempt, call, follow, make, toast} from "../common.js";
import {dayOf, drawn} from "./message.js";
import {drawPeople, payloadOf, welcome} from "./people.js";
import {drawTopics, groupActions, inTopic, topicOf} from "./topics.js";

const find = (id) => document.getElementById(id);
const chats = new Map(), messages = new Map(), waiting = new Map();
// `awaited` was made on this page, and comes with the news: those that are on their way may be older than it.
let current = null, awaited = null, thread = null, bot = {username: "", name: "", description: ""};

let atEnd = true;

const act = {
  grown: () => { if (atEnd) find("messages").scrollTop = find("messages").scrollHeight; },
  say: (text) => attempt(() => call("/control/telegram/send", {chat_id: current, text})),
  press(view, one, element) {
    element.classList.add("busy");
    attempt(async () => {
      const {press} = await call("/control/telegram/press", {
        chat_id: view.chat_id, message_id: view.message_id, data: one.callback_data, stale: true,
      });
      waiting.set(press.id, element);
      setTimeout(() => calm(press.id), 15000);
    }).then((done) => { if (done === null) element.classList.remove("busy"); });
  },
  async open(event, address) {
    const payload = payloadOf(address, bot.username);
    if (payload === null) {
      if (event.currentTarget.tagName !== "A") open(address, "_blank", "noopener");
      return;
    }
    event.preventDefault();
    meet(payload);
  },
};

function calm(id) {
  waiting.get(id)?.classList.remove("busy");
  waiting.delete(id);
}

function answered(press) {
  if (!press.answered || !waiting.has(press.id)) return;
  calm(press.id);
  const {text, show_alert: alert, url} = press.answer;
  if (url) open(url, "_blank", "noopener");
  if (!text) return;
  if (!alert) return void toast(text, 4);
  find("alert-text").textContent = text;
  find("alert").showModal();
}

function apply(news, fresh) {
  if (fresh) { chats.clear(); messages.clear(); }
  bot = news.bot;
  const touched = new Set();
  for (const chat of news.chats) chats.set(chat.id, chat);
  for (const view of news.messages) {
    if (!messages.has(view.chat_id)) messages.set(view.chat_id, new Map());
    const talk = messages.get(view.chat_id);
    if (view.deleted) talk.delete(view.message_id); else talk.set(view.message_id, view);
    touched.add(view.chat_id);
  }
  if (chats.has(awaited)) awaited = null;
  if (fresh && !chats.has(current) && (awaited === null || awaited !== current)) choose(remembered());
  else {
    if (touched.has(current)) drawTalk();
    drawPerson();
  }
  news.presses.forEach(answered);
  seen();
}

async function meet(payload = null) {
  awaited = await welcome(chats, bot, payload);
  choose(awaited ?? current);
}

function remembered() {
  const id = Number(new URLSearchParams(location.search).get("chat") ?? location.hash.slice(1));
  return chats.has(id) ? id : null;
}

function choose(id) {
  current = id;
  thread = null;
  document.body.classList.toggle("open", id !== null);
  history.replaceState(null, "", id === null ? "/chat/" : `/chat/#${id}`);
  find("actions").hidden = find("commands").hidden = true;
  drawTalk(true);
  drawPerson();
  seen();
  if (id !== null && matchMedia("(min-width: 761px)").matches) find("text").focus();
}

function seen() {
  const chat = chats.get(current);
  if (chat?.unread && !document.hidden) call("/control/telegram/read", {chat_id: chat.id}).catch(() => {});
}

function drawTalk(jump = false) {
  const list = find("messages");
  atEnd = jump || list.scrollHeight - list.scrollTop - list.clientHeight < 120;
  const items = [];
  let day = "";
  const said = [...messages.get(current)?.values() ?? []].filter((view) => inTopic(view, thread));
  for (const view of said.sort((a, b) => a.message_id - b.message_id)) {
    if (dayOf(view) !== day) items.push(make("li", {className: "day"}, day = dayOf(view)));
    items.push(drawn(view, act, thread === null ? topicOf(chats.get(current), view) : ""));
  }
  const chat = chats.get(current);
  if (chat && !items.length) {
    items.push(make("li", {className: "service"}, bot.description || "Здесь пока ничего нет.\nНажмите «Запустить»."));
  }
  list.replaceChildren(...items);
  if (atEnd) list.scrollTop = list.scrollHeight;
}

function drawPerson() {
  drawPeople(chats, current, choose);
  const chat = chats.get(current);
  find("head").hidden = find("foot").hidden = find("messages").hidden = !chat;
  find("nobody").hidden = Boolean(chat);
  drawTopics(chat, thread, (id) => { thread = id; drawTalk(true); drawPerson(); });
  if (!chat) return;
  find("bot-name").textContent = chat.type === "private" ? bot.name : chat.title;
  const handle = chat.username ? ` @${chat.username}` : "";
  const presence = find("presence");
  presence.textContent = chat.action ? "печатает…" : `вы – ${chat.name}${handle}, ${chat.language}`;
  presence.classList.toggle("typing", Boolean(chat.action));
  if (chat.action) setTimeout(() => { chat.action = ""; drawPerson(); }, 5000);
  const ready = chat.started && !chat.blocked;
  find("composer").hidden = !ready;
  const big = find("big");
  big.hidden = ready;
  big.textContent = chat.blocked ? "Разблокировать" : "Запустить";
  big.onclick = () => attempt(() => (chat.blocked
    ? call("/control/telegram/block", {chat_id: chat.id, blocked: false})
    : call("/control/telegram/start", {chat_id: chat.id})));
  find("menu").hidden = !chat.commands.length;
  drawKeyboard(chat, ready);
}

function drawKeyboard(chat, ready) {
  const rows = ready ? chat.keyboard?.keyboard ?? [] : [];
  find("keyboard").hidden = !rows.length;
  find("keyboard").replaceChildren(...rows.map((row) => make("div", {}, row.map((one) => {
    const text = one.text ?? one;
    return make("button", {type: "button", onclick: () => act.say(text)}, text);
  }))));
}

function drawCommands(start) {
  const fitting = (chats.get(current)?.commands ?? []).filter((one) => `/${one.command}`.startsWith(start));
  const box = find("commands");
  box.hidden = !fitting.length;
  box.replaceChildren(...fitting.map((one) => make("button", {
    type: "button", onclick: () => { box.hidden = true; find("text").value = ""; act.say(`/${one.command}`); },
  }, make("b", {}, `/${one.command}`), make("span", {}, one.description))));
}

function drawActions() {
  const chat = chats.get(current);
  const fault = (title, order) => make("button", {
    type: "button", role: "menuitem",
    onclick: () => attempt(async () => {
      await call("/control/faults", {service: "telegram", chat_id: chat.id, ...order});
      toast(`Бот получит: ${title}`);
    }),
  }, title);
  find("actions").replaceChildren(
    ...groupActions(chat, thread),
    make("button", {type: "button", role: "menuitem", className: chat.blocked ? "" : "bad",
      onclick: () => attempt(() => call("/control/telegram/block", {chat_id: chat.id, blocked: !chat.blocked}))},
    chat.blocked ? "Разблокировать бота" : "Заблокировать бота"),
    make("button", {type: "button", role: "menuitem", onclick: () => act.say("/start")}, "Отправить /start"),
    make("button", {type: "button", role: "menuitem",
      onclick: () => attempt(() => call("/control/telegram/channel", {chat_id: chat.id, joined: !chat.in_channel}))},
    chat.in_channel ? "Выйти из канала" : "Вступить в канал"),
    make("hr"),
    make("div", {className: "title"}, "Сбои Telegram в этом чате"),
    fault("429 на 3 следующих сообщения", {kind: "status", status: 429, retry_after: 2, times: 3}),
    fault("500 на следующее", {kind: "status", status: 500}),
    fault("сообщение дойдёт, ответ – нет", {kind: "after", operation: "sendMessage"}),
    fault("тишина 30 секунд", {kind: "hang", seconds: 30}),
  );
}

find("composer").onsubmit = (event) => {
  event.preventDefault();
  const text = find("text").value.trim();
  if (!text) return;
  find("text").value = "";
  find("text").oninput();
  act.say(text);
};
find("text").oninput = () => {
  const field = find("text");
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight + 2}px`;
  if (field.value.startsWith("/")) drawCommands(field.value);
  else find("commands").hidden = true;
};
find("text").onkeydown = (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    find("composer").requestSubmit();
  }
};
find("menu").onclick = () => (find("commands").hidden ? drawCommands("") : (find("commands").hidden = true));
find("more").onclick = () => { drawActions(); find("actions").hidden = !find("actions").hidden; };
find("messages").onscroll = ({target}) => { atEnd = target.scrollHeight - target.scrollTop - target.clientHeight < 120; };
find("close").onclick = () => choose(null);
find("add").onclick = () => meet();
document.addEventListener("click", (event) => {
  if (!event.target.closest("#more")) find("actions").hidden = true;
  if (!event.target.closest("#menu, #text")) find("commands").hidden = true;
});
document.addEventListener("visibilitychange", seen);
const offered = new URLSearchParams(location.search).get("start");
follow("/control/telegram/changes", (news, fresh) => {
  apply(news, fresh);
  if (fresh && offered !== null && !location.hash) meet(offered);
});
