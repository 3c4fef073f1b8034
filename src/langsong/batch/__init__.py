"""Many texts and long ones, spoken into files by jobs that go on where they were ended."""
