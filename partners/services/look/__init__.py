"""The look of a site made in Tilda, worn by our own pages."""
