"""The made-up people of the samples, and every mistake planted among them."""
