import {attempt, call, follow, make} from "../common.js";

const find = (id) => document.getElementById(id);
const ANSWERS = [
  ["ok", "Работает"], ["slow", "Медленно"], ["down", "Не отвечает"], ["quota", "Запросы исчерпаны"],
  ["soft", "Сообщение об ошибке"], ["string", "Мусор"], ["key", "Ключ не принят"],
];
const KINDS = {slow: "slow", reset: "down", garbage: "string"};
let news = {companies: [], faults: [], spent: {}};

function mode() {
  const fault = news.faults[0];
  if (!fault) return news.over_quota ? "quota" : "ok";
  return KINDS[fault.kind] ?? (fault.status === 200 ? "soft" : "key");
}

function change(company, fields) {
  return attempt(() => call("/control/fns/change", {inn: company.inn, ...fields}));
}

function asking(company, field, question) {
  return make("button", {type: "button", onclick: () => {
    const value = prompt(question, company[field]);
    if (value !== null) change(company, {[field]: value});
  }}, question);
}

function card(company) {
  const works = company.status === "Действующее" && !company.closed;
  return make("div", {className: "company"},
    make("div", {}, make("b", {}, `${company.kind === "ИП" ? "ИП" : company.form} ${company.name}`),
      make("div", {className: "soft small"}, `ИНН ${company.inn} · ОГРН ${company.ogrn || "–"}`),
      make("div", {className: "soft small"}, [company.director || company.managed_by, company.address].filter(Boolean).join(" · "))),
    make("div", {}, make("span", {className: `badge ${works ? "good" : "bad"}`}, company.status),
      company.closed ? make("div", {className: "soft small"}, company.closed) : ""),
    make("div", {className: "actions"},
      make("button", {type: "button", className: works ? "bad" : "", onclick: () => change(company, works ? {liquidate: true} : {reopen: true})},
        works ? "Ликвидировать" : "Вернуть"),
      asking(company, "name", "Название"), asking(company, "director", "Руководитель"), asking(company, "address", "Адрес"),
      asking(company, "status", "Состояние")));
}

function draw() {
  find("answers").replaceChildren(...ANSWERS.map(([code, words]) => make("button", {
    type: "button", ariaPressed: String(code === mode()), onclick: () => attempt(() => call("/control/fns/answer", {code})),
  }, words)));
  find("spent").textContent = `Запросов: ${Object.entries(news.spent).map(([name, count]) => `${name} ${count}`).join(", ")} из ${news.limit}`;
  find("companies").replaceChildren(...news.companies.map(card));
}

find("add").onsubmit = (event) => {
  event.preventDefault();
  attempt(async () => {
    await call("/control/fns/change", {inn: find("inn").value.trim()});
    find("inn").value = "";
  });
};
let shown = "";
follow("/control/fns/companies", (answer) => {
  news = answer;
  const stamp = JSON.stringify([news.companies, news.faults, news.spent, news.limit]);
  if (stamp !== shown) draw();
  shown = stamp;
}, 10);
