"""Text in, units out: segmentation, normalisation, pinyin, prosody, and the voices' unit inventories."""
