// Managed and mapped memory: host and device read and write the same addresses; a list linked by the host and walked by
// the device.
#include "check.h"

struct Node {
  int value;
  Node *next;
};

__global__ void walk(const Node *node, int *sum) {
  int total = 0;
  for (; node; node = node->next) total = total * 3 + node->value;
  *sum = total;
}

__global__ void square(float *x, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) x[i] *= x[i];
}

int main() {
  Verdict verdict;
  Node *nodes = nullptr;
  int *sum = nullptr;
  CHECK(cudaMallocManaged(&nodes, 10 * sizeof(Node)));
  CHECK(cudaMallocManaged(&sum, sizeof(int)));
  int want = 0;
  for (int i = 0; i < 10; i++) {
    int at = i * 7 % 10;
    nodes[at].value = i + 1;
    nodes[at].next = i < 9 ? &nodes[(i + 1) * 7 % 10] : nullptr;
    want = want * 3 + i + 1;
  }
  walk<<<1, 1>>>(nodes, sum);
  CHECK_KERNEL();
  verdict.same("sum", 0, *sum, want);

  const int n = 1000;
  float *x = nullptr, *mapped = nullptr, *view = nullptr;
  CHECK(cudaMallocManaged(&x, n * sizeof(float)));
  CHECK(cudaHostAlloc((void **)&mapped, n * sizeof(float), cudaHostAllocMapped));
  CHECK(cudaHostGetDevicePointer((void **)&view, mapped, 0));
  for (int i = 0; i < n; i++) x[i] = mapped[i] = (float)(i - 300);
  for (int round = 0; round < 2; round++) {
    square<<<8, 128>>>(x, n);
    square<<<8, 128>>>(view, n);
    CHECK_KERNEL();
    for (int i = 0; i < n; i++) {
      float root = (float)(i - 300), y = round ? root * root + 1 : root;
      verdict.near("managed", i, x[i], y * y, 0);
      verdict.near("mapped", i, mapped[i], y * y, 0);
      if (round == 0) x[i] = mapped[i] = root * root + 1;
    }
  }
  CHECK(cudaFree(nodes));
  CHECK(cudaFree(sum));
  CHECK(cudaFree(x));
  CHECK(cudaFreeHost(mapped));
  return verdict.finish();
}
