#include "basic_accelerator.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <thread>
#include <vector>

#ifdef __linux__
#include <sys/mman.h>
#endif

#include "accelerator_attention.hpp"
#include "accelerator_operations.hpp"
#include "ggml-backend-impl.h"
#include "ggml-backend.h"
#include "ggml-cpu.h"
#include "ggml-cpu/ggml-cpu-impl.h"
#include "ggml-cpu/traits.h"

namespace {

std::atomic<bool> is_enabled{true};
// Settled by the first model: nothing about a pass may change between its planning and its end.
std::atomic<int> attends{-1};

ggml_backend_buffer_type_t buffer_type();

bool is_packed(const ggml_tensor * tensor) {
    return tensor && tensor->buffer && tensor->buffer->buft == buffer_type();
}

bool find_type(ggml_type type, packed_type & found) {
    switch (type) {
        case GGML_TYPE_Q8_0: found = PACKED_Q8_0; return true;
        case GGML_TYPE_Q4_0: found = PACKED_Q4_0; return true;
        case GGML_TYPE_Q4_K: found = PACKED_Q4_K; return true;
        case GGML_TYPE_Q6_K: found = PACKED_Q6_K; return true;
        case GGML_TYPE_F16: found = PACKED_F16; return true;
        case GGML_TYPE_BF16: found = PACKED_BF16; return true;
        case GGML_TYPE_F32: found = PACKED_F32; return true;
        default: return false;
    }
}

packed_type type_of(const ggml_tensor * tensor) {
    packed_type type = PACKED_Q8_0;
    find_type(tensor->type, type);
    return type;
}

// What is packed is a whole matrix, or one for each expert, whose rows are whole blocks. What belongs to a matrix and has its name but for the end
// (scales, of experts too) is asked for as a matrix would be, and used in other ways.
bool can_pack(const ggml_tensor * tensor) {
    static const char weight[] = ".weight";
    const size_t length = strlen(tensor->name), end = sizeof(weight) - 1;
    packed_type type;
    return find_type(tensor->type, type) && ggml_n_dims(tensor) <= 3 && tensor->ne[0] % operations.block_elements == 0 &&
        !tensor->view_src && length >= end && strcmp(tensor->name + length - end, weight) == 0;
}

// An expert's matrix, or all there is.
size_t matrix_bytes(const ggml_tensor * weights) {
    return operations.matrix_bytes(type_of(weights), weights->ne[1], weights->ne[0]);
}

int64_t tiles_of(const ggml_tensor * weights) {
    return (weights->ne[1] + operations.tile_rows - 1) / operations.tile_rows;
}

// All columns of a product's second operand, whatever its dimensions beyond the first are.
const float * column(const ggml_tensor * tensor, int64_t index) {
    const int64_t i1 = index % tensor->ne[1];
    const int64_t i2 = index / tensor->ne[1] % tensor->ne[2];
    const int64_t i3 = index / (tensor->ne[1] * tensor->ne[2]);
    return (const float *) ((const char *) tensor->data + i1 * tensor->nb[1] + i2 * tensor->nb[2] + i3 * tensor->nb[3]);
}

struct block_range {
    int64_t first, end;
};

// The blocks that a thread rounds, or puts in order, of all columns: as many as have a line of memory for their scales. Columns lie side by
// side, and two threads that write to one line wait for each other.
block_range share_of_blocks(const ggml_compute_params * params, int64_t blocks, int64_t columns) {
    const int64_t unit = std::max<int64_t>(1, 64 / (int64_t) sizeof(float) / std::max<int64_t>(1, columns));
    const int64_t units = (blocks + unit - 1) / unit;
    return {units * params->ith / params->nth * unit, std::min(blocks, units * (params->ith + 1) / params->nth * unit)};
}

class packed_traits : public ggml::cpu::tensor_traits {
    bool work_size(int, const ggml_tensor * op, size_t & size) override {
        size = operations.activations_bytes(type_of(op->src[0]), op->src[1]->ne[0], ggml_nrows(op->src[1]));
        return true;
    }

