import CAccelerator
import Testing

struct MachineLimitsTests {
  /// What an instruction of a kernel multiplies: 12 sums take 2000 turns.
  @Test(arguments: [
    (PACKED_KERNEL_AVX2, 32), (PACKED_KERNEL_AVX_VNNI, 32), (PACKED_KERNEL_AVX512_VNNI, 64),
    (PACKED_KERNEL_NEON_DOTPROD, 16), (PACKED_KERNEL_NEON_I8MM, 32), (PACKED_KERNEL_PORTABLE, 0),
  ])
  func `a slice multiplies as many ones as it says, where the processor can`(kernel: packed_kernel, products: Int) {
    #expect(machine_products(kernel) == (packed_kernel_is_available(kernel) ? Int64(24_000 * products) : 0))
  }

  @Test(arguments: [1, 2, 9]) func `threads read and multiply together`(threads: Int32) {
    // The fastest memory there is would be a hundred times as fast.
    let bytes = machine_bytes_per_second(threads, 5)
    #expect(bytes > 1e6 && bytes < 1e14)
    let operations = machine_operations_per_second(packed_kernel_best(), threads, 5)
    #expect(packed_kernel_best() == PACKED_KERNEL_PORTABLE ? operations == 0 : operations > 1e6 && operations < 1e17)
  }

  @Test(arguments: [0, -1] as [Int32]) func `no thread does nothing`(threads: Int32) {
    #expect(machine_bytes_per_second(threads, 5) == 0)
    #expect(machine_operations_per_second(packed_kernel_best(), threads, 5) == 0)
  }
}
