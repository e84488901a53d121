// The page of a payment service: its entries, every way to pay them, its calls to the system, its behaviour.
// A service gives its words and its fields; `key` names an entry in the control API, `param` in the address.
import {attempt, call, copy, dateTime, follow, make, roubles, time, toast} from "../common.js";

export {dateTime, make, roubles, time};

const NEWS = {
  calls: {title: "Вызовы к системе", none: "Вызовов ещё не было.", go: "Вызовы идут на", done: "принят", refused: "не принят"},
  notices: {
    title: "Уведомления системе", none: "Уведомлений ещё не было.", go: "Уведомления идут на", done: "принято", refused: "не принято",
  },
};

// What an API can do wrong: [words, fault]; `statuses` are further errors of this service.
export function faults(...statuses) {
  return [
    ["Ошибка 500", {kind: "status", status: 500}],
    ...statuses.map(([words, status]) => [words, {kind: "status", status}]),
    ["Медленно, 8 с", {kind: "slow", seconds: 8}],
    ["Молчание", {kind: "hang", seconds: 60}],
    ["Обрыв", {kind: "reset"}],
    ["Мусор", {kind: "garbage"}],
    ["Выполнено, ответ потерян", {kind: "after"}],
  ];
}

const find = (id) => document.getElementById(id);

export function number(id, words, value) {
  return make("label", {}, words, make("input", {id, inputMode: "numeric", value}));
}

export function sum(words, placeholder) {
  return make("label", {}, words, make("input", {id: "amount", inputMode: "decimal", placeholder}));
}

