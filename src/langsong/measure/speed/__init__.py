"""Real-time factor, latency, start-up and memory."""
