// Copies and fills of boxes.
#include "host_api.h"

static cuda_error copy_box(const cuda_memcpy_3d *box, cuda_stream stream, const char *call) {
  if (!box) return cuda_fail(cudaErrorInvalidValue, call);
  cuda_error error = cuda_check_stream(stream);
  if (error) return cuda_fail(error, call);
  if (box->srcArray || box->dstArray) return cuda_unsupported(call, "CUDA arrays are not available on the virtual GPU");
  cuda_extent size = box->extent;
  const cuda_pitched_pointer *from = &box->srcPtr, *to = &box->dstPtr;
  if (!size.width || !size.height || !size.depth) return 0;
  if (!from->ptr || !to->ptr) return cuda_fail(cudaErrorInvalidValue, call);
  if (size.depth > 1 && (from->ysize < size.height || to->ysize < size.height)) return cuda_fail(cudaErrorInvalidValue, call);
  for (size_t z = 0; z < size.depth && !error; z++) {
    uint64_t source = ((box->srcPos.z + z) * from->ysize + box->srcPos.y) * from->pitch + box->srcPos.x;
    uint64_t target = ((box->dstPos.z + z) * to->ysize + box->dstPos.y) * to->pitch + box->dstPos.x;
    error = cuda_copy_rows((uint8_t *)to->ptr + target, to->pitch, (const uint8_t *)from->ptr + source, from->pitch, size.width,
                           size.height, box->kind, call);
  }
  return error;
}

cuda_error cudaMemcpy3D(const cuda_memcpy_3d *box) { return copy_box(box, NULL, "cudaMemcpy3D"); }
CUDA_PTDS(cudaMemcpy3D)

cuda_error cudaMemcpy3DAsync(const cuda_memcpy_3d *box, cuda_stream stream) { return copy_box(box, stream, "cudaMemcpy3DAsync"); }
CUDA_PTSZ(cudaMemcpy3DAsync)

static cuda_error copy_peer_box(const cuda_memcpy_3d_peer *box, cuda_stream stream, const char *call) {
  if (!box) return cuda_fail(cudaErrorInvalidValue, call);
  if (box->srcDevice || box->dstDevice) return cuda_fail(cudaErrorInvalidDevice, call);
  cuda_memcpy_3d plain = {box->srcArray, box->srcPos, box->srcPtr, box->dstArray, box->dstPos, box->dstPtr, box->extent,
                          cudaMemcpyDefault};
  return copy_box(&plain, stream, call);
}

cuda_error cudaMemcpy3DPeer(const cuda_memcpy_3d_peer *box) { return copy_peer_box(box, NULL, "cudaMemcpy3DPeer"); }
CUDA_PTDS(cudaMemcpy3DPeer)

cuda_error cudaMemcpy3DPeerAsync(const cuda_memcpy_3d_peer *box, cuda_stream stream) {
  return copy_peer_box(box, stream, "cudaMemcpy3DPeerAsync");
}
CUDA_PTSZ(cudaMemcpy3DPeerAsync)

static cuda_error set_box(cuda_pitched_pointer to, int value, cuda_extent size, cuda_stream stream, const char *call) {
  cuda_error error = cuda_check_stream(stream);
  if (error) return cuda_fail(error, call);
  for (size_t z = 0; z < size.depth && !error; z++)
    error = cuda_set_rows((uint8_t *)to.ptr + z * to.ysize * to.pitch, to.pitch, value, size.width, size.height, call);
  return error;
}

cuda_error cudaMemset3D(cuda_pitched_pointer to, int value, cuda_extent size) {
  return set_box(to, value, size, NULL, "cudaMemset3D");
}
CUDA_PTDS(cudaMemset3D)

cuda_error cudaMemset3DAsync(cuda_pitched_pointer to, int value, cuda_extent size, cuda_stream stream) {
  return set_box(to, value, size, stream, "cudaMemset3DAsync");
}
CUDA_PTSZ(cudaMemset3DAsync)
