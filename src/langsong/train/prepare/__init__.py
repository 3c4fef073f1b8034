"""From recordings and transcripts to a prepared corpus (`langsong.train.corpus_format`). No torch here."""
