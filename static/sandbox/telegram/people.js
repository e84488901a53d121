// The list of people, and the dialog that adds one or lets one follow a bot link.
import {attempt, call, make, time} from "../common.js";

const COLOURS = ["#e17076", "#7bc862", "#65aadd", "#a695e7", "#ee7aae", "#6ec9cb", "#faa774"];
const dialog = document.getElementById("newcomer");

export function face(chat) {
  const colour = COLOURS[Math.abs(chat.id) % COLOURS.length];
  return make("span", {className: "face", style: `background: ${colour}`, ariaHidden: "true"}, [...chat.title][0] ?? "?");
}

function when(chat) {
  return chat.last_date ? time(chat.last_date * 1000) : "";
}

function last(chat) {
  if (chat.blocked) return "бот заблокирован";
  if (!chat.started) return chat.start_payload ? `пришёл по ссылке: ${chat.start_payload}` : "ещё не запускал бота";
  return chat.last_text.replaceAll("\n", " ");
}

export function drawPeople(chats, current, choose) {
  const sorted = [...chats.values()].sort((a, b) => b.last_date - a.last_date || b.revision - a.revision);
  document.getElementById("chats").replaceChildren(...sorted.map((chat) => make("li", {},
    make("button", {type: "button", ariaCurrent: String(chat.id === current), onclick: () => choose(chat.id)},
      face(chat),
      make("span", {className: "name"}, chat.title),
      make("span", {className: "when"}, when(chat)),
      make("span", {className: "last"}, last(chat)),
      chat.unread && chat.id !== current ? make("span", {className: "unread"}, chat.unread) : make("span")))));
}

// A bot link, or a t.me/share link around one: the payload; null for any other address.
export function payloadOf(address, username) {
  let link;
  try { link = new URL(address); } catch { return null; }
  if (!["t.me", "telegram.me"].includes(link.hostname)) return null;
  if (link.pathname.startsWith("/share")) return payloadOf(link.searchParams.get("url") ?? "", username);
  if (link.pathname.slice(1).toLowerCase() !== username.toLowerCase()) return null;
  return link.searchParams.get("start") ?? "";
}

function ask(chats, payload) {
  const form = dialog.querySelector("form");
  form.reset();
  const follows = payload !== null;
  document.getElementById("newcomer-title").textContent = follows ? "Переход по ссылке бота" : "Новый клиент";
  document.getElementById("who-label").hidden = !follows || !chats.size;
  form.who.replaceChildren(make("option", {value: ""}, "новый клиент"),
    ...[...chats.values()].filter((chat) => chat.type === "private")
      .map((chat) => make("option", {value: chat.id}, chat.title)));
  form.start.value = payload ?? "";
  const fit = () => { form.querySelector("[data-new]").hidden = form.who.value !== ""; };
  form.who.onchange = fit;
  fit();
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.onclose = () => resolve(dialog.returnValue === "ok" ? form : null);
  });
}

// Ends with the id of the chat to open, or null.
export async function welcome(chats, bot, payload = null) {
  const form = await ask(chats, payload);
  if (!form) return null;
  const typed = form.start.value.trim();
  const start = payloadOf(typed, bot.username) ?? typed;
  return attempt(async () => {
    if (form.who.value) {
      const chat_id = Number(form.who.value);
      await call("/control/telegram/start", {chat_id, payload: start});
      return chat_id;
    }
    const {name, username, language} = form;
    const made = await call("/control/telegram/chats", {
      name: name.value.trim(), username: username.value.trim(), language: language.value, start,
    });
    return made.chat.id;
  });
}
