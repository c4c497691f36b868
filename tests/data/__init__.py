"""Files with one hazard each, made when a test asks for them."""
