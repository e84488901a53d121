// A conversation that is open shows new messages by itself. Without this the page is simply read again.
const thread = document.querySelector("[data-thread]");
const state = document.querySelector("[data-thread-state]");
const EVERY = 4000;

const toEnd = () => { thread.scrollTop = thread.scrollHeight; };
const isAtEnd = () => thread.scrollHeight - thread.scrollTop - thread.clientHeight < 80;

async function look() {
    if (document.hidden) return;
    const known = thread.dataset.tag ? { "If-None-Match": thread.dataset.tag } : {};
    const answer = await fetch(thread.dataset.thread, { headers: known, cache: "no-store" });
    if (answer.status === 304) return;
    if (!answer.ok) throw new Error(answer.status);
    const stays = !isAtEnd();
    thread.dataset.tag = answer.headers.get("ETag") ?? "";
    // The server's own template, escaped there.
    thread.innerHTML = (await answer.json()).html;
    if (!stays) toEnd();
}

async function keepLooking() {
    try {
        await look();
        state.textContent = "";
    } catch {
        state.textContent = state.dataset.off;
    }
    setTimeout(keepLooking, EVERY);
}

if (thread) {
    toEnd();
    setTimeout(keepLooking, EVERY);
}

// Ctrl+Enter answers; a form that has been sent is not sent again.
document.addEventListener("keydown", (event) => {
    const field = event.target.closest("[data-reply]");
    if (field && event.key === "Enter" && (event.ctrlKey || event.metaKey)) field.form.requestSubmit();
});
document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-once]")) return;
    event.target.querySelector("button[type=submit]").disabled = true;
});
