// A mailing being written: what it would do, told anew while one types. A mailing under way: how far it is.
const writing = document.querySelector("form[data-side]");
if (writing) {
    const side = document.getElementById("mailing-side");
    const channel = writing.elements.channel;
    let waiting = 0, turn = 0;
    const fit = () => {
        for (const part of writing.querySelectorAll("[data-channel]")) part.hidden = part.dataset.channel !== channel.value;
    };
    const tell = async () => {
        const mine = ++turn;
        side.classList.add("office-busy");
        try {
            const answer = await fetch(writing.dataset.side, { method: "POST", body: new FormData(writing) });
            const text = await answer.text();
            if (answer.ok && mine === turn) side.innerHTML = text;
        } finally {
            if (mine === turn) side.classList.remove("office-busy");
        }
    };
    const soon = () => { fit(); clearTimeout(waiting); waiting = setTimeout(tell, 700); };
    writing.addEventListener("input", soon);
    writing.addEventListener("change", soon);
    fit();
}

const live = document.querySelector("[data-live]");
if (live) {
    const again = async () => {
        if (live.querySelector("[data-moving='1']") === null) return;
        if (!document.hidden) {
            const answer = await fetch(live.dataset.live);
            if (answer.ok) {
                live.innerHTML = await answer.text();
                if (live.querySelector("[data-moving='1']") === null) location.reload();
            }
        }
        setTimeout(again, 4000);
    };
    setTimeout(again, 4000);
}
