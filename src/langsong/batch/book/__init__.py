"""Books: chapters of paragraphs, spoken piece by piece and put together with chapter marks and times of words."""
