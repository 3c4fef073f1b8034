"""How expressive speech is: prosody, timbre and intelligibility under emotion."""
