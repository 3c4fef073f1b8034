// The line that says what computes, and how fast: <langsong-status texts='{…}'>.

const STATUS = new URL("../status", import.meta.url);
const POLL_MS = 1000;

/** {device, rtf, first_chunk_s} in words. */
function inWords({ device, rtf, first_chunk_s }, texts) {
  const place = device.replace(/\bthreads?\b/, texts.threads).replace("vocoder in", texts.vocoder_in);
  return `${place} · RTF ${rtf.toFixed(2)} · ${texts.first_chunk} ${Math.round(1000 * first_chunk_s)} ms`;
}

class Status extends HTMLElement {
  async connectedCallback() {
    if (this.texts) return;
    this.texts = JSON.parse(this.getAttribute("texts"));
    this.textContent = this.texts.loading;
    while (!this.classList.contains("ready")) {
      await new Promise((wait) => setTimeout(wait, POLL_MS)); // at first the page itself has enough to do
      const answer = await fetch(STATUS).catch(() => null);
      if (answer?.status === 200) this.show(await answer.json());
    }
  }

  /** Of what was spoken last; nothing is shown of a service that is not ready. */
  show(figures) {
    if (!figures.device) return;
    this.classList.add("ready");
    this.textContent = inWords(figures, this.texts);
  }
}

customElements.define("langsong-status", Status);
