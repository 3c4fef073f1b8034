"""Training: corpora, models, fine-tuning, export. torch is loaded by the parts that train."""
