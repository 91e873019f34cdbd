// Copies and fills of device memory, checked against the allocations.
#include <stdio.h>
#include <string.h>

#include "host_api.h"

enum side { HOST_SIDE, DEVICE_SIDE, EITHER_SIDE };

// Where an address lies: in memory of the device, in memory of the host, or in memory that is both.
static enum side side_of(const void *address, vgpu_allocation *found, int *known) {
  *known = vgpu_find_allocation((uint64_t)address, found);
  if (!*known) return (const uint8_t *)address >= vgpu_arena && (const uint8_t *)address < vgpu_arena_end ? DEVICE_SIDE : HOST_SIDE;
  switch (found->kind) {
    case VGPU_MEMORY_HOST:
    case VGPU_MEMORY_MANAGED:
    case VGPU_MEMORY_REGISTERED: return EITHER_SIDE;
    default: return DEVICE_SIDE;
  }
}

// Writes a finding where a range of the arena does not lie in one live allocation.
static cuda_error check_range(const void *address, uint64_t bytes, const vgpu_allocation *found, int known, const char *call,
                              const char *access, const char *role) {
  char message[256];
  uint64_t offset = known ? (uint64_t)address - found->address : 0;
  if (known && found->live && offset <= found->size && bytes <= found->size - offset) return 0;
  int is_freed = known && !found->live && offset < found->size;
  if (is_freed)
    snprintf(message, sizeof message, "the %s of %s is memory that was freed", role, call);
  else if (known && offset < found->size)
    snprintf(message, sizeof message, "%s: the %s has %llu bytes from this address on, and %llu are asked for", call, role,
             (unsigned long long)(found->size - offset), (unsigned long long)bytes);
  else
    snprintf(message, sizeof message, "the %s of %s does not lie in any allocation", role, call);
  cuda_finding(is_freed ? "use-after-free" : "out-of-bounds", call, access, address, bytes, known ? found : NULL, message);
  return cuda_fail(cudaErrorInvalidValue, call);
}

// The direction that a copy takes, after its kind and both addresses are checked.
static cuda_error check_copy(const void *to, const void *from, uint64_t to_bytes, uint64_t from_bytes, int kind, const char *call,
                             int *leaves_device, int *has_states) {
  vgpu_allocation target, source;
  int target_known, source_known;
  if (kind < cudaMemcpyHostToHost || kind > cudaMemcpyDefault) return cuda_fail(cudaErrorInvalidMemcpyDirection, call);
  if (!to || !from) return cuda_fail(cudaErrorInvalidValue, call);
  enum side to_side = side_of(to, &target, &target_known), from_side = side_of(from, &source, &source_known);
  if (kind != cudaMemcpyDefault) {
    enum side to_wanted = kind == cudaMemcpyHostToDevice || kind == cudaMemcpyDeviceToDevice ? DEVICE_SIDE : HOST_SIDE;
    enum side from_wanted = kind == cudaMemcpyDeviceToHost || kind == cudaMemcpyDeviceToDevice ? DEVICE_SIDE : HOST_SIDE;
    int to_wrong = to_side != EITHER_SIDE && to_side != to_wanted, from_wrong = from_side != EITHER_SIDE && from_side != from_wanted;
    if (to_wrong || from_wrong) {
      char message[200];
      int is_device = (to_wrong ? to_side : from_side) == DEVICE_SIDE;
      snprintf(message, sizeof message, "%s: the kind of copy says that the %s is %s memory, and it is %s memory", call,
               to_wrong ? "target" : "source", is_device ? "host" : "device", is_device ? "device" : "host");
      const vgpu_allocation *buffer = to_wrong ? (target_known ? &target : NULL) : source_known ? &source : NULL;
      cuda_finding("out-of-bounds", call, "memcpy", to_wrong ? to : from, to_wrong ? to_bytes : from_bytes, buffer, message);
      return cuda_fail(cudaErrorInvalidValue, call);
    }
  }
  cuda_error error = 0;
  if (to_side != HOST_SIDE) error = check_range(to, to_bytes, &target, target_known, call, "memcpy", "target");
  if (!error && from_side != HOST_SIDE) error = check_range(from, from_bytes, &source, source_known, call, "memcpy", "source");
  *leaves_device = from_side == DEVICE_SIDE && to_side != DEVICE_SIDE;
  if (kind == cudaMemcpyDeviceToHost) *leaves_device = 1;
  *has_states = from_side != HOST_SIDE;
  return error;
}

