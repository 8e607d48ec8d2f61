// A client of SAMP's Web Profile (IVOA SAMP 1.3, section 5): XML-RPC to the hub that TOPCAT or another program
// runs on the person's own computer. Asked only when the person asks for it; knows nothing of tables or pages.
export const HUB = "http://localhost:21012/";
const PING_MS = 4_000;
const CONSENT_MS = 90_000; // the hub asks the person whether this page may connect
const CALL_MS = 15_000;

/** No hub answers on this computer. */
export class NoHub extends Error {}
/** The hub said no: the person refused, or a program did. */
export class Refused extends Error {}

const escaped = (text) => String(text).replace(/[&<>]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[sign]);

function encoded(value) {
  if (Array.isArray(value)) return `<value><array><data>${value.map(encoded).join("")}</data></array></value>`;
  if (typeof value !== "object") return `<value><string>${escaped(value)}</string></value>`;
  const members = Object.entries(value).map(([name, inner]) => `<member><name>${escaped(name)}</name>${encoded(inner)}</member>`);
  return `<value><struct>${members.join("")}</struct></value>`;
}

/** The value of a `value` element: a text, a list or an object; SAMP has no other kinds. */
function decoded(element) {
  const inner = element?.firstElementChild;
  if (!inner) return element?.textContent ?? "";
  if (inner.tagName === "struct") {
    const members = [...inner.children].map((each) => [each.querySelector("name").textContent, decoded(each.querySelector(":scope > value"))]);
    return Object.fromEntries(members);
  }
  if (inner.tagName === "array") return [...inner.querySelectorAll(":scope > data > value")].map(decoded);
  return inner.textContent;
}

async function call(method, parameters, wait) {
  const asked = parameters.map((each) => `<param>${encoded(each)}</param>`).join("");
  const body = `<?xml version="1.0"?><methodCall><methodName>${method}</methodName><params>${asked}</params></methodCall>`;
  let text;
  try {
    const answer = await fetch(HUB, { method: "POST", headers: { "Content-Type": "text/xml" }, body, signal: AbortSignal.timeout(wait), credentials: "omit" });
    text = await answer.text();
  } catch (error) {
    throw new NoHub(String(error));
  }
  const said = new DOMParser().parseFromString(text, "text/xml");
  const fault = said.querySelector("fault > value");
  if (fault) throw new Refused(decoded(fault).faultString || "The hub refused.");
  return decoded(said.querySelector("params > param > value"));
}

/** A registered connection. Throws NoHub or Refused, as all its methods do. */
export async function connect(name) {
  await call("samp.webhub.ping", [], PING_MS).catch((error) => { if (!(error instanceof Refused)) throw error; });
  const told = await call("samp.webhub.register", [{ "samp.name": name }], CONSENT_MS);
  return new Connection(told["samp.private-key"]);
}

class Connection {
  #key;

  constructor(key) {
    this.#key = key;
  }

  /** Programs that take one of these messages, the first of them each takes: [{id, name, message}]. */
  async receivers(messages) {
    const takes = new Map();
    for (const message of messages) {
      const found = await call("samp.webhub.getSubscribedClients", [this.#key, message], CALL_MS);
      for (const id of Object.keys(found)) if (!takes.has(id)) takes.set(id, message);
    }
    return Promise.all([...takes].map(async ([id, message]) => {
      const told = await call("samp.webhub.getMetadata", [this.#key, id], CALL_MS);
      return { id, name: told["samp.name"] || id, message };
    }));
  }

  /** Tell one program something; whether it managed is for it to show. */
  async tell(id, message, parameters) {
    await call("samp.webhub.notify", [this.#key, id, { "samp.mtype": message, "samp.params": parameters }], CALL_MS);
  }

  /** Leave the hub; nobody waits for its answer, for the page may be going. */
  leave() {
    call("samp.webhub.unregister", [this.#key], CALL_MS).catch(() => {});
  }
}
