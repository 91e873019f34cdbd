// Runs launches that a file lists, on inputs from a second file, and writes the outputs to a third.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vgpu_engine.h"

#define MODULES 256
static const vgpu_module *modules[MODULES];
static unsigned module_count;

void driver_register_module(const vgpu_module *module) {
  if (module_count < MODULES) modules[module_count++] = module;
}

// Of the host's side, which is not linked.
uint32_t vgpu_resident_blocks(const vgpu_kernel *kernel, uint32_t threads, uint32_t dynamic_shared) {
  (void)kernel, (void)threads, (void)dynamic_shared;
  return 1u << 20;
}

static const vgpu_kernel *kernel_named(const char *name) {
  for (unsigned m = 0; m < module_count; m++)
    for (unsigned k = 0; k < modules[m]->kernel_count; k++)
      if (!strcmp(modules[m]->kernels[k].name, name)) return &modules[m]->kernels[k];
  fprintf(stderr, "no kernel %s\n", name);
  exit(2);
}

int main(int count, char **arguments) {
  if (count != 4) return 2;
  vgpu_options_load();
  FILE *job = fopen(arguments[1], "r"), *input = fopen(arguments[2], "rb"), *output = fopen(arguments[3], "wb");
  if (!job || !input || !output) return 2;
  char name[256];
  unsigned blocks, threads, shared;
  unsigned long long at, in_bytes, out_bytes;
  while (fscanf(job, "%255s %u %u %llu %llu %llu %u", name, &blocks, &threads, &at, &in_bytes, &out_bytes, &shared) == 7) {
    const vgpu_kernel *kernel = kernel_named(name);
    if (kernel->unsupported) {
      fprintf(stderr, "%s: %s\n", name, kernel->unsupported);
      return 3;
    }
    uint8_t *in = vgpu_allocate(in_bytes + 64, VGPU_MEMORY_DEVICE, "input");
    uint8_t *out = vgpu_allocate(out_bytes + 64, VGPU_MEMORY_DEVICE, "output");
    if (!in || !out) return 4;
    if (fseek(input, (long)at, SEEK_SET) || fread(in, 1, in_bytes, input) != in_bytes) return 5;
    memset(out, 0, out_bytes);
    const void *parameters[2] = {in, out};
    int error = vgpu_launch(
      kernel, (vgpu_dim3){blocks, 1, 1}, (vgpu_dim3){threads, 1, 1}, parameters, shared, 0);
    if (error) {
      fprintf(stderr, "%s: error %d\n", name, error);
      return 6;
    }
    if (fwrite(out, 1, out_bytes, output) != out_bytes) return 7;
    vgpu_release(in);
    vgpu_release(out);
  }
  return fclose(output) ? 8 : 0;
}
