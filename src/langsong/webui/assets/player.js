// Sound: at first as it comes from the server, later from the file that was made of it.

const LEAD_S = 0.03; // between scheduling a chunk and its sound
const AHEAD_S = 60; // of sound that waits in memory; the server keeps the rest

/** Chunks of speech, each played after the one before it, without gaps. */
class Live {
  constructor(context) {
    this.context = context;
    this.next = 0;
    this.received_s = 0;
    this.segments = []; // {at: of the context's clock, start_s: in the speech}
  }

  add(samples, rate) {
    const buffer = this.context.createBuffer(1, samples.length, rate);
    buffer.copyToChannel(samples, 0);
    const source = this.context.createBufferSource();
    source.buffer = buffer;
    source.connect(this.context.destination);
    const at = Math.max(this.next, this.context.currentTime + LEAD_S);
    source.start(at);
    this.segments.push({ at, start_s: this.received_s });
    this.received_s += buffer.duration;
    this.next = at + buffer.duration;
    return at;
  }

  get time() {
    const now = this.context.currentTime - (this.context.outputLatency || 0);
    const segment = this.segments.findLast((s) => s.at <= now);
    return segment ? Math.min(segment.start_s + now - segment.at, this.received_s) : 0;
  }

  get waiting_s() {
    return this.next - this.context.currentTime;
  }
}

/** Server-sent events of a response: {event, data}. */
async function* eventsOf(response) {
  let text = "";
  for (const reader = response.body.pipeThrough(new TextDecoderStream()).getReader(); ; ) {
    const { value, done } = await reader.read();
    if (done) return;
    text += value;
    const blocks = text.split(/\r?\n\r?\n/);
    text = blocks.pop();
    for (const block of blocks) {
      const fields = Object.fromEntries(block.split(/\r?\n/).map((line) => line.split(/: ?(.*)/s, 2)));
      if (fields.data) yield { event: fields.event, data: JSON.parse(fields.data) };
    }
  }
}

function samplesOf(base64) {
  const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Float32Array.from({ length: bytes.length / 2 }, (_, i) => view.getInt16(2 * i, true) / 32768);
}

/**
 * Plays one take at a time. Dispatches "chunk" (detail: the server's, with samples), "done" (detail: its figures),
 * "silent" (nothing came) and "change" (it plays or no longer does).
 */
export class Player extends EventTarget {
  constructor(audio) {
    super();
    this.audio = audio;
    this.live = null;
    this.complete = false;
    this.latency_s = null;
    for (const name of ["play", "pause", "ended"]) audio.addEventListener(name, () => this.#changed());
  }

  /** Call it in a click: browsers let no page sound by itself. */
  wake(rate) {
    if (!this.context || this.context.sampleRate !== rate) {
      this.context?.close();
      this.context = new AudioContext({ sampleRate: rate, latencyHint: "interactive" });
    }
    this.context.resume();
  }

  /** Post a request for speech, and play it while it is computed; `file` is where it will be found then. */
  async follow(url, request, file) {
    this.stop();
    const clicked = performance.now();
    const live = (this.live = new Live(this.context));
    this.complete = false;
    this.latency_s = null;
    this.hanging = new AbortController();
    try {
      const response = await fetch(url, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(request),
        signal: this.hanging.signal,
      });
      if (response.status === 200) {
        for await (const { event, data } of eventsOf(response)) await this.#take(live, event, data, file, clicked);
      }
    } catch (error) {
      if (error.name !== "AbortError") console.warn(error);
    }
    if (this.live === live && !this.complete) {
      this.live = null;
      this.dispatchEvent(new Event("silent"));
      this.#changed();
    }
  }

  async #take(live, event, data, file, clicked) {
    if (this.live !== live) return;
    if (event === "done") {
      this.complete = true;
      this.audio.src = file;
      this.dispatchEvent(new CustomEvent("done", { detail: data }));
      setTimeout(() => this.#endOf(live), 1000 * Math.max(live.waiting_s, 0));
      return;
    }
    const samples = samplesOf(data.audio);
    const at = live.add(samples, data.sample_rate);
    if (this.latency_s === null) {
      const wait_s = at - live.context.currentTime + (live.context.outputLatency || 0);
      this.latency_s = (performance.now() - clicked) / 1000 + wait_s;
      this.#changed();
    }
    this.dispatchEvent(new CustomEvent("chunk", { detail: { ...data, samples } }));
    while (this.live === live && live.waiting_s > AHEAD_S) await new Promise((wait) => setTimeout(wait, 500));
  }

  #endOf(live) {
    if (this.live !== live) return;
    if (live.waiting_s > 0.02) setTimeout(() => this.#endOf(live), 100); // it was paused meanwhile
    else this.#toFile(0);
  }

  #toFile(time) {
    this.live = null;
    this.context?.resume();
    this.audio.currentTime = time;
    this.#changed();
  }

  /** Play a file. */
  load(file) {
    this.stop();
    this.complete = true;
    this.audio.src = file;
    this.audio.play();
  }

  stop() {
    this.hanging?.abort();
    this.audio.pause();
    if (this.live) {
      const { sampleRate } = this.context;
      this.live = null;
      this.context.close();
      this.context = null;
      this.wake(sampleRate);
    }
    this.#changed();
  }

  toggle() {
    if (this.live) this.context.state === "running" ? this.context.suspend() : this.context.resume();
    else this.audio.paused ? this.audio.play() : this.audio.pause();
    setTimeout(() => this.#changed(), 50);
  }

  seek(time) {
    if (!this.complete) return;
    if (this.live) {
      const { sampleRate } = this.context;
      this.live = null;
      this.context.close();
      this.context = null;
      this.wake(sampleRate);
    }
    this.audio.currentTime = time;
    this.audio.play();
  }

  get time() {
    return this.live ? this.live.time : this.audio.currentTime;
  }

  get playing() {
    return this.live ? this.context.state === "running" : !this.audio.paused;
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}