    bool compute_forward(ggml_compute_params * params, ggml_tensor * op) override {
        const ggml_tensor * weights = op->src[0];
        const ggml_tensor * input = op->src[1];
        const int64_t count = ggml_nrows(input);
        const block_range share = share_of_blocks(params, input->ne[0] / operations.block_elements, count);
        for (int64_t index = 0; index < count; index++) {
            operations.set_activations(
                type_of(weights), column(input, index), input->ne[0], share.first, share.end, count, index, params->wdata);
        }
        // Tiles are given out in some groups for each thread: one that is held up leaves its share to the others.
        const int64_t tiles = tiles_of(weights);
        const int64_t groups = params->nth == 1 ? 1 : std::min<int64_t>(tiles, params->nth * 8);
        if (params->ith == 0) {
            ggml_threadpool_chunk_set(params->threadpool, params->nth);
        }
        ggml_barrier(params->threadpool);
        for (int64_t group = params->ith; group < groups; group = ggml_threadpool_chunk_add(params->threadpool, 1)) {
            operations.multiply(
                type_of(weights), weights->data, weights->ne[1], weights->ne[0], tiles * group / groups,
                tiles * (group + 1) / groups, params->wdata, count, nullptr, (float *) op->data, op->nb[1] / sizeof(float));
        }
        return true;
    }
};

// A mixture of experts: each token is multiplied with the matrices that it has chosen. An expert's columns go together, and what a column's
// product is does not depend on who else has chosen it.
class expert_traits : public ggml::cpu::tensor_traits {
    // Where things are in the memory to work in.
    struct columns {
        // How many experts were chosen by somebody, and which.
        int64_t * active_count;
        int64_t * active;
        // Where each expert's columns begin, and where the last one's end.
        int64_t * first;
        // Expert by expert, where a column's result belongs: that is the token's number times the experts that each has, plus which of them it is.
        int64_t * places;
        char * activations;

        columns(const ggml_tensor * op, void * memory) {
            active_count = (int64_t *) memory;
            active = active_count + 1;
            first = active + op->src[0]->ne[2];
            places = first + op->src[0]->ne[2] + 1;
            activations = (char *) memory + order_bytes(op);
        }
    };

    static size_t order_bytes(const ggml_tensor * op) {
        return (2 * op->src[0]->ne[2] + 2 + ggml_nelements(op->src[2])) * sizeof(int64_t);
    }

    bool work_size(int, const ggml_tensor * op, size_t & size) override {
        size = order_bytes(op) +
            operations.activations_bytes(type_of(op->src[0]), op->src[1]->ne[0], ggml_nelements(op->src[2]));
        return true;
    }

    static void put_in_order(const ggml_tensor * op, columns & own) {
        const ggml_tensor * chosen = op->src[2];
        const int64_t experts = op->src[0]->ne[2], each = chosen->ne[0];
        auto expert = [=](int64_t place) {
            const int32_t found = *(const int32_t *) (
                (const char *) chosen->data + place / each * chosen->nb[1] + place % each * chosen->nb[0]);
            GGML_ASSERT(found >= 0 && found < experts);
            return found;
        };
        std::fill(own.first, own.first + experts + 1, 0);
        for (int64_t place = 0; place < each * chosen->ne[1]; place++) {
            own.first[expert(place) + 1]++;
        }
        *own.active_count = 0;
        for (int64_t index = 0; index < experts; index++) {
            if (own.first[index + 1] > 0) {
                own.active[(*own.active_count)++] = index;
            }
            own.first[index + 1] += own.first[index];
        }
        // Each expert's beginning goes on to its end, which is the next one's beginning: they are moved back by one after that.
        for (int64_t place = 0; place < each * chosen->ne[1]; place++) {
            own.places[own.first[expert(place)]++] = place;
        }
        std::copy_backward(own.first, own.first + experts, own.first + experts + 1);
        own.first[0] = 0;
    }