// Whether all of the source has been written; a finding where it has not.
static int check_initialised(const void *from, uint64_t bytes, const char *call) {
  uint64_t first = vgpu_first_uninitialised(from, bytes);
  if (first == bytes) return 1;
  vgpu_allocation source;
  char message[200];
  int known = vgpu_find_allocation((uint64_t)from, &source);
  snprintf(message, sizeof message, "%s reads device memory that nothing has written, from byte %llu of the source on", call,
           (unsigned long long)first);
  cuda_finding("uninitialized-read", call, "memcpy", (const uint8_t *)from + first, bytes, known ? &source : NULL, message);
  return 0;
}

// Says so once per call where the source has not been written: `is_checked` is cleared then.
static void move(void *to, const void *from, uint64_t bytes, int leaves_device, int has_states, int *is_checked, const char *call) {
  memmove(to, from, bytes);
  if (vgpu_state) {
    if (leaves_device && *is_checked) *is_checked = check_initialised(from, bytes, call);
    if (has_states && !leaves_device) vgpu_copy_states(to, from, bytes);
    else vgpu_mark_initialised(to, bytes);
  }
  if (leaves_device) vgpu_report_copy_out(to, bytes);
}

cuda_error cuda_copy(void *to, const void *from, uint64_t bytes, int kind, const char *call) {
  CUDA_ENTER_SYNCHRONISING(call);
  if (!bytes) return 0;
  int leaves_device, has_states;
  cuda_error error = check_copy(to, from, bytes, bytes, kind, call, &leaves_device, &has_states);
  if (error) return error;
  int is_checked = 1;
  move(to, from, bytes, leaves_device, has_states, &is_checked, call);
  return 0;
}

cuda_error cuda_copy_rows(void *to, uint64_t to_pitch, const void *from, uint64_t from_pitch, uint64_t width, uint64_t height,
                          int kind, const char *call) {
  CUDA_ENTER_SYNCHRONISING(call);
  if (!width || !height) return 0;
  if (width > to_pitch || width > from_pitch) return cuda_fail(cudaErrorInvalidPitchValue, call);
  int leaves_device, has_states;
  cuda_error error = check_copy(to, from, to_pitch * (height - 1) + width, from_pitch * (height - 1) + width, kind, call,
                                &leaves_device, &has_states);
  if (error) return error;
  int is_checked = 1;
  for (uint64_t row = 0; row < height; row++)
    move((uint8_t *)to + row * to_pitch, (const uint8_t *)from + row * from_pitch, width, leaves_device, has_states, &is_checked,
         call);
  return 0;
}

cuda_error cuda_set_rows(void *to, uint64_t pitch, int value, uint64_t width, uint64_t height, const char *call) {
  CUDA_ENTER_SYNCHRONISING(call);
  if (!width || !height) return 0;
  if (height > 1 && width > pitch) return cuda_fail(cudaErrorInvalidValue, call);
  vgpu_allocation target;
  int known;
  enum side side = side_of(to, &target, &known);
  if (side == HOST_SIDE) return cuda_fail(cudaErrorInvalidValue, call);
  cuda_error error = check_range(to, pitch * (height - 1) + width, &target, known, call, "memset", "target");
  if (error) return error;
  for (uint64_t row = 0; row < height; row++) {
    memset((uint8_t *)to + row * pitch, value, width);
    vgpu_mark_initialised((uint8_t *)to + row * pitch, width);
  }
  return 0;
}

#define CHECK_STREAM(stream, call)                   \
  do {                                               \
    cuda_error wrong = cuda_check_stream(stream);    \
    if (wrong) return cuda_fail(wrong, call);        \
  } while (0)

cuda_error cudaMemcpy(void *to, const void *from, size_t bytes, int kind) { return cuda_copy(to, from, bytes, kind, "cudaMemcpy"); }
CUDA_PTDS(cudaMemcpy)

