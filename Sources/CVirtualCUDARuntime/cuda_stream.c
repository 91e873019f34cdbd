// Streams. Work runs when it is issued, which is one of the orders that CUDA allows: a stream has nothing waiting.
#include <string.h>

#include "cuda_handle.h"
#include "host_api.h"

struct vgpu_stream {
  unsigned flags;
  int priority;
  unsigned long long id;
};

static vgpu_handle_pool streams = VGPU_HANDLE_POOL(struct vgpu_stream);
enum { LOWEST = 0, HIGHEST = -5 };

// 0, cudaStreamLegacy and cudaStreamPerThread are streams that need no making.
static int is_default(cuda_stream stream) { return (uint64_t)stream <= 2; }

cuda_error cuda_check_stream(cuda_stream stream) {
  return is_default(stream) || vgpu_handle_check(&streams, stream) ? 0 : cudaErrorInvalidResourceHandle;
}

void cuda_forget_streams(void) { vgpu_handle_delete_all(&streams); }

#define CHECK_STREAM(stream, call)                   \
  do {                                               \
    cuda_error wrong = cuda_check_stream(stream);    \
    if (wrong) return cuda_fail(wrong, call);        \
  } while (0)

static cuda_error create(cuda_stream *stream, unsigned flags, int priority, const char *call) {
  CUDA_ENTER(call);
  static unsigned long long ids = 2;
  if (!stream || flags > 1) return cuda_fail(cudaErrorInvalidValue, call);
  struct vgpu_stream *made = vgpu_handle_new(&streams);
  if (!made) return cuda_fail(cudaErrorMemoryAllocation, call);
  made->flags = flags;
  made->priority = priority > LOWEST ? LOWEST : priority < HIGHEST ? HIGHEST : priority;
  made->id = __atomic_add_fetch(&ids, 1, __ATOMIC_RELAXED);
  *stream = made;
  return 0;
}

cuda_error cudaStreamCreate(cuda_stream *stream) { return create(stream, 0, 0, "cudaStreamCreate"); }

cuda_error cudaStreamCreateWithFlags(cuda_stream *stream, unsigned flags) {
  return create(stream, flags, 0, "cudaStreamCreateWithFlags");
}

cuda_error cudaStreamCreateWithPriority(cuda_stream *stream, unsigned flags, int priority) {
  return create(stream, flags, priority, "cudaStreamCreateWithPriority");
}

cuda_error cudaStreamDestroy(cuda_stream stream) {
  CUDA_ENTER("cudaStreamDestroy");
  if (is_default(stream)) return cuda_fail(cudaErrorInvalidResourceHandle, "cudaStreamDestroy");
  CHECK_STREAM(stream, "cudaStreamDestroy");
  vgpu_handle_delete(&streams, stream);
  return 0;
}

cuda_error cudaStreamSynchronize(cuda_stream stream) {
  CUDA_ENTER_SYNCHRONISING("cudaStreamSynchronize");
  CHECK_STREAM(stream, "cudaStreamSynchronize");
  return 0;
}
CUDA_PTSZ(cudaStreamSynchronize)

cuda_error cudaStreamQuery(cuda_stream stream) {
  CUDA_ENTER_SYNCHRONISING("cudaStreamQuery");
  CHECK_STREAM(stream, "cudaStreamQuery");
  return 0;
}
CUDA_PTSZ(cudaStreamQuery)

cuda_error cudaStreamGetFlags(cuda_stream stream, unsigned *flags) {
  CUDA_ENTER("cudaStreamGetFlags");
  CHECK_STREAM(stream, "cudaStreamGetFlags");
  if (!flags) return cuda_fail(cudaErrorInvalidValue, "cudaStreamGetFlags");
  *flags = is_default(stream) ? 0 : stream->flags;
  return 0;
}
CUDA_PTSZ(cudaStreamGetFlags)

cuda_error cudaStreamGetPriority(cuda_stream stream, int *priority) {
  CUDA_ENTER("cudaStreamGetPriority");
  CHECK_STREAM(stream, "cudaStreamGetPriority");
  if (!priority) return cuda_fail(cudaErrorInvalidValue, "cudaStreamGetPriority");
  *priority = is_default(stream) ? 0 : stream->priority;
  return 0;
}
CUDA_PTSZ(cudaStreamGetPriority)

cuda_error cudaStreamGetId(cuda_stream stream, unsigned long long *id) {
  CUDA_ENTER("cudaStreamGetId");
  CHECK_STREAM(stream, "cudaStreamGetId");
  if (!id) return cuda_fail(cudaErrorInvalidValue, "cudaStreamGetId");
  *id = is_default(stream) ? ((uint64_t)stream == 2 ? 2 : 1) : stream->id;
  return 0;
}
CUDA_PTSZ(cudaStreamGetId)

cuda_error cudaStreamGetDevice(cuda_stream stream, int *device) {
  CUDA_ENTER("cudaStreamGetDevice");
  CHECK_STREAM(stream, "cudaStreamGetDevice");
  if (!device) return cuda_fail(cudaErrorInvalidValue, "cudaStreamGetDevice");
  *device = 0;
  return 0;
}
CUDA_PTSZ(cudaStreamGetDevice)