    bool compute_forward(ggml_compute_params * params, ggml_tensor * op) override {
        const ggml_tensor * weights = op->src[0];
        const ggml_tensor * input = op->src[1];
        const packed_type type = type_of(weights);
        const int64_t length = input->ne[0], each = op->src[2]->ne[0];
        GGML_ASSERT(op->nb[2] == op->ne[1] * op->nb[1]);
        columns own(op, params->wdata);
        if (params->ith == 0) {
            put_in_order(op, own);
            ggml_threadpool_chunk_set(params->threadpool, params->nth);
        }
        ggml_barrier(params->threadpool);
        const int64_t active = *own.active_count;
        auto count = [&](int64_t expert) { return own.first[expert + 1] - own.first[expert]; };
        auto activations = [&](int64_t expert) {
            return own.activations + operations.activations_bytes(type, length, own.first[expert]);
        };
        // An expert's columns lie side by side: they are one thread's, unless there are fewer experts than threads.
        const int64_t blocks = length / operations.block_elements;
        const bool has_own = active >= params->nth;
        for (int64_t index = has_own ? params->ith : 0; index < active; index += has_own ? params->nth : 1) {
            const int64_t expert = own.active[index];
            const block_range share = has_own ? block_range{0, blocks} : share_of_blocks(params, blocks, count(expert));
            for (int64_t number = 0; number < count(expert); number++) {
                const int64_t place = own.places[own.first[expert] + number];
                const int64_t row = place / each * input->ne[1] + place % each % input->ne[1];
                operations.set_activations(
                    type, column(input, row), length, share.first, share.end, count(expert), number, activations(expert));
            }
        }
        ggml_barrier(params->threadpool);
        const int64_t tiles = tiles_of(weights);
        // Groups as above, of all experts together.
        const int64_t wanted = (params->nth * 8 + active - 1) / std::max<int64_t>(1, active);
        const int64_t groups = params->nth == 1 ? 1 : std::min(tiles, wanted);
        for (int64_t part = params->ith; part < active * groups; part = ggml_threadpool_chunk_add(params->threadpool, 1)) {
            const int64_t expert = own.active[part / groups], group = part % groups;
            operations.multiply(
                type, (const char *) weights->data + expert * matrix_bytes(weights), weights->ne[1], weights->ne[0],
                tiles * group / groups, tiles * (group + 1) / groups, activations(expert), count(expert),
                own.places + own.first[expert], (float *) op->data, op->nb[1] / sizeof(float));
        }
        return true;
    }
};

ggml_status init_tensor(ggml_backend_buffer_t, ggml_tensor *) { return GGML_STATUS_SUCCESS; }

void set_tensor(ggml_backend_buffer_t, ggml_tensor * tensor, const void * data, size_t offset, size_t size) {
    GGML_ASSERT(offset == 0 && size == ggml_nbytes(tensor));
    const int64_t rows = tensor->ne[1];
    const int64_t columns = tensor->ne[0];
    const int64_t tiles = tiles_of(tensor);
    const int64_t experts = tensor->ne[2];
    // A large model has gigabytes to be packed.
    const int64_t threads =
        size < (1 << 20) ? 1 : std::max<int64_t>(1, std::min<int64_t>(std::thread::hardware_concurrency(), 16));
    auto part = [=](int64_t index) {
        for (int64_t expert = 0; expert < experts; expert++) {
            operations.pack(
                type_of(tensor), (const char *) data + expert * tensor->nb[2], rows, columns, tiles * index / threads,
                tiles * (index + 1) / threads, (char *) tensor->data + expert * matrix_bytes(tensor));
        }
    };
    std::vector<std::thread> others;
    for (int64_t index = 1; index < threads; index++) {
        others.emplace_back(part, index);
    }
    part(0);
    for (auto & other : others) {
        other.join();
    }
}

const char * get_name(ggml_backend_buffer_type_t) { return "bASIC packed"; }

ggml_backend_buffer_t alloc_buffer(ggml_backend_buffer_type_t type, size_t size) {
    ggml_backend_buffer_t buffer = ggml_backend_buft_alloc_buffer(ggml_backend_cpu_buffer_type(), size);
    if (!buffer) {
        return nullptr;
    }
#ifdef __linux__
    // Weights are read in order, gigabytes of them: with pages of two megabytes the processor looks up few. It is advice.
    const uintptr_t page = (uintptr_t) 2 << 20;
    const uintptr_t base = (uintptr_t) ggml_backend_buffer_get_base(buffer);
    const uintptr_t first = (base + page - 1) / page * page, last = (base + size) / page * page;
    if (size > 0 && first < last) {
        madvise((void *) first, last - first, MADV_HUGEPAGE);
    }
#endif
    buffer->buft = type;
    buffer->iface.init_tensor = init_tensor;
    buffer->iface.set_tensor = set_tensor;
    // Nobody but the products knows what lies where.
    buffer->iface.get_tensor = nullptr;
    buffer->iface.cpy_tensor = nullptr;
    return buffer;
}

size_t get_alignment(ggml_backend_buffer_type_t) { return 64; }

size_t get_alloc_size(ggml_backend_buffer_type_t, const ggml_tensor * tensor) {
    return can_pack(tensor) ? matrix_bytes(tensor) * tensor->ne[2] : ggml_nbytes(tensor);
}

class packed_buffers : public ggml::cpu::extra_buffer_type {
    packed_traits products;
    expert_traits experts;
    attention_traits attention;

