"""Mel frames to samples: HiFi-GAN generators, and filtered pulses and noise. Importing it does not import torch."""
