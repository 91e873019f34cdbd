// printf on the device: every kind of conversion. The text is compared with device_printf.out.
#include "check.h"

__global__ void print(int i, unsigned long long w, double d, const int *values) {
  if (threadIdx.x != 3 || blockIdx.x != 1) return;
  printf("plain\n");
  printf("%d|%5d|%-5d|%05d|%+d|%i\n", i, i, i, i, i, -i);
  printf("%u|%x|%X|%08x|%#x|%o\n", 4000000000u, 0xbeefu, 0xbeefu, 0xbeefu, 0xbeefu, 8u);
  printf("%lld|%llu|%llx|%ld\n", -(long long)w, w, w, 5l);
  printf("%f|%.3f|%10.2f|%-10.2f|%e|%g|%G\n", d, d, d, d, d, d, d * 1e20);
  printf("%c%c%c|%s|%10s|%-10s|%.2s|100%%\n", 'a', 'b', 'c', "text", "right", "left", "cut");
  printf("%*d\n", 6, i);
  for (int k = 0; k < 3; k++) printf("value %d is %d of type %s\n", k, values[k], k % 2 ? "odd" : "even");
  float f = 0.25f;
  short s = -3;
  printf("%f %d %hd\n", f, s, s);
}

int main() {
  printf("before\n");
  int *dvalues = deviceCopy(std::vector<int>{10, -20, 30});
  print<<<2, 32>>>(42, 1234567890123456789ull, 3.14159265, dvalues);
  CHECK_KERNEL();
  printf("after\n");
  return Verdict().finish();
}
