import {attempt, call, follow, make, time, clockTime} from "../common.js";

const find = (id) => document.getElementById(id);
const PLACES = {site: "Чат на сайте", whatsapp2: "WhatsApp", telebot: "Telegram"};
const AUTHORS = {us: "Дома и цены", manager: "Мария, менеджер"};
const LINK = /https?:\/\/[^\s<>"«»]+[^\s<>"«».,;:!?)]/g;
let news = {talks: [], webhooks: []};
let chosen = 0;

const current = () => news.talks.find((one) => one.lead === chosen);

// Words with their links alive.
function linked(text) {
  const parts = [];
  let end = 0;
  for (const found of text.matchAll(LINK)) {
    parts.push(text.slice(end, found.index), make("a", {href: found[0], target: "_blank", rel: "noopener"}, found[0]));
    end = found.index + found[0].length;
  }
  return [...parts, text.slice(end)];
}

// How the events about a visitor's message fared.
function fate(talk, said) {
  const calls = talk.deliveries.filter((one) => one.message === said.number);
  if (calls.length && calls.every((one) => one.done)) return make("span", {}, " ✓✓");
  if (calls.some((one) => one.attempts.length)) return make("span", {className: "lost"}, " не доставлено");
  return calls.length ? " ✓" : make("span", {className: "lost"}, " никому не ушло");
}

function line(talk, said) {
  const own = said.author === "visitor";
  return make("div", {className: own ? "line own" : "line"},
    own ? "" : make("small", {className: "who"}, AUTHORS[said.author]),
    said.picture ? make("img", {src: said.picture, alt: "Вложение"}) : "",
    linked(said.text),
    make("small", {}, time(said.at), own ? fate(talk, said) : ""));
}

function drawLines(talk) {
  const box = find("lines");
  const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 80;
  const content = talk?.messages.length
    ? talk.messages.map((said) => line(talk, said))
    : [make("p", {className: "greeting"}, "Здравствуйте! Напишите, что хотите построить или отремонтировать, – ответим здесь.")];
  box.replaceChildren(...content);
  if (atEnd || !talk) box.scrollTop = box.scrollHeight;
}

function drawSide(talk) {
  find("visitors").replaceChildren(...news.talks.toReversed().map((one) => make("button", {
    type: "button", ariaPressed: String(one.lead === chosen), "data-channel": one.channel, title: PLACES[one.channel],
    onclick: () => { choose(one.lead); },
  }, make("i", {ariaHidden: "true"}), one.name)));
  find("tell-phone").disabled = find("by-hand").disabled = !talk;
  const hook = news.webhooks[0];
  const works = hook?.status === "active";
  find("hook").textContent = hook ? `Webhook ${works ? "включён" : "отключён"}` : "Webhook не подключён";
  find("hook").className = `badge ${works ? "good" : "bad"}`;
  find("switch").textContent = works ? "Отключить" : "Включить";
  find("switch").disabled = !hook;
  find("deaf").hidden = works;
  find("deaf").textContent = hook
    ? "Webhook отключён: система не слышит этот чат. Включите его здесь или подождите – в течение часа она включит его сама."
    : "Webhook не подключён. Система подключит его сама в течение часа.";
  find("sent").replaceChildren(...(talk?.deliveries ?? []).toReversed().map((one) => make("li", {},
    make("b", {}, one.label), ` · ${clockTime(one.at)}`, make("br"), one.attempts.join(" → ") || "отправляем")));
}

function draw() {
  const talk = current();
  const place = talk?.channel ?? "site";
  find("chat").dataset.channel = place;
  find("title").textContent = place === "site" ? "Дома и цены" : `Дома и цены · ${PLACES[place]}`;
  find("state").textContent = talk ? [talk.name, talk.phone].filter(Boolean).join(" · ") : "Обычно отвечаем за минуту";
  drawLines(talk);
  drawSide(talk);
}

function choose(lead) {
  chosen = lead;
  draw();
  find("lines").scrollTop = find("lines").scrollHeight;
}

async function ask(question, value = "") {
  const dialog = find("ask");
  find("question").textContent = question;
  find("reply").value = value;
  dialog.returnValue = "no";
  dialog.showModal();
  await new Promise((resolve) => { dialog.onclose = resolve; });
  return dialog.returnValue === "yes" ? find("reply").value.trim() : "";
}

find("composer").onsubmit = (event) => {
  event.preventDefault();
  const text = find("text").value.trim();
  if (!text) return;
  attempt(async () => {
    const answer = await call("/control/umnico/say", {lead: chosen || undefined, text, way: find("way").value});
    find("text").value = "";
    find("text").style.height = "";
    find("way").value = "plain";
    chosen = answer.talk.lead;
    find("lines").scrollTop = find("lines").scrollHeight;
  });
};
find("text").onkeydown = (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  find("composer").requestSubmit();
};
find("text").oninput = () => {
  find("text").style.height = "";
  find("text").style.height = `${find("text").scrollHeight + 2}px`;
};
find("channel").onchange = () => { find("phone-row").hidden = find("channel").value !== "whatsapp2"; };
find("newcomer").onsubmit = (event) => {
  event.preventDefault();
  attempt(async () => {
    const channel = find("channel").value;
    const answer = await call("/control/umnico/visit", {
      channel, name: find("name").value, phone: channel === "whatsapp2" ? find("phone").value : "",
    });
    find("name").value = find("phone").value = "";
    news.talks = [...news.talks.filter((one) => one.lead !== answer.talk.lead), answer.talk];
    choose(answer.talk.lead);
    find("text").focus();
  });
};
find("tell-phone").onclick = async () => {
  const phone = await ask("Телефон посетителя: Umnico сообщит его системе", current().phone || "+7 900 000-00-01");
  if (phone) attempt(() => call("/control/umnico/change", {lead: chosen, phone}));
};
find("by-hand").onclick = async () => {
  const text = await ask("Ответ менеджера из окна Umnico", "Здравствуйте! Я уже смотрю.");
  if (text) attempt(() => call("/control/umnico/manager", {lead: chosen, text}));
};
find("switch").onclick = () => {
  const status = news.webhooks[0].status === "active" ? "disabled" : "active";
  attempt(() => call("/control/umnico/webhook", {status}));
};

let shown = "";
follow("/control/umnico/talks", (answer) => {
  news = answer;
  if (!current()) chosen = news.talks.at(-1)?.lead ?? 0;
  const stamp = JSON.stringify([news.talks, news.webhooks, chosen]);
  if (stamp !== shown) draw();
  shown = stamp;
}, 20);
