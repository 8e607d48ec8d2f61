// "Send to": finds the programs that listen on the person's own SAMP hub, and sends them a link to the rows.
import { hear } from "./events.js";
import { NoHub, Refused, connect } from "./samp.js";

const FORMATS = { "table.load.votable": "votable", "table.load.fits": "fits" };
let connection = null;

const menu = () => document.querySelector("[data-send]");

function say(text) {
  const place = menu()?.querySelector("[data-send-said]");
  if (place) place.textContent = text;
}

function failed(error) {
  connection = null;
  if (error instanceof NoHub) say("No program answers on this computer. Start TOPCAT or another SAMP hub with its Web Profile on and look again, or use Export.");
  else if (error instanceof Refused) say(`The hub refused: ${error.message.slice(0, 200)} The rows are there under Export.`);
  else say(error.message || "That did not work; use Export.");
}

function list(programs) {
  const place = menu()?.querySelector("[data-send-programs]");
  if (!place) return;
  place.replaceChildren(...programs.map(({ id, name, message }) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = name.slice(0, 60);
    Object.assign(button.dataset, { sendTo: id, message });
    return button;
  }));
  if (!programs.length) say("A hub answers, but no program there takes tables. Start TOPCAT, DS9 or Aladin and look again.");
  else say("");
}

async function look() {
  say("Looking. A program may ask whether this page may connect.");
  connection ??= await connect("MAST portal");
  list(await connection.receivers(Object.keys(FORMATS)));
}

async function send(button) {
  const { sendTo, message } = button.dataset;
  const answer = await fetch(`${menu().dataset.link}&format=${FORMATS[message]}`, { headers: { Accept: "application/json" } });
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.error?.message);
  await connection.tell(sendTo, message, { url: told.url, name: told.name, "table-id": told.url });
  say(`Sent to ${button.textContent}. If nothing appears there, use Export.`);
}

async function doing(button, work) {
  button.disabled = true;
  try { await work(button); } catch (error) { failed(error); } finally { button.disabled = false; }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-send] button");
  if (!button) return;
  if (button.matches("[data-send-look]")) doing(button, look);
  else if (button.dataset.sendTo) doing(button, send);
});

const show = () => { if (menu()) menu().hidden = false; };
hear("table:arrived", show);
show();
addEventListener("pagehide", () => { connection?.leave(); connection = null; });
