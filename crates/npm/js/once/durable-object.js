// Events in Durable Objects, one object for each event.

/** The store of a namespace that binds `OnceObject`. */
export function durableObject(namespace) {
  const ask = async (id, action, token, seconds) => {
    const stub = namespace.get(namespace.idFromName(id));
    const response = await stub.fetch("https://once/", { method: "POST", body: JSON.stringify({ action, token, seconds }) });
    if (!response.ok) throw new Error(`the Durable Object responded ${response.status}`);
    return response.text();
  };
  return {
    claim: (id, token, seconds) => ask(id, "claim", token, seconds),
    confirm: (id, token, seconds) => ask(id, "confirm", token, seconds),
    release: (id, token) => ask(id, "release", token),
  };
}

/** The class to export from the Worker. Requests of one object see each other's writes, so one copy alone gets the claim. */
export class OnceObject {
  #storage;

  constructor({ storage }) {
    this.#storage = storage;
  }

  async fetch(request) {
    const { action, token, seconds } = await request.json();
    return new Response(await this.#storage.transaction(() => this.#act(action, token, seconds)));
  }

  /** The event is forgotten. */
  alarm() {
    return this.#storage.deleteAll();
  }

  async #act(action, token, seconds) {
    const stored = await this.#storage.get("entry");
    // An alarm may come late.
    const known = stored !== undefined && stored.expires > Date.now() ? stored : undefined;
    if (action === "claim") {
      if (known !== undefined) return known.done ? "done" : "held";
      await this.#keep({ token, done: false }, seconds);
      return "claimed";
    }
    // A claim that ended was not taken over, if there is nothing.
    if (known === undefined ? action !== "confirm" : known.token !== token) return "gone";
    if (action === "confirm") await this.#keep({ token, done: true }, seconds);
    else await this.#storage.delete("entry");
    return "changed";
  }

  async #keep(entry, seconds) {
    const expires = Date.now() + seconds * 1000;
    await this.#storage.put("entry", { ...entry, expires });
    await this.#storage.setAlarm(expires);
  }
}
