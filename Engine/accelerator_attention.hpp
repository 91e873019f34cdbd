// Attention for the CPU backend, a part of the accelerator.

#pragma once

#include <cstring>

#include "accelerator_operations.hpp"
#include "ggml-cpu/ggml-cpu-impl.h"
#include "ggml-cpu/traits.h"
#include "ordered_attention.h"

namespace {

// What libllama calls flash attention, for one sequence of cells and without what few models have: biases by distance, caps, sinks.
bool can_attend(const ggml_tensor * op) {
    const ggml_tensor * q = op->src[0], * k = op->src[1], * v = op->src[2], * mask = op->src[3];
    float max_bias = 0, softcap = 0;
    memcpy(&max_bias, (const float *) op->op_params + 1, sizeof(float));
    memcpy(&softcap, (const float *) op->op_params + 2, sizeof(float));
    return mask && !op->src[4] && max_bias == 0 && softcap == 0 && q->type == GGML_TYPE_F32 &&
        k->type == GGML_TYPE_F16 && v->type == GGML_TYPE_F16 && mask->type == GGML_TYPE_F16 &&
        q->ne[3] == 1 && k->ne[3] == 1 && v->ne[3] == 1 && mask->ne[2] == 1 && mask->ne[3] == 1 &&
        k->ne[2] == v->ne[2] && q->ne[2] % k->ne[2] == 0 && mask->ne[0] >= k->ne[1] &&
        q->nb[0] == sizeof(float) && k->nb[0] == 2 && v->nb[0] == 2 && mask->nb[0] == 2 &&
        operations.attention_supports(k->ne[0], v->ne[0]);
}

ordered_attention problem(const ggml_tensor * op) {
    const ggml_tensor * q = op->src[0], * k = op->src[1], * v = op->src[2], * mask = op->src[3];
    ordered_attention found = {};
    found.key_length = k->ne[0];
    found.value_length = v->ne[0];
    found.queries = q->ne[1];
    found.cells = k->ne[1];
    found.heads = q->ne[2];
    found.key_heads = k->ne[2];
    found.query = (const char *) q->data;
    found.query_stride = q->nb[1];
    found.query_head_stride = q->nb[2];
    found.key = (const char *) k->data;
    found.key_stride = k->nb[1];
    found.key_head_stride = k->nb[2];
    found.value = (const char *) v->data;
    found.value_stride = v->nb[1];
    found.value_head_stride = v->nb[2];
    found.mask = (const char *) mask->data;
    found.mask_stride = mask->nb[1];
    memcpy(&found.scale, (const float *) op->op_params + 0, sizeof(float));
    found.result = (char *) op->data;
    found.result_stride = op->nb[2];
    found.result_head_stride = op->nb[1];
    return found;
}

class attention_traits : public ggml::cpu::tensor_traits {
    static size_t scratch_bytes(const ggml_tensor * op) {
        const ordered_attention own = problem(op);
        return (operations.attention_scratch_bytes(&own) + 63) / 64 * 64;
    }

    bool work_size(int threads, const ggml_tensor * op, size_t & size) override {
        size = scratch_bytes(op) * threads + 64;
        return true;
    }

    bool compute_forward(ggml_compute_params * params, ggml_tensor * op) override {
        const ordered_attention own = problem(op);
        // Few rows leave some threads without a part.
        int64_t rows = operations.attention_rows;
        while (rows > 1 && operations.attention_parts(&own, rows) < params->nth) {
            rows /= 2;
        }
        const int64_t parts = operations.attention_parts(&own, rows);
        char * scratch = (char *) (((uintptr_t) params->wdata + 63) / 64 * 64) + scratch_bytes(op) * params->ith;
        if (params->ith == 0) {
            ggml_threadpool_chunk_set(params->threadpool, params->nth);
        }
        ggml_barrier(params->threadpool);
        for (int64_t part = params->ith; part < parts; part = ggml_threadpool_chunk_add(params->threadpool, 1)) {
            operations.attention_compute(&own, rows, part, scratch);
        }
        return true;
    }
};

}  // namespace
