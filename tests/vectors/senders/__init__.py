"""The senders whose test vectors make.py writes."""
