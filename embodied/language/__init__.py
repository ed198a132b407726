"""Published encoders of words, as planners and policies read with them."""