export function bank(service) {
  const news = NEWS[service.news];
  const price = service.price ?? ((entry) => roubles(entry.amount));
  const name = (entry) => String(entry[service.key]);
  let entries = [], current = new URLSearchParams(location.search).get(service.param), filled = false, shown = "";

  function state(entry) {
    const [tone, words] = service.state(entry);
    return make("span", {className: `badge ${tone}`}, words);
  }

  function drawList() {
    find("orders").replaceChildren(...entries.map((entry) => make("li", {}, make("button", {
      type: "button", ariaCurrent: String(name(entry) === current), onclick: () => choose(name(entry)),
    },
    make("span", {className: "sum"}, price(entry)), state(entry),
    make("span", {className: "id"}, `${time(entry.created)} · ${service.line(entry).join(" · ")}`)))));
    if (!entries.length) find("orders").append(make("li", {className: "card empty"}, service.none));
  }

  function choose(id) {
    current = id;
    find("desk").classList.toggle("chosen", Boolean(id));
    drawList();
    drawEntry();
  }

  function pay(mode, words) {
    const times = Number(find("number").value) || 5, amount = find("amount").value.replace(",", ".");
    const more = find("asset") ? {asset: find("asset").value} : {};
    attempt(async () => {
      await call(`/control/${service.slug}/pay`, {[service.key]: current, mode, amount, count: times, seconds: times, ...more});
      toast(`Готово: ${words}`);
    });
  }

  function way([mode, words, meaning], extra) {
    const className = mode === "pay" ? "primary" : extra;
    return make("button", {type: "button", className, title: meaning, onclick: () => pay(mode, words)}, words);
  }

  function ways(entry) {
    return make("div", {className: "ways"},
      service.first ? make("div", {className: "row main"}, service.first.map((one) => way(one, ""))) : null,
      service.ways(entry).map(([title, extra, list]) => make("div", {},
        make("h3", {}, title), make("div", {className: "row"}, list.map((one) => way(one, extra))))),
      make("div", {className: "amounts"}, service.amounts(entry)));
  }

  function delivery(one) {
    const [tone, words] = one.done ? ["good", news.done] : one.attempts.length ? ["bad", news.refused] : ["warn", "в пути"];
    const head = service.head?.(one);
    return make("details", {id: `delivery-${one.number}`}, make("summary", {},
      make("span", {}, `${time(one.at)} · ${one.label}`), make("span", {className: `badge ${tone}`}, words),
      make("span", {className: "tries"}, one.attempts.map((tried, index) => `${index + 1}) ${tried}`).join("   "))),
    head ? make("pre", {}, head) : null,
    make("pre", {title: "Скопировать", onclick: (event) => copy(event.currentTarget.textContent)}, one.body || "(пусто)"));
  }

  function history(entry) {
    return make("ul", {className: "past"}, entry.history.map((line) => {
      const [at, ...words] = line.split(" ");
      return make("li", {}, make("time", {}, time(at)), words.join(" "));
    }));
  }

  function drawEntry() {
    const entry = entries.find((one) => name(one) === current), box = find("order");
    if (!entry) {
      box.replaceChildren(make("div", {className: "card empty"}, service.choose));
      return;
    }
    const open = new Set([...box.querySelectorAll("details[open]")].map((one) => one.id));
    const kept = [...box.querySelectorAll(".amounts [id]")].map((one) => [one.id, one.value]);
    const log = [...entry.deliveries].reverse().map(delivery);
    log.forEach((one) => { one.open = open.has(one.id); });
    box.replaceChildren(
      make("button", {type: "button", className: "return", onclick: () => choose(null)}, service.all),
      make("div", {className: "card"},
        make("div", {className: "head"},
          make("div", {}, make("div", {className: "total"}, price(entry)), state(entry)),
          make("a", {className: "button", href: entry.pay_url, target: "_blank", rel: "noopener"}, "Страница оплаты ↗")),
        make("dl", {className: "facts"}, service.facts(entry).flatMap(([title, value]) => [make("dt", {}, title), make("dd", {}, value)]))),
      make("div", {className: "card"}, make("h2", {}, service.first ? "Оплатить" : "Что случится"), ways(entry)),
      make("div", {className: "card"}, make("h2", {}, news.title),
        make("div", {className: "log"}, log.length ? log : make("p", {className: "soft"}, news.none))),
      make("div", {className: "card"}, make("h2", {}, "История"), history(entry)));
    for (const [id, value] of kept) if (find(id)) find(id).value = value;
  }

  function drawSetup(told) {
    find("callback").textContent = `${news.go} ${told.callback_url}${service.suffix ?? ""}`;
    find("planned").replaceChildren(...told.faults.map((fault) => {
      const words = service.faults.find(([, one]) => one.kind === fault.kind && (one.status ?? fault.status) === fault.status);
      return make("span", {className: "badge bad"}, `${words?.[0] ?? fault.kind} × ${fault.times ?? "∞"}`);
    }));
    if (told.faults.length) {
      find("planned").append(make("button", {type: "button",
        onclick: () => attempt(() => call("/control/faults/clear", {service: service.slug}))}, "Отменить"));
    }
    if (filled) return;
    filled = true;
    for (const [option, value] of Object.entries(told.options)) {
      const field = find("option-form").elements[option];
      if (field?.type === "checkbox") field.checked = value;
      else if (field) field.value = value;
    }
  }

  function given(field) {
    if (field.type === "checkbox") return field.checked;
    if (field.inputMode === "numeric") return Number(field.value);
    return field.inputMode === "decimal" ? field.value.replace(",", ".") : field.value.trim();
  }

  find("setup").onclick = () => {
    const hidden = (find("options").hidden = !find("options").hidden);
    find("setup").ariaExpanded = String(!hidden);
  };
  find("option-form").onsubmit = (event) => {
    event.preventDefault();
    const fields = [...event.target.elements].filter((field) => field.name);
    const options = Object.fromEntries(fields.map((field) => [field.name, given(field)]));
    attempt(async () => { await call(`/control/${service.slug}/options`, options); toast("Применено"); });
  };
  find("faults").append(...service.faults.map(([words, fault]) => make("button", {type: "button", onclick: () => attempt(() => call(
    "/control/faults", {service: service.slug, times: Number(find("times").value) || 1, ...fault}))}, words)));
  find("desk").classList.toggle("chosen", Boolean(current));
  follow(`/control/${service.slug}/${service.list}`, (told, fresh) => {
    if (fresh) filled = false;
    entries = told[service.list];
    drawSetup(told);
    const stamp = JSON.stringify(entries);
    if (stamp === shown) return;
    shown = stamp;
    if (!current && entries.length && matchMedia("(min-width: 701px)").matches) current = name(entries[0]);
    drawList();
    drawEntry();
  });
}
