// Variables of the device, named by the program's shadow of them.
#include "host_api.h"

static cuda_error find(const void *host, vgpu_symbol **symbol, uint8_t **address, const char *call) {
  CUDA_ENTER(call);
  *symbol = cuda_find_symbol(host);
  *address = *symbol ? cuda_symbol_address(*symbol) : NULL;
  return *address ? 0 : cuda_fail(cudaErrorInvalidSymbol, call);
}

static cuda_error copy(const void *host, void *to, const void *from, size_t bytes, size_t offset, int kind, cuda_stream stream,
                       const char *call) {
  vgpu_symbol *symbol;
  uint8_t *address;
  cuda_error error = cuda_check_stream(stream);
  if (error) return cuda_fail(error, call);
  int to_symbol = !to;
  int wrong = to_symbol ? cudaMemcpyDeviceToHost : cudaMemcpyHostToDevice;
  if (kind == cudaMemcpyHostToHost || kind == wrong) return cuda_fail(cudaErrorInvalidMemcpyDirection, call);
  if ((error = find(host, &symbol, &address, call))) return error;
  if (to_symbol) to = address + offset;
  else from = address + offset;
  return cuda_copy(to, from, bytes, kind, call);
}

cuda_error cudaMemcpyToSymbol(const void *symbol, const void *from, size_t bytes, size_t offset, int kind) {
  return copy(symbol, NULL, from, bytes, offset, kind, NULL, "cudaMemcpyToSymbol");
}
CUDA_PTDS(cudaMemcpyToSymbol)

cuda_error cudaMemcpyToSymbolAsync(const void *symbol, const void *from, size_t bytes, size_t offset, int kind, cuda_stream stream) {
  return copy(symbol, NULL, from, bytes, offset, kind, stream, "cudaMemcpyToSymbolAsync");
}
CUDA_PTSZ(cudaMemcpyToSymbolAsync)

cuda_error cudaMemcpyFromSymbol(void *to, const void *symbol, size_t bytes, size_t offset, int kind) {
  if (!to) return cuda_fail(cudaErrorInvalidValue, "cudaMemcpyFromSymbol");
  return copy(symbol, to, NULL, bytes, offset, kind, NULL, "cudaMemcpyFromSymbol");
}
CUDA_PTDS(cudaMemcpyFromSymbol)

cuda_error cudaMemcpyFromSymbolAsync(void *to, const void *symbol, size_t bytes, size_t offset, int kind, cuda_stream stream) {
  if (!to) return cuda_fail(cudaErrorInvalidValue, "cudaMemcpyFromSymbolAsync");
  return copy(symbol, to, NULL, bytes, offset, kind, stream, "cudaMemcpyFromSymbolAsync");
}
CUDA_PTSZ(cudaMemcpyFromSymbolAsync)

cuda_error cudaGetSymbolAddress(void **address, const void *host) {
  vgpu_symbol *symbol;
  uint8_t *found;
  if (!address) return cuda_fail(cudaErrorInvalidValue, "cudaGetSymbolAddress");
  cuda_error error = find(host, &symbol, &found, "cudaGetSymbolAddress");
  if (!error) *address = found;
  return error;
}

cuda_error cudaGetSymbolSize(size_t *bytes, const void *host) {
  vgpu_symbol *symbol;
  uint8_t *found;
  if (!bytes) return cuda_fail(cudaErrorInvalidValue, "cudaGetSymbolSize");
  cuda_error error = find(host, &symbol, &found, "cudaGetSymbolSize");
  if (!error) *bytes = symbol->variable->size;
  return error;
}
