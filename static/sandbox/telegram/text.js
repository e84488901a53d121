// A message's text with its entities. Offsets are UTF-16 units, which is how JavaScript counts too.
import {copy, make} from "../common.js";

const TAGS = {
  bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code", pre: "pre",
  blockquote: "blockquote", expandable_blockquote: "blockquote", custom_emoji: "span",
};

function wrap(entity, words, act) {
  const {type} = entity;
  if (type === "code" || type === "pre") {
    return make(TAGS[type], {title: "Скопировать", onclick: (event) => copy(event.currentTarget.textContent)});
  }
  if (type === "spoiler") {
    return make("span", {className: "spoiler", onclick: (event) => event.currentTarget.classList.add("seen")});
  }
  if (type === "text_link" || type === "url") {
    const address = entity.url ?? words;
    return make("a", {href: address, target: "_blank", rel: "noopener", onclick: (event) => act.open(event, address)});
  }
  if (type === "email") return make("a", {href: `mailto:${words}`});
  if (type === "bot_command") return make("span", {className: "command", onclick: () => act.say(words)});
  if (type === "mention") return make("span", {className: "command"});
  return make(TAGS[type] ?? "span");
}

// Entities are sorted outer first; one that crosses its neighbour is cut at the border.
export function formatted(text, entities, act) {
  const build = (from, to, inside) => {
    const nodes = [];
    let at = from, index = 0;
    while (index < inside.length) {
      const entity = inside[index];
      const start = Math.max(entity.offset, at), end = Math.min(entity.offset + entity.length, to);
      index += 1;
      if (end <= start) continue;
      if (start > at) nodes.push(text.slice(at, start));
      const children = [];
      while (index < inside.length && inside[index].offset < end) children.push(inside[index++]);
      const element = wrap(entity, text.slice(start, end), act);
      element.append(...build(start, end, children));
      nodes.push(element);
      at = end;
    }
    if (at < to) nodes.push(text.slice(at, to));
    return nodes;
  };
  return build(0, text.length, entities ?? []);
}
