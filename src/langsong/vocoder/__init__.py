"""Mel frames to samples: HiFi-GAN generators. Importing this package does not import torch."""
