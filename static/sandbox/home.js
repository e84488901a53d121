import {attempt, call, dateTime} from "./common.js";
import {describe} from "./clock-words.js";

function show(news) {
  const cards = document.querySelectorAll("#tiles .tile");
  news.tiles.forEach((tile, place) => {
    cards[place].querySelectorAll("dd").forEach((value, line) => { value.textContent = tile.facts[line][1]; });
    const notice = cards[place].querySelector(".notice");
    notice.textContent = tile.trouble;
    notice.hidden = !tile.trouble;
  });
  document.getElementById("now").textContent = dateTime(news.now, {year: "numeric"});
  document.getElementById("offset").textContent = describe(news.offset_seconds);
  document.getElementById("faults").textContent = news.faults ? `сбоев: ${news.faults}` : "ничего";
}

async function refresh() {
  if (!document.hidden) {
    try { show(await call("/control/overview")); } catch { /* the next turn tries again */ }
  }
  setTimeout(refresh, 2000);
}

document.getElementById("reset").onclick = async () => {
  if (!confirm("Забыть все чаты, счета и пользователей двойников?")) return;
  await attempt(() => call("/control/reset", {}));
  location.reload();
};
refresh();
