"""How the embedded voice's reference encoder was trained."""
