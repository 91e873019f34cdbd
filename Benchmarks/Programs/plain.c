// The benchmark's kernels in plain C, built by the same clang with -O3 -march=native and run by as many threads:
//   plain matmul_16|matmul_32|elementwise|reduction|softmax THREADS
// Prints what the CUDA program prints, and the seconds of a run, the mean of five, to standard error.
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define N 512
#define ELEMENTS (1 << 21)
static float *in, *other, *out;

// The same tiling: a tile of the result, a tile of each factor at a time, copied as the kernel copies them.
#define PRODUCT(TILE)                                                                                   \
  static void product_##TILE(int part, int parts) {                                                     \
    for (int block = part; block < (N / TILE) * (N / TILE); block += parts) {                           \
      int row = block / (N / TILE) * TILE, column = block % (N / TILE) * TILE;                          \
      float as[TILE][TILE], bs[TILE][TILE], sum[TILE][TILE];                                            \
      memset(sum, 0, sizeof sum);                                                                       \
      for (int t = 0; t < N; t += TILE) {                                                               \
        for (int y = 0; y < TILE; y++)                                                                  \
          for (int x = 0; x < TILE; x++) {                                                              \
            as[y][x] = in[(row + y) * N + t + x];                                                       \
            bs[y][x] = other[(t + y) * N + column + x];                                                 \
          }                                                                                             \
        for (int y = 0; y < TILE; y++)                                                                  \
          for (int k = 0; k < TILE; k++)                                                                \
            for (int x = 0; x < TILE; x++) sum[y][x] += as[y][k] * bs[k][x];                            \
      }                                                                                                 \
      for (int y = 0; y < TILE; y++) memcpy(out + (row + y) * N + column, sum[y], sizeof sum[y]);       \
    }                                                                                                   \
  }
PRODUCT(16)
PRODUCT(32)

static void elementwise(int part, int parts) {
  long from = (long)ELEMENTS * part / parts, to = (long)ELEMENTS * (part + 1) / parts;
  for (long i = from; i < to; i++) out[i] = in[i] / (1.0f + expf(-in[i]));
}

static void reduction(int part, int parts) {
  for (int row = part; row < 512; row += parts) {
    float lanes[16] = {0}, sum = 0;
    for (int i = 0; i < 4096; i += 16)
      for (int k = 0; k < 16; k++) lanes[k] += in[row * 4096 + i + k];
    for (int k = 0; k < 16; k++) sum += lanes[k];
    out[row] = sum;
  }
}

static void softmax(int part, int parts) {
  for (int row = part; row < 1024; row += parts) {
    const float *x = in + row * 1024;
    float *y = out + row * 1024, most = -INFINITY, sum = 0;
    for (int i = 0; i < 1024; i++) most = fmaxf(most, x[i]);
    for (int i = 0; i < 1024; i++) sum += y[i] = expf(x[i] - most);
    for (int i = 0; i < 1024; i++) y[i] /= sum;
  }
}

typedef struct {
  void (*work)(int, int);
  int part, parts;
} share;
static void *run_share(void *s) {
  share *one = s;
  one->work(one->part, one->parts);
  return NULL;
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int main(int count, char **words) {
  static const struct {
    const char *name;
    void (*work)(int, int);
    int input, output, first, scale, second, digits;
  } all[] = {
    {"matmul_16", product_16, N * N, N * N, 0, 0, 0, 6}, {"matmul_32", product_32, N * N, N * N, 0, 0, 0, 6},
    {"elementwise", elementwise, ELEMENTS, ELEMENTS, 1, 0, 0, 3}, {"reduction", reduction, 512 * 4096, 512, 2, 0, 0, 3},
    {"softmax", softmax, 1 << 20, 1 << 20, 3, 0, 0, 3}};
  int threads = count > 2 ? atoi(words[2]) : 0, which = -1;
  for (int i = 0; i < 5; i++)
    if (count > 1 && !strcmp(words[1], all[i].name)) which = i;
  if (which < 0 || threads < 1 || threads > 64) {
    fprintf(stderr, "usage: plain matmul_16|matmul_32|elementwise|reduction|softmax THREADS\n");
    return 64;
  }
  int n = all[which].input;
  in = malloc((size_t)n * 4), other = malloc((size_t)n * 4), out = malloc((size_t)n * 4);
  for (int i = 0; i < n; i++) {
    switch (all[which].first) {
    case 0: in[i] = (i * 7 % 13 - 6) / 8.0f, other[i] = (i * 5 % 11 - 5) / 8.0f; break;
    case 1: in[i] = (i % 2001 - 1000) / 128.0f; break;
    case 2: in[i] = (i % 257 - 128) / 64.0f; break;
    default: in[i] = (i * 3 % 1013 - 500) / 200.0f;
    }
    out[i] = 0;
  }
  double seconds = 0;
  for (int run = 0; run < 5; run++) {
    double start = now();
    pthread_t others[64];
    share shares[64];
    for (int i = 0; i < threads; i++) shares[i] = (share){all[which].work, i, threads};
    for (int i = 1; i < threads; i++)
      if (pthread_create(&others[i], NULL, run_share, &shares[i])) return 1;
    run_share(&shares[0]);
    for (int i = 1; i < threads; i++) pthread_join(others[i], NULL);
    seconds += now() - start;
  }
  double total = 0;
  for (int i = 0; i < all[which].output; i++) total += out[i];
  printf("%.*f\n", all[which].digits, total);
  fprintf(stderr, "%.9f\n", seconds / 5);
}