    bool supports_op(ggml_backend_dev_t, const ggml_tensor * op) override {
        const bool is_product = op->op == GGML_OP_MUL_MAT && ggml_n_dims(op->src[0]) <= 2;
        const bool is_mixture =
            op->op == GGML_OP_MUL_MAT_ID && ggml_n_dims(op->src[0]) == 3 && op->src[2]->type == GGML_TYPE_I32;
        if (!(is_product || is_mixture) || !is_packed(op->src[0])) {
            return false;
        }
        // A model that is about to be loaded asks with a buffer that holds nothing; what was packed is multiplied so for good.
        return (is_enabled || ggml_backend_buffer_get_size(op->src[0]->buffer) > 0) && can_pack(op->src[0]) &&
            op->src[1]->type == GGML_TYPE_F32 && op->src[1]->nb[0] == sizeof(float) &&
            (!op->src[1]->buffer || ggml_backend_buft_is_host(op->src[1]->buffer->buft));
    }

    ggml::cpu::tensor_traits * get_tensor_traits(const ggml_tensor * op) override {
        if (op->op == GGML_OP_FLASH_ATTN_EXT) {
            return attends > 0 && can_attend(op) ? &attention : nullptr;
        }
        if (op->op == GGML_OP_MUL_MAT && is_packed(op->src[0])) {
            return &products;
        }
        return op->op == GGML_OP_MUL_MAT_ID && is_packed(op->src[0]) ? &experts : nullptr;
    }
};

ggml_backend_buffer_type_t buffer_type() {
    static ggml_backend_buffer_type type = {
        /* .iface   = */ {
            /* .get_name       = */ get_name,
            /* .alloc_buffer   = */ alloc_buffer,
            /* .get_alignment  = */ get_alignment,
            /* .get_max_size   = */ nullptr,
            /* .get_alloc_size = */ get_alloc_size,
            /* .is_host        = */ nullptr,
        },
        /* .device  = */ ggml_backend_reg_dev_get(ggml_backend_cpu_reg(), 0),
        /* .context = */ new packed_buffers(),
    };
    return &type;
}

}  // namespace

bool basic_use_accelerator(const basic_accelerator_operations * given) {
    operations = *given;
    // The backend's list, which it copies when it is first asked for it.
    auto & types = ggml_backend_cpu_get_extra_buffer_types();
    types.insert(types.begin(), buffer_type());
    auto get_extra = (ggml_backend_dev_get_extra_bufts_t) ggml_backend_reg_get_proc_address(
        ggml_backend_cpu_reg(), "ggml_backend_dev_get_extra_bufts");
    ggml_backend_buffer_type_t * known = get_extra ? get_extra(ggml_backend_reg_dev_get(ggml_backend_cpu_reg(), 0)) : nullptr;
    return known && known[0] == buffer_type();
}

void basic_set_accelerator_enabled(bool enabled) {
    is_enabled = enabled;
    int unsettled = -1;
    attends.compare_exchange_strong(unsettled, enabled ? 1 : 0);
}
