// The chat protocol, version 1, without a page: usable by any script.
const wait = (ms) => new Promise((done) => setTimeout(done, ms));

export const newID = () => {
  const b = new Uint8Array(12);
  crypto.getRandomValues(b);
  return Array.from(b, (x) => x.toString(16).padStart(2, "0")).join("");
};

export class Refused extends Error {
  constructor(status, error) {
    super(error.message || String(status));
    this.status = status;
    this.code = error.code || "";
    this.retry = error.retry || 0;
  }
}

export class Client {
  // base is where the chat is mounted, ending in "/"; on gets (name, data).
  constructor(base, on) {
    this.base = base;
    this.on = on;
    this.last = 0;
    this.slot = "frontdesk:" + base;
    try { this.token = localStorage.getItem(this.slot) || ""; } catch { this.token = ""; }
  }

  // start begins or renews the session; the configuration comes with it.
  async start(language) {
    const s = await this.#post("v1/session", { token: this.token, language }, true);
    if (!s.known) this.last = 0;
    this.token = s.token;
    try { localStorage.setItem(this.slot, s.token); } catch { /* private mode: known until the page is closed */ }
    return s;
  }

  // follow keeps a stream open until stop: lines, parts, state.
  async follow() {
    this.#stop = new AbortController();
    const stop = this.#stop.signal;
    let pause = 500;
    while (!stop.aborted) {
      let heard = false;
      try {
        const headers = { Authorization: "Bearer " + this.token };
        if (this.last) headers["Last-Event-ID"] = String(this.last);
        const r = await fetch(this.base + "v1/events", { headers, signal: stop, cache: "no-store" });
        if (r.status === 401) {
          await this.start();
          this.on("begun");
          continue;
        }
        if (!r.ok) throw new Refused(r.status, {});
        for await (const e of events(r.body)) {
          if (e.id) this.last = Number(e.id);
          if (e.name === "ready") { heard = true; pause = 500; this.on("online"); }
          this.on(e.name, e.data);
        }
      } catch { /* a cut connection: come back with the place */ }
      if (stop.aborted) return;
      this.on("offline", heard);
      await wait(pause + Math.random() * pause / 2);
      pause = Math.min(pause * 2, 15000);
    }
  }

  stop() { this.#stop?.abort(); }

  // send delivers a message; sending it again with its id has no second effect.
  async send(message) {
    for (let n = 0; ; n++) {
      try {
        return await this.#post("v1/messages", message);
      } catch (e) {
        const again = !(e instanceof Refused) || e.retry > 0;
        if (!again || n === 4) throw e;
        await wait((e.retry || 1) * 1000 * (n + 1));
      }
    }
  }

  open(language) { return this.#post("v1/open", { id: newID(), language }); }
  end(language) { return this.#post("v1/end", { id: newID(), language }); }
  speak(language) { return this.#post("v1/language", { id: newID(), language }); }
  helpful(reply, helpful) { return this.#post("v1/feedback", { reply, helpful }); }
  signal(signals) { return this.#post("v1/signals", { signals }); }

  async upload(blob, name) {
    const r = await fetch(this.base + "v1/files", { method: "POST", body: blob,
      headers: { Authorization: "Bearer " + this.token, "Content-Type": blob.type || "application/octet-stream", "X-Name": encodeURIComponent(name) } });
    const v = await r.json();
    if (!r.ok) throw new Refused(r.status, v.error || {});
    return v;
  }

  #stop;

  async #post(path, body, bare) {
    const headers = { "Content-Type": "application/json" };
    if (!bare) headers.Authorization = "Bearer " + this.token;
    const r = await fetch(this.base + path, { method: "POST", headers, body: JSON.stringify(body) });
    if (r.status === 401 && !bare) {
      await this.start();
      this.on("begun");
      return this.#post(path, body, false);
    }
    if (r.status === 204) return null;
    const v = await r.json();
    if (!r.ok) throw new Refused(r.status, v.error || {});
    return v;
  }
}

// events reads server-sent events from a stream of bytes.
async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    text += value;
    for (let end; (end = text.indexOf("\n\n")) >= 0; text = text.slice(end + 2)) {
      const e = { name: "message", id: "", data: null };
      let data = "";
      for (const line of text.slice(0, end).split("\n")) {
        if (line.startsWith("id: ")) e.id = line.slice(4);
        else if (line.startsWith("event: ")) e.name = line.slice(7);
        else if (line.startsWith("data: ")) data += line.slice(6);
      }
      if (!data) continue;
      e.data = JSON.parse(data);
      yield e;
    }
  }
}
