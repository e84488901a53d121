// Topics of a group, and what one does there as somebody else: chips over the talk, entries of the menu.
import {attempt, call, make} from "../common.js";

export const inTopic = (view, thread) => thread === null || view.message.message_thread_id === thread;

export const topicOf = (chat, view) => chat?.topics.find((one) => one.id === view.message.message_thread_id)?.name ?? "";

export function drawTopics(chat, thread, choose) {
  const box = document.getElementById("topics");
  box.hidden = !chat?.topics.length;
  box.replaceChildren(...[{id: null, name: "все темы"}, ...chat?.topics ?? []].map((one) => make("button", {
    type: "button", ariaPressed: String(one.id === thread), onclick: () => choose(one.id),
  }, one.name)));
}

export function groupActions(chat, thread) {
  if (chat.type === "private" || !chat.members.length) return [];
  const entry = (title, order) => make("button", {
    type: "button", role: "menuitem",
    onclick: () => attempt(() => call("/control/telegram/group", {chat_id: chat.id, ...order})),
  }, title);
  const others = chat.members.filter((one) => one.id !== chat.person_id);
  const named = chat.topics.find((one) => one.id === thread);
  return [
    ...others.map((one) => entry(`Стать: ${one.name}`, {person: one.id})),
    ...named ? [entry(`Удалить тему ${named.name}`, {delete_topic: named.id})] : [],
    entry(chat.is_forum ? "Выключить темы" : "Включить темы", {is_forum: !chat.is_forum}),
    make("hr"),
  ];
}
