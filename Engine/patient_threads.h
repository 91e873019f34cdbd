// Included before every C file of libllama's, so that a thread that waits for another lets it run.
//
// The threads of a pass wait for each other by looking again and again, some hundred times in each pass. Where there is a processor for each
// that is the fastest way. Where there is not (another program runs, or fewer processors are allowed than threads were asked for) the one that is waited for
// gets its turn only when the one that waits has used up its own: a pass then took a thousand times as long. So a thread offers its
// processor to the others now and then while it looks, which costs little where nobody wants it.

#pragma once

#if defined(__linux__) || defined(__APPLE__)
#include <sched.h>

// How many looks there are between two offers. Between two looks there is a pause: 17 ns on a Xeon of the fifth generation, so that it is
// four microseconds; elsewhere it was not measured, and on ARM it may be much shorter.
#if defined(__x86_64__)
#define BASIC_LOOKS 256
#else
#define BASIC_LOOKS 4096
#endif

static inline void basic_look_again(void) {
    static _Thread_local unsigned looks = 0;
    if (++looks % BASIC_LOOKS == 0) {
        sched_yield();
    }
}

// libllama's function is defined with `(void)`, and called with `()`. Where a source has no such function, nothing happens.
#define ggml_thread_cpu_relax(argument) basic_relax_##argument
#define basic_relax_void ggml_pause_of_its_own(void)
#define basic_relax_ (ggml_pause_of_its_own(), basic_look_again())
#endif
