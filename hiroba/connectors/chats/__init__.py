"""What was said in other products, each told in the same words; plain Python that keeps nothing."""
