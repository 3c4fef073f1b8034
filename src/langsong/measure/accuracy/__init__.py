"""How many texts, tones and polyphones the frontend reads right, on public sets and on our own tables."""
