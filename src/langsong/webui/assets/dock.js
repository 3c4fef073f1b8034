// The player at the foot of the page: <langsong-player texts='{…}' rate="22050">.

import { Captions } from "./captions.js";
import { drawMel, drawWave, melImage } from "./pictures.js";
import { Player } from "./player.js";

const TAKES = new URL("../takes/", import.meta.url);
const PEAKS_A_SECOND = 50;
const MOST_PEAKS = 4000; // beyond, two become one
const FORMATS = ["wav", "mp3", "opus", "flac"];
const SUBTITLES = ["srt", "vtt", "lrc"];

const clock = (s) => `${Math.floor(s / 60)}:${String(Math.floor(s % 60)).padStart(2, "0")}`;

export class Dock extends HTMLElement {
  connectedCallback() {
    if (this.player) return;
    const texts = (this.texts = JSON.parse(this.getAttribute("texts")));
    const links = (names, path) => names.map((name) => `<a data-file="${path}.${name}" download>${name}</a>`).join("");
    this.hidden = true;
    this.innerHTML = `
      <div class="caption" aria-live="off"></div>
      <div class="bar">
        <button class="toggle" title="${texts.play}" aria-label="${texts.play}"></button>
        <canvas class="wave" aria-hidden="true"></canvas>
        <span class="time">0:00</span>
        <canvas class="mel" role="img" aria-label="${texts.mel}" title="${texts.mel} · ${texts.f0}" hidden></canvas>
      </div>
      <div class="tools">
        <span class="figures"></span>
        <span class="working"><progress max="1"></progress><button class="stop">${texts.cancel}</button></span>
        <span class="files" hidden>
          <button class="picture">${texts.pictures}</button>
          <span class="links" title="${texts.download}">⤓ ${links(FORMATS, "audio")}</span>
          <span class="links" title="${texts.subtitles}">${links(SUBTITLES, "subtitles")}</span>
        </span>
      </div>
      <audio preload="auto"></audio>`;
    this.find = (name) => this.querySelector(name);
    this.player = new Player(this.find("audio"));
    this.#reset();
    this.find(".toggle").onclick = () => this.player.toggle();
    this.find(".stop").onclick = () => this.stop();
    this.find(".picture").onclick = () => this.#picture();
    for (const name of [".wave", ".mel"])
      this.find(name).onclick = (event) => {
        const seconds = name === ".wave" ? this.seconds : this.image?.picture.shown_s;
        this.player.seek((event.offsetX / event.target.clientWidth) * (seconds ?? 0));
      };
    this.player.addEventListener("chunk", ({ detail }) => this.#chunk(detail));
    this.player.addEventListener("done", ({ detail }) => this.#done(detail));
    this.player.addEventListener("silent", () => this.#silent());
    this.player.addEventListener("change", () => this.#draw());
    new ResizeObserver(() => this.#draw()).observe(this);
    for (const touch of ["pointerdown", "keydown"]) // sound takes a moment to wake up, before it is wanted
      document.addEventListener(touch, () => this.#wake(), { once: true, passive: true });
  }

  #wake() {
    this.player.wake(Number(this.getAttribute("rate")));
  }

  #reset() {
    this.peaks = [];
    this.peakRate = PEAKS_A_SECOND;
    this.progress = 0;
    this.seconds = 0;
    this.captions = new Captions();
    this.image = null;
    this.find(".mel").hidden = true;
    this.find(".figures").textContent = "";
    this.find(".files").hidden = true;
    this.find(".working").hidden = true;
  }

  /** To be called in a click: have a request spoken under a new id, and play it. */
  speak(id, request) {
    this.#reset();
    this.id = id;
    this.hidden = false;
    this.find(".working").hidden = false;
    this.find("progress").removeAttribute("value");
    this.#wake();
    this.player.follow(new URL(id, TAKES), request, this.#file("audio.flac"));
    this.#tick();
  }

  /** Play a take that was made before. */
  async load(id) {
    this.#reset();
    this.id = id;
    this.hidden = false;
    this.player.load(this.#file("audio.flac"));
    const [transcript, picture] = await Promise.all(
      ["transcript", "picture"].map((name) => fetch(this.#file(name)).then((response) => response.json())),
    );
    if (this.id !== id) return;
    this.captions = Captions.of(transcript);
    Object.assign(this, { peaks: picture.peaks, progress: 1, seconds: picture.seconds });
    this.image = { picture, canvas: melImage(picture) };
    this.#offer();
    this.#tick();
  }

  /** Stop computing and playing. */
  stop() {
    if (this.id && !this.player.complete) fetch(this.#file("cancel"), { method: "POST" });
    this.player.stop();
    this.#silent();
  }

  #file(name) {
    return new URL(`${this.id}/${name}`, TAKES).href;
  }

  #chunk(chunk) {
    const step = Math.round(chunk.sample_rate / this.peakRate);
    for (let i = 0; i < chunk.samples.length; i += step)
      this.peaks.push(chunk.samples.subarray(i, i + step).reduce((peak, x) => Math.max(peak, Math.abs(x)), 0));
    if (this.peaks.length > MOST_PEAKS) {
      this.peakRate /= 2;
      this.peaks = this.peaks.filter((_, i) => i % 2).map((peak, i) => Math.max(peak, this.peaks[2 * i]));
    }
    this.captions.add(chunk);
    this.seconds = chunk.start_s + chunk.seconds;
    this.progress = Math.max(this.progress, chunk.progress);
    this.find("progress").value = this.progress;
    this.find(".figures").textContent = `${this.texts.computing} ${Math.round(100 * this.progress)} %`;
  }

  #done(figures) {
    this.progress = 1;
    this.seconds = figures.seconds;
    const heard = this.player.latency_s;
    this.find(".figures").textContent = heard ? `${this.texts.first_sound} ${Math.round(1000 * heard)} ms` : "";
    document.querySelector("langsong-status")?.show(figures);
    this.#offer();
  }

  #offer() {
    this.find(".working").hidden = true;
    this.find(".files").hidden = false;
    for (const link of this.querySelectorAll("a[data-file]")) {
      link.href = `${this.#file(link.dataset.file)}${link.dataset.file.startsWith("audio") ? "?save=true" : ""}`;
    }
  }

  #silent() {
    this.find(".working").hidden = true;
    if (!this.player.complete) this.find(".figures").textContent = "";
    if (!this.seconds) this.hidden = true;
  }

  async #picture() {
    const mel = this.find(".mel");
    mel.hidden = !mel.hidden;
    if (!mel.hidden && !this.image) {
      const picture = await (await fetch(this.#file("picture"))).json();
      this.image = { picture, canvas: melImage(picture) };
    }
    this.#draw();
  }

  #tick() {
    cancelAnimationFrame(this.frame);
    this.#draw();
    this.frame = requestAnimationFrame(() => this.#tick());
  }

  #draw() {
    if (this.hidden) return;
    const time = this.player.time;
    const expected = this.progress > 0 ? this.seconds / this.progress : this.seconds; // while it is computed
    const wave = this.find(".wave");
    drawWave(wave, this.peaks, this.seconds / (expected || 1), time / (expected || 1));
    if (this.image && !this.find(".mel").hidden) drawMel(this.find(".mel"), this.image.picture, this.image.canvas, time);
    this.find(".time").textContent = `${clock(time)} / ${clock(this.seconds)}`;
    this.find(".toggle").classList.toggle("playing", this.player.playing);
    this.#say(this.captions.at(time));
  }

  #say(now) {
    const shown = now ? `${now.text}|${now.from}|${now.to}` : "";
    if (shown === this.shown) return;
    this.shown = shown;
    const parts = now ? [now.text.slice(0, now.from), now.text.slice(now.from, now.to), now.text.slice(now.to)] : [];
    const spans = parts.map((text, index) => {
      const span = document.createElement("span");
      span.className = ["said", "word", "rest"][index];
      span.textContent = text;
      return span;
    });
    this.find(".caption").replaceChildren(...spans);
  }
}

customElements.define("langsong-player", Dock);
