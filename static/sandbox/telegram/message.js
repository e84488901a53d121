// One message of the talk: bubble, picture, buttons.
import {copy, make, time} from "../common.js";
import {formatted} from "./text.js";

const MARKS = {url: "↗", copy_text: "", web_app: "↗"};

function button(view, one, act) {
  const kind = Object.keys(one).find((name) => name in MARKS);
  const element = make("button", {type: "button", className: one.style ? `style-${one.style}` : ""}, one.text);
  if (kind) element.append(make("span", {className: `mark ${kind}`, ariaHidden: "true"}, MARKS[kind]));
  element.onclick = (event) => {
    if (one.callback_data !== undefined) act.press(view, one, element);
    else if (one.url) act.open(event, one.url);
    else if (one.copy_text) copy(one.copy_text.text);
    else if (one.web_app) act.open(event, one.web_app.url);
  };
  if (one.callback_data !== undefined) element.title = one.callback_data;
  return element;
}

function attachment(wire, act) {
  if (wire.photo) {
    const address = `/chat/file/${wire.photo.at(-1).file_id}`;
    return make("img", {src: address, alt: "Фото от бота", onload: act.grown, onclick: () => open(address, "_blank")});
  }
  if (!wire.document) return null;
  return make("div", {className: "document"}, "📄",
    make("a", {href: `/chat/file/${wire.document.file_id}`, download: wire.document.file_name}, wire.document.file_name));
}

export function drawn(view, act, topic = "") {
  const wire = view.message;
  if (wire.forum_topic_created) return make("li", {className: "service"}, `Создана тема ${wire.forum_topic_created.name}`);
  const text = wire.text ?? wire.caption ?? "";
  const stamp = `${wire.edit_date ? "изменено " : ""}${time(wire.date * 1000)}`;
  const quoted = wire.reply_to_message;
  const bubble = make("div", {className: "bubble"},
    topic ? make("div", {className: "topic"}, topic) : null,
    quoted ? make("div", {className: "quote"}, quoted.text ?? quoted.caption ?? "Фото") : null,
    attachment(wire, act),
    make("div", {className: "words"}, formatted(text, wire.entities ?? wire.caption_entities, act),
      make("span", {className: "stamp"}, stamp)));
  const rows = wire.reply_markup?.inline_keyboard ?? [];
  const keyboard = rows.length
    ? make("div", {className: "inline"}, rows.map((row) => make("div", {}, row.map((one) => button(view, one, act)))))
    : null;
  const item = make("li", {className: view.outgoing ? "theirs" : "mine", id: `m${view.message_id}`}, bubble, keyboard);
  return item;
}

export function dayOf(view) {
  return new Date(view.message.date * 1000).toLocaleDateString("ru-RU", {day: "numeric", month: "long", timeZone: "Europe/Moscow"});
}
