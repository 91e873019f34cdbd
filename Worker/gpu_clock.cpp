// The judge's hand on a real GPU, in the worker's process: a gate that every launch of an extension passes (observer.cpp), and a
// clock. It is loaded before anything of a candidate's, and asks the driver itself, so that what a candidate puts in the place of
// PyTorch's or Python's functions does not reach it.

#include <dlfcn.h>
#include <time.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>

namespace {

typedef int Result;
typedef int Device;
typedef void* Context;
typedef void* Event;
typedef void* Stream;
typedef unsigned long long Pointer;

// Of CUDA's driver interface. cuda.h gives some of these functions a second version under the first one's name.
struct Driver {
    Result (*init)(unsigned);
    Result (*deviceGet)(Device*, int);
    Result (*primaryRetain)(Context*, Device);
    Result (*current)(Context*);
    Result (*setCurrent)(Context);
    Result (*synchronize)();
    Result (*eventCreate)(Event*, unsigned);
    Result (*eventRecord)(Event, Stream);
    Result (*eventSynchronize)(Event);
    Result (*elapsed)(float*, Event, Event);
    Result (*allocate)(Pointer*, size_t);
    Result (*fill)(Pointer, unsigned char, size_t, Stream);
    Result (*resetPersisting)();
    Result (*limit)(size_t*, int);
    Result (*streamAttribute)(Stream, int, void*);
    Result (*isCapturing)(Stream, int*);
    Result (*wait)(Stream, Event, unsigned);
    Result (*profilerStart)();
    Result (*profilerStop)();
};

Driver driver;
Event before, first, last;
Pointer flushed;
size_t flushedBytes;
double secondsOfFlush;
size_t ordinaryPersisting;
std::atomic<unsigned long long> launches;
std::atomic<int> isGhost;

// Streams beside the default one that a timed call launches on. They begin when the call does, and the call ends when they do:
// work on them would otherwise run before the clock starts, or after it has stopped.
std::mutex sideLock;
struct Side {
    Stream stream;
    Event reached;
    bool isUsed;
};
Side sides[64];
int sideCount;
std::atomic<int> isFollowing;

double now() {
    timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

template <typename Function>
bool find(void* library, const char* name, Function& function) {
    function = reinterpret_cast<Function>(dlsym(library, name));
    return function != nullptr;
}

double elapsed(Event from, Event to) {
    float milliseconds = 0;
    return driver.elapsed(&milliseconds, from, to) ? 0 : 1e-3 * static_cast<double>(milliseconds);
}

bool findAll(void* library) {
    return find(library, "cuInit", driver.init) && find(library, "cuDeviceGet", driver.deviceGet) &&
           find(library, "cuDevicePrimaryCtxRetain", driver.primaryRetain) &&
           find(library, "cuCtxGetCurrent", driver.current) && find(library, "cuCtxSetCurrent", driver.setCurrent) &&
           find(library, "cuCtxSynchronize", driver.synchronize) && find(library, "cuEventCreate", driver.eventCreate) &&
           find(library, "cuEventRecord", driver.eventRecord) &&
           find(library, "cuEventSynchronize", driver.eventSynchronize) &&
           find(library, "cuEventElapsedTime", driver.elapsed) && find(library, "cuMemAlloc_v2", driver.allocate) &&
           find(library, "cuMemsetD8Async", driver.fill) &&
           find(library, "cuCtxResetPersistingL2Cache", driver.resetPersisting) &&
           find(library, "cuCtxGetLimit", driver.limit) &&
           find(library, "cuStreamGetAttribute", driver.streamAttribute) &&
           find(library, "cuStreamIsCapturing", driver.isCapturing) && find(library, "cuStreamWaitEvent", driver.wait) &&
           find(library, "cuProfilerStart", driver.profilerStart) && find(library, "cuProfilerStop", driver.profilerStop);
}

bool isAside(Stream stream) {
    Stream legacy = reinterpret_cast<Stream>(1);
    int capturing = 0;
    return stream && stream != legacy && !driver.isCapturing(stream, &capturing) && !capturing;
}

Side* side(Stream stream) {
    for (int i = 0; i < sideCount; ++i)
        if (sides[i].stream == stream) return &sides[i];
    if (sideCount == 64 || driver.eventCreate(&sides[sideCount].reached, 0)) return nullptr;
    sides[sideCount].stream = stream;
    sides[sideCount].isUsed = false;
    return &sides[sideCount++];
}

// Bytes of the level 2 cache that may be set aside for accesses that persist.
size_t persistingLimit() {
    const int persistingCache = 0x06;
    size_t bytes = 0;
    return driver.limit(&bytes, persistingCache) ? 0 : bytes;
}

}

extern "C" {

// Before a launch: 1 if it is to run.
int basic_gpu_gate(void* stream) {
    launches.fetch_add(1, std::memory_order_relaxed);
    if (isGhost.load(std::memory_order_relaxed)) return 0;
    if (isFollowing.load(std::memory_order_relaxed) && isAside(stream)) {
        std::lock_guard<std::mutex> guard(sideLock);
        Side* found = side(stream);
        if (found && !found->isUsed) found->isUsed = driver.wait(stream, first, 0) == 0;
    }
    return 1;
}

// After it.
void basic_gpu_launched(void* stream) {
    if (!isFollowing.load(std::memory_order_relaxed) || !isAside(stream)) return;
    std::lock_guard<std::mutex> guard(sideLock);
    Side* found = side(stream);
    if (found && found->isUsed) driver.eventRecord(found->reached, stream);
}

unsigned long long basic_gpu_launches() { return launches.load(std::memory_order_relaxed); }

void basic_gpu_set_ghost(int on) { isGhost.store(on, std::memory_order_relaxed); }

// Takes the device's context and memory of `bytes`, which is written to empty the level 2 cache. Null, or what went wrong.
const char* basic_gpu_open(size_t bytes) {
    void* library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
    if (!library) return "libcuda.so.1 cannot be loaded";
    if (!findAll(library)) return "libcuda.so.1 lacks a function; the driver is too old";
    Context context = nullptr;
    if (driver.init(0)) return "the driver does not start";
    if (driver.current(&context) || !context) {
        Device device;
        if (driver.deviceGet(&device, 0) || driver.primaryRetain(&context, device) || driver.setCurrent(context))
            return "the GPU gives no context";
    }
    if (driver.eventCreate(&before, 0) || driver.eventCreate(&first, 0) || driver.eventCreate(&last, 0))
        return "events cannot be made";
    if (driver.allocate(&flushed, bytes)) return "memory to empty the cache with cannot be had";
    flushedBytes = bytes;
    ordinaryPersisting = persistingLimit();
    // The second one is timed: the first may be slower.
    for (int turn = 0; turn < 2; ++turn)
        if (driver.eventRecord(first, nullptr) || driver.fill(flushed, 0, flushedBytes, nullptr) ||
            driver.eventRecord(last, nullptr) || driver.eventSynchronize(last))
            return "the GPU does not write to its memory";
    secondsOfFlush = elapsed(first, last);
    return nullptr;
}

// Bytes of memory that the default stream keeps in the level 2 cache from call to call, or that more of this cache is set aside
// than at first; 0 unless somebody has asked for it.
unsigned long long basic_gpu_persisting() {
    const int accessPolicyWindow = 1;
    size_t value[8] = {};  // base, bytes, and how accesses hit and miss
    if (!driver.streamAttribute(nullptr, accessPolicyWindow, value) && value[1] > 0) return value[1];
    size_t bytes = persistingLimit();
    return bytes > ordinaryPersisting ? bytes - ordinaryPersisting : 0;
}

// From here on a profiler looks, or no more.
void basic_gpu_profile(int on) { on ? driver.profilerStart() : driver.profilerStop(); }

// Starts a call. The GPU gets `cover` seconds of other work before it, which puts other bytes into the level 2 cache: meanwhile the
// host launches what the call consists of, so that the GPU's time is measured and not the host's. Without cover the cache is emptied
// all the same, and streams are left as they are.
int basic_gpu_begin(double cover) {
    static unsigned char value;
    Result result = driver.synchronize();
    if (!result) result = driver.resetPersisting();
    if (!result) result = driver.eventRecord(before, nullptr);
    double planned = 0;
    do {
        if (!result) result = driver.fill(flushed, ++value, flushedBytes, nullptr);
        planned += secondsOfFlush;
    } while (planned < cover && secondsOfFlush > 1e-6);
    if (!result && cover <= 0) result = driver.synchronize();
    if (!result) result = driver.eventRecord(first, nullptr);
    for (int i = 0; i < sideCount; ++i) sides[i].isUsed = false;
    isFollowing.store(cover > 0);
    return result;
}

// times: of the call by events; how much longer the GPU had something to do; and of the work before the call. In seconds.
int basic_gpu_end(double* times) {
    Result result = 0;
    isFollowing.store(0);
    for (int i = 0; i < sideCount && !result; ++i)
        if (sides[i].isUsed) result = driver.wait(nullptr, sides[i].reached, 0);
    if (!result) result = driver.eventRecord(last, nullptr);
    if (!result) result = driver.eventSynchronize(last);
    double reached = now();
    // What runs on streams that do not wait for the default one is still to come.
    if (!result) result = driver.synchronize();
    double ended = now();
    times[0] = elapsed(first, last);
    times[1] = ended - reached;
    times[2] = elapsed(before, first);
    return result;
}

}