cuda_error cudaMemcpyAsync(void *to, const void *from, size_t bytes, int kind, cuda_stream stream) {
  CHECK_STREAM(stream, "cudaMemcpyAsync");
  return cuda_copy(to, from, bytes, kind, "cudaMemcpyAsync");
}
CUDA_PTSZ(cudaMemcpyAsync)

cuda_error cudaMemcpyPeer(void *to, int to_device, const void *from, int from_device, size_t bytes) {
  if (to_device || from_device) return cuda_fail(cudaErrorInvalidDevice, "cudaMemcpyPeer");
  return cuda_copy(to, from, bytes, cudaMemcpyDeviceToDevice, "cudaMemcpyPeer");
}

cuda_error cudaMemcpyPeerAsync(void *to, int to_device, const void *from, int from_device, size_t bytes, cuda_stream stream) {
  if (to_device || from_device) return cuda_fail(cudaErrorInvalidDevice, "cudaMemcpyPeerAsync");
  CHECK_STREAM(stream, "cudaMemcpyPeerAsync");
  return cuda_copy(to, from, bytes, cudaMemcpyDeviceToDevice, "cudaMemcpyPeerAsync");
}

cuda_error cudaMemcpy2D(void *to, size_t to_pitch, const void *from, size_t from_pitch, size_t width, size_t height, int kind) {
  return cuda_copy_rows(to, to_pitch, from, from_pitch, width, height, kind, "cudaMemcpy2D");
}
CUDA_PTDS(cudaMemcpy2D)

cuda_error cudaMemcpy2DAsync(void *to, size_t to_pitch, const void *from, size_t from_pitch, size_t width, size_t height, int kind,
                             cuda_stream stream) {
  CHECK_STREAM(stream, "cudaMemcpy2DAsync");
  return cuda_copy_rows(to, to_pitch, from, from_pitch, width, height, kind, "cudaMemcpy2DAsync");
}
CUDA_PTSZ(cudaMemcpy2DAsync)

cuda_error cudaMemcpyWithAttributesAsync(void *to, const void *from, size_t bytes, const void *attributes, cuda_stream stream) {
  (void)attributes;
  CHECK_STREAM(stream, "cudaMemcpyWithAttributesAsync");
  return cuda_copy(to, from, bytes, cudaMemcpyDefault, "cudaMemcpyWithAttributesAsync");
}
CUDA_PTSZ(cudaMemcpyWithAttributesAsync)

cuda_error cudaMemcpyBatchAsync(void *const *to, const void *const *from, const size_t *bytes, size_t count,
                                const void *attributes, const size_t *attribute_starts, size_t attribute_count,
                                cuda_stream stream) {
  const char *call = "cudaMemcpyBatchAsync";
  (void)attributes, (void)attribute_starts, (void)attribute_count;
  CHECK_STREAM(stream, call);
  if (!count || !to || !from || !bytes) return cuda_fail(cudaErrorInvalidValue, call);
  for (size_t i = 0; i < count; i++) {
    cuda_error error = cuda_copy(to[i], from[i], bytes[i], cudaMemcpyDefault, call);
    if (error) return error;
  }
  return 0;
}
CUDA_PTSZ(cudaMemcpyBatchAsync)

cuda_error cudaMemset(void *to, int value, size_t bytes) { return cuda_set_rows(to, bytes, value, bytes, 1, "cudaMemset"); }
CUDA_PTDS(cudaMemset)

cuda_error cudaMemsetAsync(void *to, int value, size_t bytes, cuda_stream stream) {
  CHECK_STREAM(stream, "cudaMemsetAsync");
  return cuda_set_rows(to, bytes, value, bytes, 1, "cudaMemsetAsync");
}
CUDA_PTSZ(cudaMemsetAsync)

cuda_error cudaMemset2D(void *to, size_t pitch, int value, size_t width, size_t height) {
  return cuda_set_rows(to, pitch, value, width, height, "cudaMemset2D");
}
CUDA_PTDS(cudaMemset2D)

cuda_error cudaMemset2DAsync(void *to, size_t pitch, int value, size_t width, size_t height, cuda_stream stream) {
  CHECK_STREAM(stream, "cudaMemset2DAsync");
  return cuda_set_rows(to, pitch, value, width, height, "cudaMemset2DAsync");
}
CUDA_PTSZ(cudaMemset2DAsync)
