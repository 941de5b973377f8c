// Keeps a page up to date: when a branch has moved it fetches the page anew, and while a search runs it shows what runs now.
"use strict";

const main = document.getElementById("main");

async function part(address) {
  const answer = await fetch(address, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

async function renew() {
  if (main.contains(document.activeElement) && document.activeElement.matches("input")) return;
  const open = [...main.querySelectorAll("details")].map((each) => each.open);
  const fresh = (await part(location.href)).getElementById("main");
  if (!fresh) return;
  main.replaceChildren(...fresh.childNodes);
  main.querySelectorAll("details").forEach((each, place) => { each.open = open[place] ?? each.open; });
  await tick();
}

async function tick() {
  const now = document.getElementById("now");
  if (now) now.replaceChildren(...(await part(now.dataset.now)).body.childNodes);
}

function quietly(work) {
  return () => work().catch(() => {});
}

if (main && main.dataset.live) {
  const events = new EventSource(main.dataset.live);
  events.addEventListener("moved", quietly(renew));
  events.addEventListener("tick", quietly(tick));
  addEventListener("pagehide", () => events.close());
}
