// Events: recorded at once, with the host's clock.
#include <time.h>

#include "cuda_handle.h"
#include "host_api.h"

struct vgpu_event {
  unsigned flags;
  int is_recorded;
  double milliseconds;
};

enum { BLOCKING_SYNC = 1, DISABLE_TIMING = 2, INTERPROCESS = 4 };
static vgpu_handle_pool events = VGPU_HANDLE_POOL(struct vgpu_event);

cuda_error cuda_check_event(cuda_event event) { return vgpu_handle_check(&events, event) ? 0 : cudaErrorInvalidResourceHandle; }

void cuda_forget_events(void) { vgpu_handle_delete_all(&events); }

cuda_error cudaEventCreateWithFlags(cuda_event *event, unsigned flags) {
  const char *call = "cudaEventCreate";
  CUDA_ENTER(call);
  if (!event || flags > 7) return cuda_fail(cudaErrorInvalidValue, call);
  if ((flags & INTERPROCESS) && !(flags & DISABLE_TIMING)) return cuda_fail(cudaErrorInvalidValue, call);
  if (flags & INTERPROCESS) return cuda_unsupported(call, "events between processes are not available on the virtual GPU");
  struct vgpu_event *made = vgpu_handle_new(&events);
  if (!made) return cuda_fail(cudaErrorMemoryAllocation, call);
  made->flags = flags;
  *event = made;
  return 0;
}

cuda_error cudaEventCreate(cuda_event *event) { return cudaEventCreateWithFlags(event, 0); }

cuda_error cudaEventDestroy(cuda_event event) {
  CUDA_ENTER("cudaEventDestroy");
  cuda_error error = cuda_check_event(event);
  if (error) return cuda_fail(error, "cudaEventDestroy");
  vgpu_handle_delete(&events, event);
  return 0;
}

cuda_error cudaEventRecordWithFlags(cuda_event event, cuda_stream stream, unsigned flags) {
  const char *call = "cudaEventRecord";
  CUDA_ENTER(call);
  cuda_error error = cuda_check_event(event);
  if (!error) error = cuda_check_stream(stream);
  if (!error && flags > 1) error = cudaErrorInvalidValue;
  if (error) return cuda_fail(error, call);
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  event->milliseconds = (double)now.tv_sec * 1e3 + (double)now.tv_nsec * 1e-6;
  event->is_recorded = 1;
  return 0;
}
CUDA_PTSZ(cudaEventRecordWithFlags)

cuda_error cudaEventRecord(cuda_event event, cuda_stream stream) { return cudaEventRecordWithFlags(event, stream, 0); }
CUDA_PTSZ(cudaEventRecord)

cuda_error cudaEventQuery(cuda_event event) {
  CUDA_ENTER_SYNCHRONISING("cudaEventQuery");
  return cuda_fail(cuda_check_event(event), "cudaEventQuery");
}

cuda_error cudaEventSynchronize(cuda_event event) {
  CUDA_ENTER_SYNCHRONISING("cudaEventSynchronize");
  return cuda_fail(cuda_check_event(event), "cudaEventSynchronize");
}

cuda_error cudaEventElapsedTime(float *milliseconds, cuda_event start, cuda_event end) {
  const char *call = "cudaEventElapsedTime";
  CUDA_ENTER_SYNCHRONISING(call);
  if (!milliseconds) return cuda_fail(cudaErrorInvalidValue, call);
  cuda_error error = cuda_check_event(start);
  if (!error) error = cuda_check_event(end);
  if (!error && (!start->is_recorded || !end->is_recorded)) error = cudaErrorInvalidResourceHandle;
  if (!error && ((start->flags | end->flags) & DISABLE_TIMING)) error = cudaErrorInvalidResourceHandle;
  if (error) return cuda_fail(error, call);
  *milliseconds = (float)(end->milliseconds - start->milliseconds);
  return 0;
}
CUDA_ALIAS(cudaEventElapsedTime, cudaEventElapsedTime_v2)
