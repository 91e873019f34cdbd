"""Makes training pairs for the bundled kernel writer: a PyTorch problem and a CUDA answer that computes the same."""
