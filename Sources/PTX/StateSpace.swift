/// Where a variable or a register lives.
public enum StateSpace: String, Sendable, Hashable, CaseIterable {
  /// Registers, of a thread.
  case reg
  /// Special registers.
  case sreg
  /// Constant memory, of the device.
  case const
  /// Global memory, of the device.
  case global
  /// Local memory, of a thread.
  case local
  /// Parameters of a kernel or of a function.
  case param
  /// Shared memory, of a block.
  case shared
  /// Texture memory, in PTX of old.
  case tex
}
