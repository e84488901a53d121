import {attempt, call} from "./common.js";
import {describe} from "./clock-words.js";

let ahead = 0;
const WORDS = {weekday: "long", day: "numeric", month: "long", year: "numeric", timeZone: "Europe/Moscow"};

function learn(answer) {
  ahead = new Date(answer.now) - Date.now();
  const badge = document.getElementById("offset");
  badge.textContent = describe(answer.offset_seconds);
  badge.className = answer.offset_seconds ? "badge warn" : "badge good";
  tick();
}

function tick() {
  const now = new Date(Date.now() + ahead);
  document.getElementById("time").textContent = now.toLocaleTimeString("ru-RU", {timeZone: "Europe/Moscow"});
  document.getElementById("day").textContent = now.toLocaleDateString("ru-RU", WORDS);
}

const move = (change) => attempt(async () => learn(await call("/control/clock", change)));

document.querySelectorAll("[data-advance]").forEach((button) => {
  button.onclick = () => move({advance_seconds: Number(button.dataset.advance)});
});
document.getElementById("other").onsubmit = (event) => {
  event.preventDefault();
  move({advance_seconds: Math.round(Number(event.target.minutes.value) * 60)});
};
document.getElementById("reset").onclick = () => move({offset_seconds: 0});
attempt(async () => learn(await call("/control/clock")));
setInterval(tick, 1000);
