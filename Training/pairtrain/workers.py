"""Gradients of several micro-batches at once, one core each.

Two cores that share every matrix product wait for each other at every product; on a machine
that others use as well, most of the time goes into that waiting. Here each core takes the
next micro-batch when it is free. The gradients are added in the order of the micro-batches,
so the result does not depend on who finished first, nor on the number of workers.
"""

from concurrent.futures import ThreadPoolExecutor

import torch

from .loss import weighted_loss


class Workers:
    def __init__(self, count: int):
        torch.set_num_threads(1)
        self.pool = ThreadPoolExecutor(count, initializer=torch.set_num_threads, initargs=(1,))

    def map(self, function, items) -> list:
        return list(self.pool.map(function, items))

    def gradients(self, model, batches, bf16: bool) -> dict:
        """Set `.grad` of every parameter to that of the weighted mean loss; returns the sums for the log."""
        parameters = list(model.parameters())
        weight = sum(float(b.weights.sum()) for b in batches)

        def one(batch):
            # Without the cache: it belongs to the process, not to the thread.
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bf16, cache_enabled=False):
                loss, sums = weighted_loss(model, batch)
            return torch.autograd.grad(loss / weight, parameters), sums

        totals = {"answer_loss": 0.0, "answer_tokens": 0, "tokens": 0}
        for gradients, sums in self.pool.map(one, batches):
            for parameter, gradient in zip(parameters, gradients):
                parameter.grad = gradient if parameter.grad is None else parameter.grad.add_(gradient)
            for key in totals:
                totals[key] += sums[key]
        return totals
