// Captions: sentences as written, and where in them the word stands that is being said.

/** Where words, as read, stand in a text as written: [{from, to, start_s}]; numbers share the place of their digits. */
export function placesOf(text, words) {
  const lower = text.toLowerCase();
  const places = [];
  let end = 0;
  let unplaced = null; // start of the first word that is written otherwise
  for (const word of words) {
    const from = lower.indexOf(word.text.toLowerCase(), end);
    if (from < 0) {
      unplaced ??= word.start_s;
      continue;
    }
    if (unplaced !== null && from > end) places.push({ from: end, to: from, start_s: unplaced });
    unplaced = null;
    end = from + word.text.length;
    places.push({ from, to: end, start_s: word.start_s });
  }
  if (unplaced !== null && end < text.length) places.push({ from: end, to: text.length, start_s: unplaced });
  return places;
}

export class Captions {
  constructor() {
    this.sentences = []; // {text, start_s, words}
  }

  /** The next chunk of speech on its way. */
  add(chunk) {
    const text = chunk.text.trim();
    if (text || !this.sentences.length) this.sentences.push({ text, start_s: chunk.start_s, words: [] });
    this.sentences.at(-1).words.push(...chunk.words);
  }

  /** What the server kept of a take. */
  static of(transcript) {
    const captions = new Captions();
    captions.sentences = transcript.sentences.map((sentence) => ({
      text: sentence.text,
      start_s: sentence.start,
      words: sentence.words.map((word) => ({ text: word.text, start_s: word.start })),
    }));
    return captions;
  }

  /** The sentence at a time and what of it has been said: {text, said: [from, to]}; null before the first. */
  at(time_s) {
    const sentence = this.sentences.findLast((s) => s.start_s <= time_s + 0.001);
    if (!sentence) return null;
    const place = placesOf(sentence.text, sentence.words).findLast((p) => p.start_s <= time_s);
    return { text: sentence.text, from: place?.from ?? 0, to: place?.to ?? 0 };
  }
}
