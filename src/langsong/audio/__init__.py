"""Sound: what it is measured in, resampling, formats and files."""
