import {attempt, call, clockTime, make} from "./common.js";

const NAMES = {telegram: "Telegram", oneplat: "1Plat", cryptobot: "CryptoBot", remnawave: "Remnawave"};
const form = document.getElementById("fault");
const services = [...form.service.options].map((option) => option.value);
let service = "", drawn = "";

function badge(entry) {
  const kind = entry.status === 0 || entry.status >= 500 ? "bad" : entry.status >= 400 ? "warn" : "good";
  const note = entry.fault ? ` · ${entry.fault}` : "";
  return make("span", {className: `badge ${kind}`}, `${entry.status || "обрыв"}${note}`);
}

function line(entry) {
  const inward = entry.direction === "in";
  return make("details", {id: `entry-${entry.number}`},
    make("summary", {},
      make("span", {className: "mono soft"}, clockTime(entry.at)),
      make("span", {title: inward ? "система → двойник" : "двойник → система"}, inward ? "→" : "←"),
      make("span", {className: "service soft"}, NAMES[entry.service] ?? entry.service),
      make("span", {className: "what", title: entry.path}, inward ? entry.operation : `${entry.operation} ${entry.path}`),
      badge(entry),
      make("span", {className: "ms"}, `${entry.ms} мс`)),
    make("div", {className: "small soft mono"}, `${entry.method} ${entry.path}`),
    make("pre", {}, entry.request || "(пусто)"),
    make("pre", {}, entry.answer || "(нет ответа)"));
}

async function refresh() {
  if (!document.hidden) {
    try {
      const [journal, planned] = await Promise.all([
        call(`/control/journal?limit=150&service=${service}`), call("/control/faults")]);
      draw(journal.entries);
      plan(planned.faults);
    } catch { /* the next turn tries again */ }
  }
  setTimeout(refresh, 1500);
}

function draw(entries) {
  const stamp = `${service}:${entries.at(-1)?.number}:${entries.length}`;
  document.getElementById("count").textContent = entries.length ? `показано: ${entries.length}` : "";
  if (stamp === drawn) return;
  drawn = stamp;
  const open = new Set([...document.querySelectorAll("#entries details[open]")].map((one) => one.id));
  const lines = entries.reverse().map(line);
  lines.forEach((one) => { one.open = open.has(one.id); });
  const box = document.getElementById("entries");
  box.replaceChildren(...(lines.length ? lines : [make("p", {className: "empty"}, "Вызовов пока не было.")]));
}

function plan(faults) {
  document.getElementById("planned").replaceChildren(...faults.map((fault) => make("span", {className: "badge bad"},
    `${NAMES[fault.service] ?? fault.service}: ${form.kind.querySelector(`[value=${fault.kind}]`).textContent}`
    + `${fault.kind === "status" ? ` ${fault.status}` : ""}${fault.operation ? ` (${fault.operation})` : ""}`
    + `${fault.subject ? ` чат ${fault.subject}` : ""} × ${fault.times ?? "∞"}`,
    make("button", {type: "button", title: "Отменить", ariaLabel: "Отменить",
      onclick: () => attempt(() => call("/control/faults/clear", {id: fault.id}))}, "×"))));
}

function fit() {
  const kind = form.kind.value;
  form.querySelector("[data-for=status]").hidden = kind !== "status";
  form.querySelector("[data-for=seconds]").hidden = !["slow", "hang", "after"].includes(kind);
}

form.kind.onchange = fit;
form.onsubmit = (event) => {
  event.preventDefault();
  const order = {service: form.service.value, kind: form.kind.value, operation: form.operation.value.trim()};
  order.times = Number(form.times.value) || null;
  if (order.kind === "status") order.status = Number(form.status.value);
  else if (!form.querySelector("[data-for=seconds]").hidden) order.seconds = Number(form.seconds.value);
  attempt(async () => plan((await call("/control/faults", order)).faults));
};

document.getElementById("filters").append(...["", ...services].map((name) => make("button", {
  type: "button", ariaPressed: String(name === service),
  onclick: (event) => {
    service = name;
    document.querySelectorAll("#filters button").forEach((one) => { one.ariaPressed = String(one === event.target); });
    attempt(async () => draw((await call(`/control/journal?limit=150&service=${service}`)).entries));
  },
}, name ? NAMES[name] ?? name : "Все")));
fit();
refresh();
