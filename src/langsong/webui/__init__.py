"""The studio: langsong as a web page, over the same options and the same pool as the HTTP routes."""
