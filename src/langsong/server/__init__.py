"""The service: every way to speak over a network, on one port."""
