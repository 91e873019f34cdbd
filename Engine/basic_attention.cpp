#include "basic_attention.h"

#include "ggml-cpu.h"
#include "llama-context.h"

// ggml calls it the reference implementation. libllama has no call for it, and its scheduler is the one way to a context's
// backends.
bool basic_use_ordered_attention(llama_context * context) {
    ggml_backend_sched_t scheduler = context->get_sched();
    bool is_complete = true;
    for (int index = 0; index < ggml_backend_sched_get_n_backends(scheduler); index++) {
        ggml_backend_t backend = ggml_backend_sched_get_backend(scheduler, index);
        if (ggml_backend_is_cpu(backend)) {
            ggml_backend_cpu_set_use_ref(backend, true);
        } else {
            is_complete = false;
        }
    }
    return is_complete;
}
