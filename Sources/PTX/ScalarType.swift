/// A fundamental type of PTX.
///
/// The names are those of PTX without the dot.
public enum ScalarType: String, Sendable, Hashable, CaseIterable {
  /// Bits without a meaning of their own.
  case b8, b16, b32, b64, b128
  /// Integers with a sign.
  case s8, s16, s32, s64
  /// Integers without a sign.
  case u8, u16, u32, u64
  /// Floating-point numbers.
  case f16, f16x2, bf16, bf16x2, tf32, f32, f64, f32x2
  /// Floating-point numbers of eight bits and fewer, and pairs and quadruples of them.
  case e4m3, e5m2, e4m3x2, e5m2x2, e4m3x4, e5m2x4, e2m3x2, e3m2x2, e2m1x2, ue8m0, ue8m0x2
  /// Packed integers.
  case u16x2, s16x2
  /// A truth value.
  case pred
  /// Opaque references to a texture, a sampler and a surface.
  case texref, samplerref, surfref

  /// How many bits a value has; 1 for a truth value, 64 for the opaque references, which are handles.
  public var bitWidth: Int {
    switch self {
    case .pred: 1
    case .b8, .s8, .u8, .e4m3, .e5m2, .ue8m0, .e2m1x2: 8
    case .b16, .s16, .u16, .f16, .bf16, .e4m3x2, .e5m2x2, .e2m3x2, .e3m2x2, .ue8m0x2: 16
    case .b32, .s32, .u32, .f16x2, .bf16x2, .tf32, .f32, .u16x2, .s16x2, .e4m3x4, .e5m2x4: 32
    case .b64, .s64, .u64, .f64, .f32x2, .texref, .samplerref, .surfref: 64
    case .b128: 128
    }
  }

  /// How many bytes a value takes up in memory.
  public var byteCount: Int { (bitWidth + 7) / 8 }

  /// Whether this is an integer with a sign, or a pair of them.
  public var isSigned: Bool {
    switch self {
    case .s8, .s16, .s32, .s64, .s16x2: true
    default: false
    }
  }

  /// Whether this is a floating-point number, or several.
  public var isFloat: Bool {
    switch self {
    case .f16, .f16x2, .bf16, .bf16x2, .tf32, .f32, .f64, .f32x2, .e4m3, .e5m2, .e4m3x2, .e5m2x2, .e4m3x4, .e5m2x4,
      .e2m3x2, .e3m2x2, .e2m1x2, .ue8m0, .ue8m0x2:
      true
    default: false
    }
  }
}
