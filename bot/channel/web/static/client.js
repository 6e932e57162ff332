// The chat protocol, version 1, without a page: usable by any script.
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
const once = (event, of = window) => new Promise((done) => of.addEventListener(event, done, { once: true }));

// A page may be denied its storage, in a private window: then nothing is kept.
export const read = (store, key) => { try { return window[store].getItem(key); } catch { return null; } };
export const write = (store, key, value) => { try { window[store].setItem(key, value); } catch { /* not kept */ } };

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
  // base is where the chat is mounted, ending in "/"; on gets (name, data). A
  // stream without a sign of life for quiet milliseconds counts as cut.
  constructor(base, on, quiet = 45000) {
    this.base = base;
    this.on = on;
    this.quiet = quiet;
    this.last = 0;
    this.slot = "frontdesk:" + base;
    this.token = read("localStorage", this.slot) || "";
  }

  // start begins or renews the session; the configuration comes with it. Tabs
  // that open together wait for each other, so that they share one.
  async start(language) {
    const begin = async () => {
      const s = await this.#post("v1/session", { token: read("localStorage", this.slot) || this.token, language }, true);
      this.token = s.token;
      this.last = 0;
      write("localStorage", this.slot, s.token);
      return s;
    };
    return navigator.locks ? navigator.locks.request(this.slot, begin) : begin();
  }

  // follow keeps a stream open until stop: lines, parts, state. A tab nobody
  // looks at rests, as a browser has six connections to a server for all tabs,
  // and so does one whose place newer tabs have taken, until it is used again, and
  // one that was left, which the browser may keep for who comes back.
  async follow() {
    let pause = 500;
    while (!this.#stopped) {
      if (document.hidden) await once("visibilitychange", document);
      let timer, rest, crowded, back;
      const cut = (this.#cut = new AbortController());
      const alive = () => { clearTimeout(timer); timer = setTimeout(() => cut.abort(), this.quiet); };
      const look = () => { clearTimeout(rest); if (document.hidden) rest = setTimeout(() => cut.abort(), 5000); };
      const leave = () => { back = once("pageshow"); cut.abort(); };
      document.addEventListener("visibilitychange", look);
      addEventListener("pagehide", leave);
      try {
        const headers = { Authorization: "Bearer " + this.token };
        if (this.last) headers["Last-Event-ID"] = String(this.last);
        alive();
        const r = await fetch(this.base + "v1/events", { headers, signal: cut.signal, cache: "no-store" });
        if (r.status === 401) {
          await this.start();
          this.on("begun");
          continue;
        }
        if (!r.ok) throw new Refused(r.status, {});
        for await (const e of events(r.body, alive)) {
          if (e.id) this.last = Number(e.id);
          if (e.name === "ready") { pause = 500; this.on("online"); }
          crowded ||= e.name === "crowded";
          this.on(e.name, e.data);
        }
      } catch { /* a cut connection: come back with the place */ }
      finally {
        clearTimeout(timer);
        clearTimeout(rest);
        document.removeEventListener("visibilitychange", look);
        removeEventListener("pagehide", leave);
      }
      if (this.#stopped) return;
      if (back) { await back; continue; }
      if (document.hidden) continue;
      if (!crowded) this.on("offline");
      const used = crowded ? ["focus", "pointerdown", "keydown"] : ["online"];
      await Promise.race([wait((crowded ? 15000 : pause) * (1 + Math.random() / 2)), ...used.map((kind) => once(kind))]);
      if (crowded) continue;
      pause = Math.min(pause * 2, 15000);
    }
  }

  stop() { this.#stopped = true; this.#cut?.abort(); }

  // send delivers a message; sending it again with its id has no second effect.
  // Until it is delivered a reload of the page finds it in unsent.
  async send(message) {
    const others = () => this.unsent().filter((m) => m.id !== message.id);
    write("sessionStorage", this.slot, JSON.stringify([...others(), { ...message, at: Date.now() }]));
    for (let n = 0; ; n++) {
      try {
        const v = await this.#post("v1/messages", message);
        write("sessionStorage", this.slot, JSON.stringify(others()));
        return v;
      } catch (e) {
        const again = !(e instanceof Refused) || e.retry > 0;
        if (!again) write("sessionStorage", this.slot, JSON.stringify(others()));
        if (!again || n === 4) throw e;
        await wait((e.retry || 1) * 1000 * (n + 1));
      }
    }
  }

  // unsent are the messages of the last ten minutes nobody has confirmed.
  unsent() {
    try { return JSON.parse(read("sessionStorage", this.slot)).filter((m) => Date.now() - m.at < 600e3); } catch { return []; }
  }

  open(language) { return this.#post("v1/open", { id: newID(), language }); }
  end(language) { return this.#post("v1/end", { id: newID(), language }); }
  speak(language) { return this.#post("v1/language", { id: newID(), language }); }
  helpful(reply, helpful) { return this.#post("v1/feedback", { reply, helpful }); }
  signal(signals) { return this.#post("v1/signals", { signals }); }

  before(seq) { return this.#call("v1/history?before=" + seq, {}); }

  upload(blob, name) {
    return this.#call("v1/files", { method: "POST", body: blob, headers: { "Content-Type": blob.type || "application/octet-stream", "X-Name": encodeURIComponent(name) } });
  }

  #stopped = false;
  #cut;

  #post(path, body, bare) {
    return this.#call(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }, bare);
  }

  async #call(path, request, bare, again) {
    const headers = { ...request.headers };
    if (!bare) headers.Authorization = "Bearer " + this.token;
    const r = await fetch(this.base + path, { ...request, headers });
    if (r.status === 401 && !bare && !again) {
      await this.start();
      this.#cut?.abort();
      this.on("begun");
      return this.#call(path, request, false, true);
    }
    if (r.status === 204) return null;
    const v = await r.json();
    if (!r.ok) throw new Refused(r.status, v.error || {});
    return v;
  }
}

// events reads server-sent events from a stream of bytes.
async function* events(body, alive) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    alive();
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
