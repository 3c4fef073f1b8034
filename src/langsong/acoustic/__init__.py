"""SAM-BERT: the acoustic model, from units to mel frames (torch)."""