cuda_error cudaStreamWaitEvent(cuda_stream stream, cuda_event event, unsigned flags) {
  CUDA_ENTER("cudaStreamWaitEvent");
  CHECK_STREAM(stream, "cudaStreamWaitEvent");
  if (flags > 1) return cuda_fail(cudaErrorInvalidValue, "cudaStreamWaitEvent");
  return cuda_fail(cuda_check_event(event), "cudaStreamWaitEvent");
}
CUDA_PTSZ(cudaStreamWaitEvent)

cuda_error cudaStreamAddCallback(cuda_stream stream, void (*callback)(cuda_stream, cuda_error, void *), void *data,
                                 unsigned flags) {
  CHECK_STREAM(stream, "cudaStreamAddCallback");
  if (!callback || flags) return cuda_fail(cudaErrorInvalidValue, "cudaStreamAddCallback");
  callback(stream, cuda_synchronise(), data);
  return 0;
}
CUDA_PTSZ(cudaStreamAddCallback)

cuda_error cudaLaunchHostFunc(cuda_stream stream, void (*function)(void *), void *data) {
  CUDA_ENTER("cudaLaunchHostFunc");
  CHECK_STREAM(stream, "cudaLaunchHostFunc");
  if (!function) return cuda_fail(cudaErrorInvalidValue, "cudaLaunchHostFunc");
  // On a GPU a failed kernel keeps the function from running.
  if (!cuda_context_is_broken()) function(data);
  return 0;
}
CUDA_PTSZ(cudaLaunchHostFunc)

cuda_error cudaLaunchHostFunc_v2(cuda_stream stream, void (*function)(void *), void *data, unsigned mode) {
  if (mode > 1) return cuda_fail(cudaErrorInvalidValue, "cudaLaunchHostFunc");
  return cudaLaunchHostFunc(stream, function, data);
}
CUDA_PTSZ(cudaLaunchHostFunc_v2)

// Nothing is ever being captured: this is what programs and libraries ask before they do what capture forbids.
cuda_error cudaStreamIsCapturing(cuda_stream stream, int *status) {
  CUDA_ENTER("cudaStreamIsCapturing");
  CHECK_STREAM(stream, "cudaStreamIsCapturing");
  if (!status) return cuda_fail(cudaErrorInvalidValue, "cudaStreamIsCapturing");
  *status = 0;
  return 0;
}
CUDA_PTSZ(cudaStreamIsCapturing)

cuda_error cudaStreamGetCaptureInfo(cuda_stream stream, int *status) {
  CUDA_ENTER("cudaStreamGetCaptureInfo");
  CHECK_STREAM(stream, "cudaStreamGetCaptureInfo");
  if (!status) return cuda_fail(cudaErrorInvalidValue, "cudaStreamGetCaptureInfo");
  *status = 0;
  return 0;
}
CUDA_PTSZ(cudaStreamGetCaptureInfo)
CUDA_ALIAS(cudaStreamGetCaptureInfo, cudaStreamGetCaptureInfo_v2)
CUDA_ALIAS(cudaStreamGetCaptureInfo, cudaStreamGetCaptureInfo_v2_ptsz)
CUDA_ALIAS(cudaStreamGetCaptureInfo, cudaStreamGetCaptureInfo_v3)
CUDA_ALIAS(cudaStreamGetCaptureInfo, cudaStreamGetCaptureInfo_v3_ptsz)

cuda_error cudaThreadExchangeStreamCaptureMode(int *mode) {
  static _Thread_local int current;
  if (!mode || *mode < 0 || *mode > 2) return cuda_fail(cudaErrorInvalidValue, "cudaThreadExchangeStreamCaptureMode");
  int previous = current;
  current = *mode;
  *mode = previous;
  return 0;
}

// Attributes are hints about caches and scheduling.
cuda_error cudaStreamSetAttribute(cuda_stream stream, int attribute, const void *value) {
  enum { PRIORITY = 8 };
  CUDA_ENTER("cudaStreamSetAttribute");
  CHECK_STREAM(stream, "cudaStreamSetAttribute");
  if (!value) return cuda_fail(cudaErrorInvalidValue, "cudaStreamSetAttribute");
  if (attribute == PRIORITY && !is_default(stream)) stream->priority = *(const int *)value;
  return 0;
}
CUDA_PTSZ(cudaStreamSetAttribute)

cuda_error cudaStreamGetAttribute(cuda_stream stream, int attribute, cuda_launch_attribute_value *value) {
  enum { PRIORITY = 8 };
  CUDA_ENTER("cudaStreamGetAttribute");
  CHECK_STREAM(stream, "cudaStreamGetAttribute");
  if (!value) return cuda_fail(cudaErrorInvalidValue, "cudaStreamGetAttribute");
  memset(value, 0, sizeof *value);
  if (attribute == PRIORITY && !is_default(stream)) value->priority = stream->priority;
  return 0;
}
CUDA_PTSZ(cudaStreamGetAttribute)

cuda_error cudaStreamCopyAttributes(cuda_stream to, cuda_stream from) {
  CUDA_ENTER("cudaStreamCopyAttributes");
  CHECK_STREAM(to, "cudaStreamCopyAttributes");
  CHECK_STREAM(from, "cudaStreamCopyAttributes");
  return 0;
}
CUDA_PTSZ(cudaStreamCopyAttributes)

cuda_error cudaDeviceGetStreamPriorityRange(int *least, int *greatest) {
  CUDA_ENTER("cudaDeviceGetStreamPriorityRange");
  if (least) *least = LOWEST;
  if (greatest) *greatest = HIGHEST;
  return 0;
}
