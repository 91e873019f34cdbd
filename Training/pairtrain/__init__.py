"""Trains the bundled pair: a target model that writes CUDA kernels and a draft that guesses ahead."""
