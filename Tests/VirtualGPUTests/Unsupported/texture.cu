// UNSUPPORTED: texture
// Reads an image through a texture object: the engine says that it cannot, by name, and does not launch the kernel.
#include "../Programs/check.h"

__global__ void sample(cudaTextureObject_t texture, float *out, int width, int height) {
  int x = threadIdx.x, y = blockIdx.x;
  if (x < width && y < height) out[y * width + x] = tex2D<float>(texture, x + 0.5f, y + 0.5f);
}

int main() {
  const int width = 32, height = 16;
  std::vector<float> image(width * height);
  for (int i = 0; i < width * height; i++) image[i] = (float)i;
  cudaChannelFormatDesc format = cudaCreateChannelDesc<float>();
  cudaArray_t array;
  CHECK(cudaMallocArray(&array, &format, width, height));
  CHECK(cudaMemcpy2DToArray(array, 0, 0, image.data(), width * sizeof(float), width * sizeof(float), height, cudaMemcpyHostToDevice));
  cudaResourceDesc resource = {};
  resource.resType = cudaResourceTypeArray;
  resource.res.array.array = array;
  cudaTextureDesc description = {};
  description.addressMode[0] = description.addressMode[1] = cudaAddressModeClamp;
  description.filterMode = cudaFilterModePoint;
  description.readMode = cudaReadModeElementType;
  cudaTextureObject_t texture;
  CHECK(cudaCreateTextureObject(&texture, &resource, &description, nullptr));
  float *dout = deviceEmpty<float>(width * height);
  sample<<<height, width>>>(texture, dout, width, height);
  CHECK_KERNEL();
  Verdict verdict;
  verdict.allNear("texel", hostCopy(dout, width * height), image, 0);
  CHECK(cudaDestroyTextureObject(texture));
  CHECK(cudaFreeArray(array));
  return verdict.finish();
}
