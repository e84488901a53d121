// Helpers shared by the sandbox's pages.

export async function call(path, body) {
  const options = body === undefined ? {} : {
    method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify(body),
  };
  const response = await fetch(path, options);
  const answer = await response.json();
  if (!answer.ok) throw new Error(answer.error);
  return answer;
}

// Do something for a person: what goes wrong is shown, not thrown.
export async function attempt(work) {
  try {
    return await work();
  } catch (error) {
    toast(`Не получилось: ${error.message}`);
    return null;
  }
}

export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in element) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

export function toast(text, seconds = 3) {
  let box = document.querySelector(".toasts");
  if (!box) document.body.append(box = make("div", {className: "toasts", role: "status"}));
  const note = make("div", {className: "toast"}, text);
  box.append(note);
  setTimeout(() => note.remove(), seconds * 1000);
}

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const field = make("textarea", {value: text});
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
  toast("Скопировано");
}

// Long poll `path` forever; `apply` gets every answer. A new epoch (restart, reset) begins from zero.
export async function follow(path, apply, wait = 25) {
  let epoch = "", since = 0, failures = 0;
  for (;;) {
    try {
      const joint = path.includes("?") ? "&" : "?";
      const news = await call(`${path}${joint}epoch=${epoch}&since=${since}&wait=${wait}`);
      const fresh = news.epoch !== epoch;
      ({epoch} = news);
      since = news.revision;
      failures = 0;
      document.body.classList.remove("offline");
      apply(news, fresh);
    } catch {
      failures += 1;
      document.body.classList.add("offline");
      await new Promise((resolve) => setTimeout(resolve, Math.min(500 * failures, 5000)));
    }
  }
}

const ZONE = "Europe/Moscow";
const DAY_TIME = {day: "numeric", month: "long", hour: "2-digit", minute: "2-digit", timeZone: ZONE};

export function dateTime(value, options = {}) {
  return new Date(value).toLocaleString("ru-RU", {...DAY_TIME, ...options});
}

export function time(value) {
  return new Date(value).toLocaleTimeString("ru-RU", {hour: "2-digit", minute: "2-digit", timeZone: ZONE});
}

export function clockTime(value) {
  return new Date(value).toLocaleTimeString("ru-RU", {timeZone: ZONE});
}

export function roubles(value) {
  return `${Number(value).toLocaleString("ru-RU", {maximumFractionDigits: 2})} ₽`;
}
