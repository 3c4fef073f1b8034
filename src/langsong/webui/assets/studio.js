// What the page's buttons call: window.langsong.

import "./dock.js";
import "./status.js";

const dock = () => document.querySelector("langsong-player");
const HEX = 16;

function applyTheme() {
  const wanted = localStorage.getItem("langsong-theme");
  const dark = wanted ? wanted === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.body.classList.toggle("dark", dark);
}

window.langsong = {
  /** Have a text spoken with the values of the controls; the id of the take. */
  begin(script, text, values) {
    const id = Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(HEX).padStart(2, "0")).join("");
    const settings = values.map((value) => value?.path ?? value); // an uploaded file is known by its path
    dock().speak(id, { text, script, settings });
    return id;
  },

  play: (id) => dock().load(id),
  stop: () => dock().stop(),

  /** Dark or light, until it is changed again. */
  theme() {
    const dark = document.body.classList.contains("dark");
    localStorage.setItem("langsong-theme", dark ? "light" : "dark");
    applyTheme();
  },

  /** The same page in the other language, with the text that is there. */
  language(language) {
    const text = document.querySelector("#langsong-text textarea")?.value;
    if (text) sessionStorage.setItem("langsong-text", text);
    document.cookie = `langsong-language=${language};path=/;max-age=31536000;samesite=lax`;
    location.href = `../${language}/`;
  },

  /** When the page is there: the text that was taken along. */
  opened() {
    applyTheme();
    const text = sessionStorage.getItem("langsong-text");
    sessionStorage.removeItem("langsong-text");
    return text ?? "";
  },
};

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", applyTheme);
